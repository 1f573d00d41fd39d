import { describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { isHabitual } from '../logs/habitual.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt } from '../raw.ts';
import { eventsOf } from '../relations.ts';
import { toConditions } from '../typed/to-pod.ts';

/** Finds certificates that their issuer could not issue or renew (cert-manager). */
export const certificates: Analyzer = ({ state }) =>
  (state.others.get('Certificate') ?? []).flatMap((certificate) => notIssued(state, certificate)).slice(0, 2);

function notIssued(state: KubernetesState, certificate: Meta): Diagnosis[] {
  const ready = toConditions(recordsAt(certificate.raw, 'status', 'conditions')).find(({ type }) => type === 'Ready');
  const failed = eventsOf(state, certificate).findLast(
    ({ type, message }) => type === 'Warning' && message.length > 10,
  );
  if (ready?.status !== 'False' && !(failed && ready?.status !== 'True')) return [];
  const secret = textAt(certificate.raw, 'spec', 'secretName');
  const said = failed?.message ?? ready?.message ?? null;
  return [
    diagnosis({
      kind: 'certificate-not-issued',
      class: 'network',
      statement: `Certificate ${name(certificate.name)} could not be issued or renewed (not ready)${secret ? `, so its Secret ${name(secret)} holds no valid TLS certificate` : ''}${said ? `. The issuer says: ${quote(said, 220)}` : ''}`,
      component: certificate.name,
      namespace: certificate.namespace,
      touches: [certificate.name, secret ?? ''],
      confidence: 0.86,
      evidence: [...certificate.evidence, ...(failed ? [failed.evidence] : [])],
      actions: describeAction(
        'certificate',
        certificate.name,
        certificate.namespace,
        'See requests, orders and challenges',
      ),
      prevention: ['Alert on certificates that are not ready, and days before they expire.'],
    }),
  ];
}

/** The certificates of the cluster that say that they are ready, where all of them do and no renewal is overdue or failed. */
export function readyCertificates(state: KubernetesState, now: Date): Meta[] {
  const all = state.others.get('Certificate') ?? [];
  const ready = all.filter(
    (one) =>
      conditionsOf(one).some(({ type, status }) => type === 'Ready' && status === 'True') &&
      !isOverdue(one, now) &&
      !failsToRenew(state, one),
  );
  return ready.length === all.length ? ready : [];
}

const conditionsOf = ({ raw }: Meta) => toConditions(recordsAt(raw, 'status', 'conditions'));
const timeOf = ({ raw }: Meta, member: string): number => Date.parse(textAt(raw, 'status', member) ?? '');

/** A certificate stays ready until its last day: it is well only as long as its renewal is not due. */
const isOverdue = (certificate: Meta, now: Date): boolean =>
  timeOf(certificate, 'renewalTime') < now.getTime() && now.getTime() < timeOf(certificate, 'notAfter');

const REFUSED = /fail|denied|error|not\b.{0,20}\b(?:issue|propagat)|invalid/i;

/** True where the issuer could not issue its next certificate, by its status or its last event. */
function failsToRenew(state: KubernetesState, certificate: Meta): boolean {
  const failedAt = timeOf(certificate, 'lastFailureTime');
  const renewedAt = timeOf(certificate, 'notBefore');
  const issuing = conditionsOf(certificate).find(({ type }) => type === 'Issuing');
  const last = eventsOf(state, certificate).at(-1);
  return (
    failedAt > (renewedAt || 0) ||
    Number(textAt(certificate.raw, 'status', 'failedIssuanceAttempts') ?? 0) > 0 ||
    (issuing !== undefined && REFUSED.test(`${issuing.reason ?? ''} ${issuing.message ?? ''}`)) ||
    (last !== undefined && last.type === 'Warning' && REFUSED.test(`${last.reason} ${last.message}`)) ||
    issuerComplains(state, certificate.name)
  );
}

const ISSUER = /cert-?manager|acme|certbot|lego/i;
const ISSUED = /\bissued\b|up to date|fetched|successful/i;
const MAX_LINES = 2000;

/** True where the log of the issuer complains about a certificate (or its requests, which bear its name) and tells of no success after it. */
function issuerComplains({ logs }: KubernetesState, own: string): boolean {
  const lines = logs
    .filter((log) => !log.command && ISSUER.test(`${log.service ?? ''} ${log.pod ?? ''}`))
    .flatMap((log) => log.lines.slice(-MAX_LINES).map((line) => line.slice(0, 1500)))
    .filter((line) => line.includes(own) && !isHabitual(line));
  const complaint = lines.findLastIndex((line) => /^E\d{4}|\berror\b/i.test(line) && REFUSED.test(line));
  return complaint !== -1 && !lines.slice(complaint + 1).some((line) => ISSUED.test(line));
}
