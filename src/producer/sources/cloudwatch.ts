import type { AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { type AlertDraft, makeAlert } from './make-alert.ts';
import {
  bodyInvalid,
  firstText,
  isRecord,
  type JsonRecord,
  listOf,
  recordOf,
  recordsOf,
  requireShallow,
  textMembers,
  textOf,
} from './read-json.ts';
import { readStatusText, withoutStatus } from './read-status.ts';
import { pairsOf } from './read-tags.ts';
import { ignoredBody, type ParseContext, type Shape } from './source.ts';

/** What carries an alarm: the SNS message's id and subject, where there is an envelope. */
type Envelope = { messageId: string | null; subject: string | null; timestamp: unknown };

const SNS_TYPES = new Set(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']);
const BARE: Envelope = { messageId: null, subject: null, timestamp: null };

/**
 * CloudWatch alarms: in an SNS envelope (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html), as raw
 * delivery of the same message, and as EventBridge's "CloudWatch Alarm State Change".
 */
export const cloudwatchShape: Shape = {
  recognises: (body) => isRecord(body) && (isSns(body) || isAlarm(body) || isEventBridge(body)),
  read: (body, context, source) => {
    const message = recordOf(body);
    if (isSns(message)) return readSns(message, context, source);
    if (isEventBridge(message)) return oneAlert(draftOfEvent(message, source), context);
    return oneAlert(draftOfAlarm(message, BARE, source), context);
  },
};

function isSns(body: JsonRecord): boolean {
  return (typeof body.Type === 'string' && SNS_TYPES.has(body.Type)) || isAlarm(recordOf(body.Message));
}

function isAlarm(body: JsonRecord): boolean {
  return typeof body.AlarmName === 'string';
}

function isEventBridge(body: JsonRecord): boolean {
  return typeof body['detail-type'] === 'string' && typeof recordOf(body.detail).alarmName === 'string';
}

function oneAlert(draft: AlertDraft, context: ParseContext): ParsedBody {
  return { alerts: [makeAlert(draft, context)], ignored: [] };
}

function readSns(body: JsonRecord, context: ParseContext, source: string): ParsedBody {
  if (body.Type === 'SubscriptionConfirmation') return ignoredBody(confirmationReason(body));
  if (body.Type === 'UnsubscribeConfirmation') {
    return ignoredBody(`SNS topic ${topicOf(body)} no longer sends to this address: somebody unsubscribed it`);
  }
  const envelope = { messageId: textOf(body.MessageId), subject: textOf(body.Subject), timestamp: body.Timestamp };
  const message = messageOf(body.Message);
  if (message === null) throw bodyInvalid('`Message` of the SNS notification must hold the alarm, as JSON or as text');
  if (typeof message === 'string') return oneAlert(draftOfText(message, envelope, source), context);
  if (isEventBridge(message)) return oneAlert(draftOfEvent(message, source), context);
  return oneAlert(draftOfAlarm(message, envelope, source), context);
}

/** Never fetched: whoever can post here could otherwise make the producer call an address of his choice. */
function confirmationReason(body: JsonRecord): string {
  const url = textOf(body.SubscribeURL) ?? '';
  const ours = /^https:\/\/sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?\/[^\s]{1,1000}$/.test(url);
  const how = ours
    ? `open ${url}`
    : 'its SubscribeURL is not an address of SNS, so check who sent it, then use the AWS console';
  return `SNS topic ${topicOf(body)} asks to confirm its subscription; rca-fleet never fetches that address. Confirm by hand: ${how}`;
}

function topicOf(body: JsonRecord): string {
  return (textOf(body.TopicArn) ?? 'without a name').replace(/[^\w:.-]/g, '').slice(0, 200);
}

function messageOf(message: unknown): JsonRecord | string | null {
  if (isRecord(message)) return message;
  const text = textOf(message);
  if (text === null || !text.startsWith('{')) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    requireShallow(parsed);
    return isRecord(parsed) ? parsed : text;
  } catch {
    return text;
  }
}

function draftOfAlarm(alarm: JsonRecord, envelope: Envelope, source: string): AlertDraft {
  const state = textOf(alarm.NewStateValue) ?? 'ALARM';
  const name = textOf(alarm.AlarmName);
  const trigger = recordOf(alarm.Trigger);
  const changed = firstText(alarm.StateChangeTime, envelope.timestamp);
  return {
    source,
    status: statusOf(state),
    name,
    title: firstText(name, envelope.subject),
    description: lines(alarm.AlarmDescription, alarm.NewStateReason),
    severityTexts: severityOf(alarm, state),
    labels: { ...pairsOf(listOf(trigger.Dimensions)), ...regionOf(alarm.Region, alarm.AWSAccountId) },
    annotations: metricOf({ ...alarm, ...trigger }),
    ...timesOf(state, changed),
    identity: firstText(alarm.AlarmArn) ?? [alarm.AWSAccountId, alarm.Region, name],
    delivery: envelope.messageId ?? (textOf(alarm.StateChangeTime) ? [name, changed, state] : null),
  };
}

function draftOfEvent(event: JsonRecord, source: string): AlertDraft {
  const detail = recordOf(event.detail);
  const state = recordOf(detail.state);
  const value = textOf(state.value) ?? 'ALARM';
  const configuration = recordOf(detail.configuration);
  const [metrics] = recordsOf(configuration.metrics);
  const metric = recordOf(recordOf(recordOf(metrics).metricStat).metric);
  const [arn] = Array.isArray(event.resources) ? event.resources : [];
  const changed = firstText(state.timestamp, event.time);
  return {
    source,
    status: statusOf(value),
    name: textOf(detail.alarmName),
    title: textOf(detail.alarmName),
    description: lines(configuration.description, state.reason),
    severityTexts: severityOf({}, value),
    labels: { ...textMembers(metric.dimensions), ...regionOf(event.region, event.account) },
    annotations: metricOf({ MetricName: metric.name, Namespace: metric.namespace }),
    ...timesOf(value, changed),
    identity: textOf(arn) ?? [event.account, event.region, detail.alarmName],
    delivery: textOf(event.id),
  };
}

/** Other AWS services write plain text to the same topics. */
function draftOfText(message: string, envelope: Envelope, source: string): AlertDraft {
  const title = envelope.subject ?? message.split('\n', 1)[0] ?? '';
  return {
    source,
    status: readStatusText(title) ?? readStatusText(message) ?? 'firing',
    title: withoutStatus(title),
    description: message,
    startsAt: envelope.timestamp,
    endsAt: envelope.timestamp,
    identity: withoutStatus(title),
    delivery: envelope.messageId,
  };
}

/** INSUFFICIENT_DATA is firing: missing telemetry is never read as healthy. */
function statusOf(state: string): AlertStatus {
  return state.toUpperCase() === 'OK' ? 'resolved' : 'firing';
}

/** A message tells when the state changed, so the beginning is known only from the one that fires. */
function timesOf(state: string, changed: string | null): Pick<AlertDraft, 'startsAt' | 'endsAt'> {
  return statusOf(state) === 'firing' ? { startsAt: changed } : { endsAt: changed };
}

function severityOf(alarm: JsonRecord, state: string): (string | null)[] {
  return [firstText(alarm.Priority, alarm.Severity), statusOf(state) === 'firing' ? state : null];
}

function regionOf(region: unknown, account: unknown): Record<string, string> {
  return textMembers({ region, account });
}

/** The metric as the classifier reads expressions: "AWS/RDS CPUUtilization". */
function metricOf(trigger: JsonRecord): Record<string, string> {
  const query = [textOf(trigger.Namespace), textOf(trigger.MetricName)].filter((part) => part !== null).join(' ');
  return {
    ...(query ? { query } : {}),
    ...textMembers({ threshold: trigger.Threshold, comparison: trigger.ComparisonOperator }),
  };
}

function lines(...texts: unknown[]): string {
  return texts
    .map(textOf)
    .filter((text) => text !== null)
    .join('\n');
}
