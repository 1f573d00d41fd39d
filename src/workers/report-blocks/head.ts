import type { ReportView } from '../report-view.ts';
import { crowdWords } from './crowd-words.ts';
import { type Block, context, header, line, markupLine, mrkdwn } from './slack-blocks.ts';
import { slackDate } from './words.ts';

/** The top of every first message: headline, notices, and the facts of the incident. */
export function head(view: ReportView, headline: string, notices: string[] = []): Block[] {
  const routing = view.routingNote ? [context([`Routing: ${line(view.routingNote, 400)}`])] : [];
  const crowd = crowdWords(view);
  const joined = crowd.length > 0 ? [context(crowd)] : [];
  return [header(headline), ...notices.map(notice), facts(view), ...joined, ...routing];
}

/** The agent and what is to be said of it in a few words. */
export function headline(view: ReportView, mark: string, what: string): string {
  return `${mark} ${line(view.agentTitle, 60)}: ${what}`;
}

function notice(markup: string): Block {
  return { type: 'section', text: mrkdwn(markup) };
}

function facts({ incident, report, receivedAt }: ReportView): Block {
  const where = incident.namespace ? ` (namespace ${markupLine(incident.namespace, 80)})` : '';
  const service = incident.service ? markupLine(incident.service, 160) + where : 'not named by the alert';
  const fields = [
    ['Service', service],
    ['Severity', `${incident.severity} · ${classWords(incident.class, report?.class ?? incident.class)}`],
    ['Received', slackDate(receivedAt, '{date_short_pretty}, {time_secs}')],
    ['Stands for', incident.alertCount === 1 ? '1 alert' : `${incident.alertCount} alerts`],
  ];
  return {
    type: 'section',
    text: mrkdwn(`*${markupLine(incident.title, 500)}*`),
    fields: fields.map(([name, value]) => mrkdwn(`*${name}*\n${value}`)),
  };
}

function classWords(alerted: string, found: string): string {
  return alerted === found ? alerted : `${found} (alerted as ${alerted})`;
}
