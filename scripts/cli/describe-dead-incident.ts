import { plainText } from './plain-text.ts';

/** What the API knows of an incident, as far as it is shown here. */
export type IncidentDetails = {
  id: string;
  state: string;
  reason: string | null;
  deadReason: string | null;
  title: string;
  agent: string;
  severity: string;
  service: string | null;
  run: number;
  createdAt: string;
  finishedAt: string | null;
  slack: { channel: string | null; threadTs: string | null };
  alertCount: number;
  investigations: { run: number; attempts: number; error: string | null; finishedAt: string | null; report: unknown }[];
  deliveries: { run: number; part: string; state: string; attempts: number; lastError: string | null }[];
};

/** Why an incident died, in lines for a terminal: its way, its runs and what it owes Slack. */
export function describeDeadIncident(incident: IncidentDetails): string[] {
  const { slack } = incident;
  const dead = incident.state === 'dead' ? ` (${incident.deadReason})` : '';
  const facts: [string, string][] = [
    ['incident', incident.id],
    ['title', incident.title],
    ['state', `${incident.state}${dead}: ${incident.reason ?? 'nothing is said'}`],
    ['about', `${incident.service ?? 'no known service'}, severity ${incident.severity}, agent ${incident.agent}`],
    ['alerts', String(incident.alertCount)],
    ['received', incident.createdAt],
    ['ended', incident.finishedAt ?? 'not yet'],
    ['thread', slack.channel ? `${slack.channel} ${slack.threadTs ?? '(none yet)'}` : 'none'],
    ...incident.investigations.map((item): [string, string] => [`run ${item.run}`, describeRun(item)]),
    ...incident.deliveries.map((item): [string, string] => [`${item.part} of run ${item.run}`, describeDelivery(item)]),
  ];
  return facts.map(([name, value]) => `${`${name}:`.padEnd(16)} ${plainText(value)}`);
}

function describeRun({ attempts, report, error }: IncidentDetails['investigations'][number]): string {
  const outcome = report ? 'its report stands' : (error ?? 'no report');
  return `${attempts} attempts, ${outcome}`;
}

function describeDelivery({ state, attempts, lastError }: IncidentDetails['deliveries'][number]): string {
  return `${state} after ${attempts} attempts${lastError ? `: ${lastError}` : ''}`;
}
