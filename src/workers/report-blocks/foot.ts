import type { ReportView } from '../report-view.ts';
import { escapeEntities } from './cut-text.ts';
import { type Block, context, line, mrkdwn } from './slack-blocks.ts';
import { isPreliminary, spanWords } from './words.ts';

/** Where the whole incident can be read, with whatever the messages had no room for. */
export function whereWhole(view: ReportView): string {
  if (view.pageUrl !== null) return view.pageUrl;
  return `GET /api/incidents/${line(view.incident.id, 120)}`;
}

/** The small print under a report, with a link to the incident's page where it is known. */
export function foot(view: ReportView): Block {
  const small = context([footText(view)]);
  if (view.pageUrl === null) return small;
  const link = `<${escapeEntities(view.pageUrl).replaceAll('|', '%7C')}|Evidence, charts and all details>`;
  return { ...small, elements: [...(small.elements as Block[]), mrkdwn(link)] };
}

/** Response time (from the receipt of the alert), who reasoned, which incident. */
export function footText(view: ReportView): string {
  const span = spanWords(view.receivedAt, view.finishedAt);
  const time = span ? `Response time ${span}` : 'Response time unknown';
  return [time, reasonedBy(view), `incident ${line(view.incident.id, 120)}`].join(' · ');
}

function reasonedBy({ report, usage }: ReportView): string {
  if (!report || isPreliminary(report)) return 'detectors only, no model';
  if (!usage) return 'tier llm';
  const tokens = (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
  return `model ${line(usage.model, 80)}${tokens > 0 ? `, ${tokens} tokens` : ''} · tier llm`;
}
