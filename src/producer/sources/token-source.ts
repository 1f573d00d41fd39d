import type { ParsedBody } from '../../shared/alert.ts';
import { alertmanagerShape } from './alertmanager.ts';
import { readAnyBody } from './any-body.ts';
import { cloudwatchShape } from './cloudwatch.ts';
import { datadogShape } from './datadog.ts';
import { grafanaLegacyShape } from './grafana.ts';
import { pagerdutyEventShape, pagerdutyEventsApiShape, pagerdutyMessagesShape } from './pagerduty.ts';
import { bodyInvalid, isRecord, type JsonRecord, requireFewAlerts, requireShallow } from './read-json.ts';
import { slackWebhookShape } from './slack-webhook.ts';
import { ignoredBody, joinBodies, type ParseContext, type Shape, type Source } from './source.ts';
import { teamsCardShape } from './teams-card.ts';

/** Every form we know, most distinctive first: a body sent to the wrong source is still read for what it is. */
const KNOWN_SHAPES: Shape[] = [
  alertmanagerShape,
  pagerdutyEventShape,
  pagerdutyMessagesShape,
  pagerdutyEventsApiShape,
  cloudwatchShape,
  teamsCardShape,
  slackWebhookShape,
  grafanaLegacyShape,
  datadogShape,
];

/** Members that some senders wrap a known body into. */
const WRAPPERS = ['alert_payload', 'alertPayload', 'payload', 'body', 'data', 'alert', 'message', 'detail'];

/**
 * A source that proves itself by a token. Its own shapes are tried first, then every known one, also one level inside a
 * wrapper, and last the reader for any sender; a body that none can read is `body_invalid` with the hint.
 */
export function tokenSource(name: string, ownShapes: Shape[], hint: string): Source {
  const shapes = [...ownShapes, ...KNOWN_SHAPES];
  return { authentication: 'token', parse: (body, context) => parseBody(body, context, { name, shapes, hint }) };
}

type Reading = { name: string; shapes: Shape[]; hint: string };

function parseBody(body: unknown, context: ParseContext, { name, shapes, hint }: Reading): ParsedBody {
  if (typeof body !== 'object' || body === null) throw bodyInvalid(`the body must be a JSON object or list: ${hint}`);
  requireShallow(body);
  const whole = readKnown(body, context, name, shapes);
  if (whole) return whole;
  const entries = Array.isArray(body) ? body : [body];
  requireFewAlerts(entries, 'the list');
  const parts = entries.map((entry) => readEntry(entry, context, name, shapes)).filter((part) => part !== null);
  if (parts.length === 0) throw bodyInvalid(`the body holds no alert that can be read: ${hint}`);
  const unread = entries.length - parts.length;
  return joinBodies(
    unread > 0 ? [...parts, ignoredBody(`${unread} entries of the list hold no alert that can be read`)] : parts,
  );
}

function readEntry(entry: unknown, context: ParseContext, name: string, shapes: Shape[]): ParsedBody | null {
  if (!isRecord(entry)) return null;
  return readKnown(entry, context, name, shapes) ?? readAnyBody(entry, context, name);
}

function readKnown(body: unknown, context: ParseContext, name: string, shapes: Shape[]): ParsedBody | null {
  for (const candidate of [body, ...wrapped(body)]) {
    const shape = shapes.find((one) => one.recognises(candidate));
    if (shape) return shape.read(candidate, context, name);
  }
  return null;
}

function wrapped(body: unknown): JsonRecord[] {
  return isRecord(body) ? WRAPPERS.map((member) => body[member]).filter(isRecord) : [];
}
