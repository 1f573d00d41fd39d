import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isKubernetesName } from './names.ts';
import { isRecent } from './relation.ts';
import { isoTime, oneLine } from './text.ts';

/** Why a certificate was not renewed, in the words of who tried. */
export type RenewalFailure = {
  text: string;
  evidence: number;
  firstSeen: string | null;
  /** The object of cert-manager that says so, where it is one. */
  object: { kind: string; name: string; namespace: string } | null;
};

/** The objects of cert-manager, the one that knows the reason best first. */
const KINDS = ['Challenge', 'Order', 'CertificateRequest', 'Certificate'];
const SPEAKS_OF_RENEWAL = /acme|certificat|\border\b|challenge|issuer|renew/i;
const FAILED = /error|fail|denied|refused|invalid|rate ?limit|timed? ?out|unauthorized/i;

/** The failed renewal of the host's certificate that Kubernetes events or logs tell of, null where none does. */
export function renewalFailure(host: string, input: DetectorInput): RenewalFailure | null {
  return fromEvents(host, input) ?? fromLogs(host, input);
}

function fromEvents(host: string, input: DetectorInput): RenewalFailure | null {
  const slug = host.toLowerCase().replaceAll('.', '-');
  const found = evidenceOf(input.evidence, 'events.list').flatMap(({ data, number }) =>
    data.events
      .filter((event) => event.type === 'Warning' && KINDS.includes(event.kind) && isRecent(event.lastSeen, input))
      .filter((event) => event.name.includes(slug) || event.message.includes(host))
      .map((event) => ({ event, evidence: number })),
  );
  const [best] = found.sort((left, right) => KINDS.indexOf(left.event.kind) - KINDS.indexOf(right.event.kind));
  if (!best) return null;
  const { kind, name, namespace, message, firstSeen } = best.event;
  const object = isKubernetesName(name) && isKubernetesName(namespace) ? { kind, name, namespace } : null;
  return { text: oneLine(message, 240), evidence: best.evidence, firstSeen: isoTime(firstSeen), object };
}

function fromLogs(host: string, input: DetectorInput): RenewalFailure | null {
  for (const { data, number } of evidenceOf(input.evidence, 'logs.query')) {
    const row = data.rows.findLast(
      ({ body, severity, at }) =>
        /^(?:error|fatal|critical)/i.test(severity ?? '') &&
        body.includes(host) &&
        isRecent(at, input) &&
        SPEAKS_OF_RENEWAL.test(body) &&
        FAILED.test(body),
    );
    if (row)
      return { text: oneLine(errorOf(row.body), 240), evidence: number, firstSeen: isoTime(row.at), object: null };
  }
  return null;
}

/** The error of a structured line (`err="..."`), else the whole line. */
function errorOf(body: string): string {
  return /\b(?:err|error)="((?:[^"\\]|\\.){3,1000})"/.exec(body)?.[1] ?? body;
}
