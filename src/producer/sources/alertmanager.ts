import type { Alert, AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import {
  bodyInvalid,
  firstText,
  isRecord,
  type JsonRecord,
  listOf,
  recordOf,
  requireFewAlerts,
  textMembers,
  textOf,
} from './read-json.ts';
import { readStatus } from './read-status.ts';
import type { ParseContext, Shape } from './source.ts';

/** What the members of one webhook body share. */
type Group = {
  status: unknown;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  url: string | null;
};

const GROUP_FIELDS = [
  'groupKey',
  'groupLabels',
  'commonLabels',
  'receiver',
  'externalURL',
  'version',
  'truncatedAlerts',
];

/**
 * Alertmanager's webhook, versions 4 and 3 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config), also
 * what Grafana's unified alerting and SigNoz send; and the alert list of Alertmanager's own API v2.
 */
export const alertmanagerShape: Shape = {
  recognises: (body) => isGroup(body) || isAlertList(body) || isBareAlert(body),
  read: readGroup,
};

function isGroup(body: unknown): boolean {
  if (!isRecord(body) || !Array.isArray(body.alerts)) return false;
  return GROUP_FIELDS.some((field) => field in body) || isAlertList(body.alerts);
}

function isAlertList(body: unknown): boolean {
  return Array.isArray(body) && body.length > 0 && body.some(isBareAlert);
}

function isBareAlert(body: unknown): boolean {
  return isRecord(body) && isRecord(body.labels) && !('title' in body);
}

/** Reads every alert of the body; throws `body_invalid` that names the entry which is none. */
export function readGroup(body: unknown, context: ParseContext, source: string): ParsedBody {
  const group = groupOf(body);
  const entries = Array.isArray(body) ? body : isRecord(body) && 'alerts' in body ? listOf(body.alerts) : [body];
  requireFewAlerts(entries, 'alerts');
  if (entries.length === 0) return { alerts: [], ignored: [{ reason: '`alerts` is empty: the body holds no alert' }] };
  const readable = entries.filter(isReadable);
  if (readable.length === 0) {
    throw bodyInvalid('`alerts[0]` must be an object with `labels` and `annotations`, as Alertmanager sends it');
  }
  const unread = entries.length - readable.length;
  const ignored = unread > 0 ? [{ reason: `${unread} entries of \`alerts\` have neither labels nor annotations` }] : [];
  return { alerts: readable.map((entry) => readEntry(entry, group, context, source)), ignored };
}

function groupOf(body: unknown): Group {
  const group = recordOf(body);
  return {
    status: group.status,
    labels: textMembers(group.commonLabels),
    annotations: textMembers(group.commonAnnotations),
    url: textOf(group.externalURL),
  };
}

function isReadable(entry: unknown): entry is JsonRecord {
  if (!isRecord(entry)) return false;
  return Object.keys({ ...textMembers(entry.labels), ...textMembers(entry.annotations) }).length > 0;
}

function readEntry(entry: JsonRecord, group: Group, context: ParseContext, source: string): Alert {
  const labels = { ...group.labels, ...textMembers(entry.labels) };
  const annotations = annotationsOf(entry, group);
  const status = statusOf(entry, group);
  const identity = identityOf(labels, entry, annotations);
  return makeAlert(
    {
      source,
      status,
      name: labels.alertname ?? null,
      title: firstText(annotations.summary, annotations.title, entry.summary, labels.alertname),
      description: firstText(annotations.description, annotations.message, entry.description, annotations.summary),
      severityTexts: [labels.severity, labels.priority, labels.level, annotations.severity, annotations.priority],
      labels,
      annotations,
      startsAt: entry.startsAt,
      endsAt: entry.endsAt,
      url: firstText(entry.generatorURL, entry.panelURL, entry.dashboardURL, group.url),
      identity,
      delivery: textOf(entry.startsAt) === null ? null : [identity, entry.startsAt, status],
    },
    context,
  );
}

/**
 * The labels are the identity (Alertmanager's fingerprint is a hash of them, and versions before 4 send none); an alert
 * without labels is known by its rule and its words.
 */
function identityOf(labels: Record<string, string>, entry: JsonRecord, annotations: Record<string, string>): unknown {
  if (Object.keys(labels).length > 0) return labels;
  return [
    textOf(entry.fingerprint),
    textOf(entry.generatorURL),
    annotations.summary ?? annotations.description ?? null,
  ];
}

/** An alert that does not say how it stands is taken as firing: silence is never read as healthy. */
function statusOf(entry: JsonRecord, group: Group): AlertStatus {
  const own = isRecord(entry.status) ? entry.status.state : entry.status;
  const status = readStatus(textOf(own)) ?? readStatus(textOf(group.status));
  return status === 'resolved' ? 'resolved' : 'firing';
}

/** The annotations, with the rule's expression out of Prometheus's link and Grafana's values beside them. */
function annotationsOf(entry: JsonRecord, group: Group): Record<string, string> {
  const expression = expressionIn(textOf(entry.generatorURL));
  const values = textOf(entry.valueString);
  return {
    ...(expression === null ? {} : { expr: expression }),
    ...(values === null ? {} : { valueString: values }),
    ...group.annotations,
    ...textMembers(entry.annotations),
  };
}

/** Prometheus puts the rule's expression into the alert's link as `g0.expr`. */
export function expressionIn(url: string | null): string | null {
  const query = url?.split('?', 2)[1];
  return query ? textOf(new URLSearchParams(query.split('#', 1)[0]).get('g0.expr')) : null;
}
