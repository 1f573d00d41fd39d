import { z } from 'zod';
import type { ParsedBody } from '../../shared/alert.ts';
import { readSeverity } from '../severity.ts';
import { makeAlert } from './make-alert.ts';
import { bodyInvalid, isRecord, requireFewAlerts } from './read-json.ts';
import { readStatus, sameWords, withoutStatus } from './read-status.ts';
import { readTime } from './read-time.ts';
import type { ParseContext, Shape } from './source.ts';

const text = z.string().trim().min(1);
const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const time = z.union([z.string(), z.number()]).refine((value) => readTime(value) !== null || isNoTime(value), {
  message: 'must be an ISO 8601 time or a Unix time',
});

/** Alertmanager's "no time yet" is allowed where there is none. */
function isNoTime(value: string | number): boolean {
  return String(value).startsWith('0001-01-01');
}

/** One alert in our own JSON; only `title` is required. */
export const documentedAlertSchema = z.strictObject({
  title: text,
  description: z.string().optional(),
  status: text
    .refine((word) => /^(?:firing|resolved)$/.test(readStatus(word) ?? ''), { message: 'must be firing or resolved' })
    .optional(),
  severity: text
    .refine((word) => readSeverity(word) !== null, {
      message: 'must be critical, high, medium, low or info (or P1 to P5, SEV1 to SEV5)',
    })
    .optional(),
  name: text.optional(),
  service: text.optional(),
  namespace: text.optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
  startsAt: time.nullish(),
  endsAt: time.nullish(),
  url: text.optional(),
  /** The sender's identity of the problem; the same for firing and resolved. */
  fingerprint: text.optional(),
  /** The sender's identity of this delivery; the same when it is sent again. */
  deliveryId: text.optional(),
});
type DocumentedAlert = z.infer<typeof documentedAlertSchema>;

const FIELDS = new Set(Object.keys(documentedAlertSchema.shape));

/** Our own JSON: one alert, a list of them, or `{ "alerts": [...] }`; strict, because it is ours. */
export const documentedJsonShape: Shape = {
  recognises: (body) => {
    const entries = entriesOf(body);
    return entries.length > 0 && entries.every(isDocumented);
  },
  read: (body, context, source) => {
    const entries = entriesOf(body);
    requireFewAlerts(entries, 'alerts');
    return {
      alerts: entries.flatMap((entry, index) => readEntry(entry, place(body, index), context, source)),
      ignored: [],
    };
  },
};

function entriesOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  if (isRecord(body) && Array.isArray(body.alerts) && Object.keys(body).length === 1) return body.alerts;
  return [body];
}

/** Made of our fields only, the title among them: then it is held to our rules. */
function isDocumented(entry: unknown): boolean {
  return isRecord(entry) && Object.hasOwn(entry, 'title') && Object.keys(entry).every((name) => FIELDS.has(name));
}

function place(body: unknown, index: number): string {
  if (Array.isArray(body)) return `[${index}].`;
  return isRecord(body) && 'alerts' in body ? `alerts[${index}].` : '';
}

function readEntry(entry: unknown, prefix: string, context: ParseContext, source: string): ParsedBody['alerts'] {
  const parsed = documentedAlertSchema.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bodyInvalid(`\`${prefix}${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'is not valid'}`);
  }
  return [alertOf(parsed.data, context, source)];
}

function alertOf(entry: DocumentedAlert, context: ParseContext, source: string): ParsedBody['alerts'][number] {
  const { title, name, service = null, namespace = null, labels = {}, annotations = {} } = entry;
  const status = readStatus(entry.status) === 'resolved' ? 'resolved' : 'firing';
  return makeAlert(
    {
      source,
      status,
      name: name ?? withoutStatus(title),
      title: withoutStatus(title),
      description: entry.description,
      severityTexts: [entry.severity, labels.severity],
      service,
      namespace,
      labels,
      annotations,
      startsAt: entry.startsAt,
      endsAt: entry.endsAt,
      url: entry.url,
      identity: entry.fingerprint ?? [name ?? sameWords(title), service, namespace, labels],
      delivery: entry.deliveryId ?? (entry.startsAt ? [entry, status] : null),
    },
    context,
  );
}
