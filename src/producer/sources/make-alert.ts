import type { Alert, AlertStatus, SlackOrigin } from '../../shared/alert.ts';
import { DEFAULT_SEVERITY, readSeverity } from '../severity.ts';
import { cleanEntries, cleanLine, cleanText } from './clean-text.ts';
import { digest } from './digest.ts';
import { namespaceFromLabels, serviceFromLabels, serviceFromText } from './read-service.ts';
import { readTime } from './read-time.ts';
import type { ParseContext } from './source.ts';

/** What a parser found; everything may be missing, untidy and as long as the sender likes. */
export type AlertDraft = {
  source: string;
  status: AlertStatus;
  /** The rule's name; the title stands in. */
  name?: string | null;
  title?: string | null;
  description?: string | null;
  /** The sender's own words for the severity, most telling first; the first that is understood counts. */
  severityTexts?: (string | null | undefined)[];
  service?: string | null;
  namespace?: string | null;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  startsAt?: unknown;
  endsAt?: unknown;
  url?: string | null;
  slack?: SlackOrigin | null;
  /** What makes it the same problem, firing after firing and resolved: hashed into the fingerprint. */
  identity: unknown;
  /**
   * What makes it the same delivery when the sender retries: hashed into the delivery key. Null where the sender gives
   * nothing; then the content and a ten-minute bucket of the arrival stand in, and the store looks into the bucket before.
   */
  delivery: unknown;
};

const BUCKET_MS = 600_000;

/** The bounded, cleaned `Alert` of a draft. */
export function makeAlert(draft: AlertDraft, context: ParseContext): Alert {
  const labels = cleanEntries(draft.labels ?? {}, 1000);
  const annotations = cleanEntries(draft.annotations ?? {}, 4000);
  const description = cleanText(draft.description ?? '', 8000);
  const title = titleOf(draft, description);
  return {
    source: draft.source,
    ...deliveryOf(draft, context),
    fingerprint: `${draft.source}:${digest(draft.identity)}`,
    status: draft.status,
    name: cleanLine(draft.name ?? '', 300) || title,
    title,
    description,
    ...severityOf(draft),
    service: nullable(draft.service, 200) ?? serviceOf(labels, annotations, title, description),
    namespace: nullable(draft.namespace, 200) ?? namespaceFromLabels(labels) ?? namespaceFromLabels(annotations),
    labels,
    annotations,
    startsAt: readTime(draft.startsAt),
    endsAt: draft.status === 'resolved' ? readTime(draft.endsAt) : null,
    url: nullable(draft.url, 2000),
    slack: draft.slack ? cleanOrigin(draft.slack) : null,
  };
}

function cleanOrigin({ channel, ts, teamId }: SlackOrigin): SlackOrigin {
  return { channel: cleanLine(channel, 100), ts: cleanLine(ts, 100), teamId: nullable(teamId, 100) };
}

function titleOf(draft: AlertDraft, description: string): string {
  const firstLine = description.split('\n', 1)[0] ?? '';
  return (
    cleanLine(draft.title ?? '', 300) ||
    cleanLine(draft.name ?? '', 300) ||
    cleanLine(firstLine, 300) ||
    'Alert without a title'
  );
}

function severityOf(draft: AlertDraft): Pick<Alert, 'severity' | 'severityText'> {
  const texts = (draft.severityTexts ?? []).filter((text): text is string => !!text?.trim());
  const understood = texts.find((text) => readSeverity(text) !== null);
  const said = understood ?? texts[0];
  return {
    severity: readSeverity(understood) ?? DEFAULT_SEVERITY,
    severityText: said === undefined ? null : cleanLine(said, 100),
  };
}

/** Labels first, annotations for senders that keep them there, the title, and last the description. */
function serviceOf(
  labels: Record<string, string>,
  annotations: Record<string, string>,
  title: string,
  description: string,
): string | null {
  const fromAnnotations = (): string | null => serviceFromLabels(annotations);
  return serviceFromLabels(labels) ?? fromAnnotations() ?? serviceFromText(title) ?? serviceFromText(description);
}

function deliveryOf(draft: AlertDraft, context: ParseContext): Pick<Alert, 'deliveryKey' | 'earlierDeliveryKey'> {
  const { source, slack, delivery, ...content } = draft;
  if (delivery !== null && delivery !== undefined) return { deliveryKey: `${source}:${digest(delivery)}` };
  const hash = digest(content);
  const bucket = Math.floor(context.receivedAt.getTime() / BUCKET_MS);
  const keyAt = (at: number) => `${source}:${digest([hash, at])}`;
  return { deliveryKey: keyAt(bucket), earlierDeliveryKey: keyAt(bucket - 1) };
}

function nullable(text: string | null | undefined, max: number): string | null {
  return text ? cleanLine(text, max) || null : null;
}
