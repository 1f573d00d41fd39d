import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier } from '../../src/producer/classify-alert.ts';
import { findSource, type SourceName } from '../../src/producer/sources/index.ts';
import type { ParseContext } from '../../src/producer/sources/source.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import type { AlertClass, ParsedBody } from '../../src/shared/alert.ts';

/** What an evaluation may read of a payload's label. */
type PayloadInput = { id: string; file: string; kind: string };
export type PayloadAnswer = {
  id: string;
  is_alert: boolean;
  state: 'firing' | 'resolved' | 'none';
  class: AlertClass | null;
};

const CONTEXT: ParseContext = { receivedAt: new Date(), headers: {}, ownSlack: null };

/** Senders that write another sender's format. */
const SPEAKS_LIKE: Record<string, SourceName> = { prometheus: 'alertmanager' };

/**
 * The source whose path a sender would be configured with: the sender's own where we have it, `generic` for every
 * other. `signoz:<format>` is SigNoz writing for somebody else, so the body is that one's.
 */
export function sourceOfKind(kind: string): SourceName {
  const [sender = '', format = ''] = kind.split(':');
  if (sender === 'signoz' && format !== 'webhook') return format === 'pagerduty' ? 'pagerduty' : 'generic';
  const name = SPEAKS_LIKE[sender] ?? sender;
  return findSource(name) ? (name as SourceName) : 'generic';
}

/** Whether each payload is an alert, how it stands, and its class. */
export function evaluatePayloads(casesFolder: string): PayloadAnswer[] {
  const classify = createClassifier(loadAgents());
  return readInputs(casesFolder).map(({ id, file, kind }) => {
    const body: unknown = JSON.parse(readFileSync(join(casesFolder, 'alerts', file), 'utf8'));
    const parsed = findSource(sourceOfKind(kind))?.parse(body, CONTEXT) ?? { alerts: [], ignored: [] };
    const alert = parsed.alerts.find((one) => one.status === 'firing') ?? parsed.alerts[0];
    return { id, is_alert: alert !== undefined, state: stateOf(parsed), class: alert ? classify(alert).class : null };
  });
}

/** A body with one firing alert is firing, whatever else it reports. */
export function stateOf({ alerts }: ParsedBody): PayloadAnswer['state'] {
  if (alerts.length === 0) return 'none';
  return alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved';
}

function readInputs(casesFolder: string): PayloadInput[] {
  const file = join(casesFolder, 'alerts/labels.json');
  if (!existsSync(file)) return [];
  const labels = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, PayloadInput>);
  return labels.map(([id, label]) => ({ id, file: label.file, kind: label.kind }));
}
