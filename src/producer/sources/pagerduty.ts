import type { AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { type AlertDraft, makeAlert } from './make-alert.ts';
import {
  bodyInvalid,
  firstText,
  isRecord,
  type JsonRecord,
  recordOf,
  recordsOf,
  requireFewAlerts,
  textMembers,
  textOf,
} from './read-json.ts';
import { ignoredBody, joinBodies, type ParseContext, type Shape } from './source.ts';

/** The last word of `incident.triggered` (v3) or `incident.trigger` (v1, v2) for the steps that change whether it burns. */
const STEPS = new Map<string, AlertStatus>([
  ['trigger', 'firing'],
  ['triggered', 'firing'],
  ['reopened', 'firing'],
  ['unacknowledge', 'firing'],
  ['resolve', 'resolved'],
  ['resolved', 'resolved'],
]);

/** One step of a PagerDuty incident, whatever the webhook's version. */
type Step = { id: unknown; type: string; at: unknown; incident: JsonRecord };

/** PagerDuty's v3 webhook (https://developer.pagerduty.com/docs/webhooks-overview): one `event`. */
export const pagerdutyEventShape: Shape = {
  recognises: (body) => {
    const event = isRecord(body) ? body.event : null;
    return isRecord(event) && typeof event.event_type === 'string' && ('data' in event || 'resource_type' in event);
  },
  read: (body, context, source) => {
    const event = recordOf(recordOf(body).event);
    const type = textOf(event.event_type) ?? '';
    return readStep({ id: event.id, type, at: event.occurred_at, incident: recordOf(event.data) }, context, source);
  },
};

/** PagerDuty's v1 and v2 webhooks: a list of `messages`. */
export const pagerdutyMessagesShape: Shape = {
  recognises: (body) =>
    isRecord(body) &&
    recordsOf(body.messages).some((message) => /^incident\./.test(textOf(message.type ?? message.event) ?? '')),
  read: (body, context, source) => {
    const messages = recordsOf(recordOf(body).messages);
    requireFewAlerts(messages, 'messages');
    return joinBodies(messages.map((message) => readStep(stepOfMessage(message), context, source)));
  },
};

function stepOfMessage(message: JsonRecord): Step {
  const incident = isRecord(message.incident) ? message.incident : recordOf(recordOf(message.data).incident);
  return { id: message.id, type: textOf(message.type ?? message.event) ?? '', at: message.created_on, incident };
}

function readStep(step: Step, context: ParseContext, source: string): ParsedBody {
  const status = step.type.startsWith('incident.') ? STEPS.get(step.type.slice('incident.'.length)) : undefined;
  if (!status) return ignoredBody(`PagerDuty event ${step.type.slice(0, 60) || 'without a type'} changes no alert`);
  return { alerts: [makeAlert(draftOfStep(step, status, source), context)], ignored: [] };
}

function draftOfStep({ id, at, incident }: Step, status: AlertStatus, source: string): AlertDraft {
  const service = recordOf(incident.service);
  const summary = recordOf(incident.trigger_summary_data);
  const title = firstText(incident.title, incident.summary, summary.subject, summary.description, incident.description);
  const started = firstText(incident.created_at, incident.created_on, at);
  const serviceName = firstText(service.summary, service.name);
  return {
    source,
    status,
    title,
    description: firstText(recordOf(incident.body).details, incident.description, summary.description),
    severityTexts: [
      firstText(recordOf(incident.priority).summary, recordOf(incident.priority).name),
      textOf(incident.urgency),
    ],
    service: serviceName,
    labels: { ...(serviceName ? { service: serviceName } : {}), ...numbered(incident) },
    startsAt: started,
    endsAt: firstText(incident.resolved_at, incident.last_status_change_on, at),
    url: textOf(incident.html_url),
    identity: firstText(incident.id, incident.incident_key) ?? [title, serviceName],
    delivery: textOf(id) ?? null,
  };
}

function numbered(incident: JsonRecord): Record<string, string> {
  const number = firstText(incident.number, incident.incident_number);
  return number ? { pagerduty_incident: number } : {};
}

/** The Events API v2, which other tools send to PagerDuty and people point at us instead. */
export const pagerdutyEventsApiShape: Shape = {
  recognises: (body) =>
    isRecord(body) && typeof body.event_action === 'string' && ('routing_key' in body || 'payload' in body),
  read: readEventsApi,
};

function readEventsApi(body: unknown, context: ParseContext, source: string): ParsedBody {
  const event = recordOf(body);
  const action = textOf(event.event_action)?.toLowerCase() ?? '';
  const status = STEPS.get(action);
  if (!status) {
    if (action === 'acknowledge') return ignoredBody('an acknowledgement changes no alert');
    throw bodyInvalid('`event_action` must be trigger, acknowledge or resolve');
  }
  const payload = recordOf(event.payload);
  const labels = { ...labelsOfDetails(payload.custom_details), ...componentOf(payload) };
  const summary = textOf(payload.summary);
  const alert = makeAlert(
    {
      source,
      status,
      name: labels.alertname ?? null,
      title: firstText(summary, labels.alertname, event.description) ?? 'PagerDuty event without a summary',
      description: firstText(labels.description, summary),
      severityTexts: [textOf(payload.severity), labels.severity],
      labels,
      startsAt: payload.timestamp,
      url: firstText(event.client_url, recordsOf(event.links)[0]?.href),
      identity: textOf(event.dedup_key) ?? [summary, textOf(payload.source), labels.alertname ?? null],
      delivery: null,
    },
    context,
  );
  return { alerts: [alert], ignored: [] };
}

function componentOf(payload: JsonRecord): Record<string, string> {
  const { source, component, group, class: kind } = payload;
  return textMembers({ source, component, group, class: kind });
}

/**
 * `custom_details` as labels: scalar members as they are, and the "name = value" lines that Alertmanager's default
 * template writes under `firing`.
 */
function labelsOfDetails(details: unknown): Record<string, string> {
  const labels: Record<string, string> = { ...textMembers(details) };
  const lines = linesIn(recordOf(details).firing);
  for (const line of lines) {
    const match = /^\s*[-•]?\s*([A-Za-z_][\w.-]{0,60})\s*=\s*(.{1,1000})$/.exec(line);
    if (match?.[1] && match[2]) labels[match[1]] = match[2].trim();
  }
  delete labels.firing;
  return labels;
}

function linesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.slice(0, 20_000).split('\n');
  if (Array.isArray(value)) return value.slice(0, 200).flatMap(linesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value)
    .slice(0, 200)
    .flatMap(([key, member]) => {
      const text = textOf(member);
      return text === null ? linesIn(member) : [key.includes('=') ? `${key}: ${text}` : `${key} = ${text}`];
    });
}
