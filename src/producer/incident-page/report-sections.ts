import { type Html, type HtmlValue, html } from '../../shared/http/html.ts';
import type { Report } from '../../shared/report.ts';
import type { IncidentDetails } from '../api.ts';
import { citations, confidence, facts, list, section, table, time } from './page-parts.ts';

const VERDICTS: Record<Report['verdict'], { words: string; tone: string }> = {
  identified: { words: 'Root cause identified', tone: 'good' },
  probable: { words: 'Probable root cause', tone: 'warn' },
  inconclusive: { words: 'Root cause not established', tone: 'bad' },
  healthy: { words: 'Nothing wrong found', tone: 'good' },
};

const STANDINGS: Record<Report['hypotheses'][number]['standing'], string> = {
  supported: 'supported',
  possible: 'possible',
  ruled_out: 'ruled out',
};

/** What the report says, in the order in which it is read, with its charts below the cause. */
export function reportSections({ report, investigations, run }: IncidentDetails, charts: HtmlValue): HtmlValue[] {
  if (!report) return [];
  const usage = investigations.find((item) => item.run === run)?.usage ?? null;
  const { timeline, metrics, hypotheses, prevention, couldNotCheck, immediateActions } = report;
  return [
    section('cause', 'Root cause', causeOf(report, report.tier === 'llm' ? (usage?.model ?? null) : null)),
    charts,
    section('actions', 'Immediate actions', list(immediateActions.map(actionOf), 'ol')),
    section(
      'timeline',
      'Timeline',
      table(
        ['When', 'What'],
        timeline.map(({ at, what, evidence }) => [time(at), html`${what}${citations(evidence)}`]),
      ),
    ),
    section(
      'metrics',
      'Key metrics',
      table(
        ['Metric', 'Value'],
        metrics.map(({ name, value, evidence }) => [name, html`${value}${citations(evidence)}`]),
      ),
    ),
    section('hypotheses', 'Hypotheses', list(hypotheses.map(hypothesisOf))),
    section('prevention', 'Prevention', list(prevention)),
    section('gaps', 'Could not check', list(couldNotCheck.map(({ what, why }) => html`<b>${what}</b>: ${why}`))),
  ];
}

function causeOf({ verdict, rootCause, tier, class: reportClass }: Report, model: string | null): Html {
  const { words, tone } = VERDICTS[verdict];
  return html`<p><span class="badge ${tone}">${words}</span>${
    tier === 'detectors' ? html`<span class="badge warn">preliminary: detectors only, no model</span>` : null
  }</p>
<p class="cause">${rootCause.statement}${citations(rootCause.evidence)}</p>
${facts([
  ['Confidence', confidence(rootCause.confidence)],
  ['Component', rootCause.component],
  ['Class', reportClass],
  ['Model', model],
])}`;
}

function actionOf({ title, command, risk }: Report['immediateActions'][number]): Html {
  const shown = command ? html`<pre>${command}</pre>` : null;
  return html`${title} ${risk ? html`<span class="warn">(risk: ${risk})</span>` : html`<span class="grey">(read-only)</span>`}${shown}`;
}

function hypothesisOf({ statement, standing, confidence: share, evidence }: Report['hypotheses'][number]): Html {
  const percent = standing === 'ruled_out' ? '' : ` (${Math.round(share * 100)} %)`;
  return html`<b>${STANDINGS[standing]}</b>${percent}: ${statement}${citations(evidence)}`;
}
