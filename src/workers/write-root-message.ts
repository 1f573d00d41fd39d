import { context, header, line } from './report-blocks/slack-blocks.ts';
import type { ReportView, SlackMessage } from './report-view.ts';

/** The message that starts a thread for an alert that did not come from Slack: what fired, where, how bad. */
export function writeRootMessage({ incident }: Pick<ReportView, 'incident'>): SlackMessage {
  const facts = [
    `severity ${incident.severity}`,
    ...(incident.service ? [`service ${incident.service}`] : []),
    ...(incident.namespace ? [`namespace ${incident.namespace}`] : []),
  ];
  const title = line(incident.title, 280);
  return {
    text: `Alert: ${title}`,
    blocks: [header(`Alert: ${incident.title}`), context([facts.map((fact) => line(fact, 200)).join(' · ')])],
  };
}
