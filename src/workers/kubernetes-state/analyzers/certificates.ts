import { describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
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

/** The certificates of the cluster that say that they are ready, where all of them do. */
export function readyCertificates(state: KubernetesState): Meta[] {
  const all = state.others.get('Certificate') ?? [];
  const ready = all.filter(({ raw }) =>
    toConditions(recordsAt(raw, 'status', 'conditions')).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    ),
  );
  return ready.length === all.length ? ready : [];
}
