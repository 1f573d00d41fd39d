import { serviceOfHost } from '../../detectors/support/names.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { saidBy } from '../logs/pod-log.ts';
import { calleeOf } from '../logs/store-of.ts';
import { writerOf } from '../mentions.ts';
import { name } from '../quote.ts';

const NOT_AFTER = /^\s*notAfter=(.+)$/m;
const SUBJECT = /^\s*subject=.*?CN ?= ?([\w.*-]+)/m;
const ALTERNATIVE = /DNS:([a-z][\w.-]*)/;
const CONNECTED = /-connect\s+([a-z][\w.-]*):\d/;

/** Finds certificates whose end `openssl x509` printed and that is over. */
export const printedCertificates: Analyzer = ({ state, input }) =>
  state.logs.flatMap((log) => (log.command ? expired(log, input.now, complainers(state)) : []));

/** Whose logs say that a certificate has expired, and not whose. */
const complainers = (state: KubernetesState): string[] =>
  state.logs.flatMap((log) => {
    const said = log.command ? null : saidBy([log]);
    const owner = writerOf(log);
    return said?.line.kind?.name === 'certificate-expired' && calleeOf(state, said, owner) === null ? [owner] : [];
  });

function expired(log: LogText, now: Date, callers: string[]): Diagnosis[] {
  const text = log.lines.slice(0, 200).join('\n');
  const end = NOT_AFTER.exec(text)?.[1]?.trim() ?? '';
  const over = Date.parse(end) < latestOf(text, now);
  if (!over) return [];
  const host = CONNECTED.exec(log.command ?? '')?.[1] ?? SUBJECT.exec(text)?.[1] ?? ALTERNATIVE.exec(text)?.[1] ?? '';
  const owner = serviceOfHost(host)?.service ?? (host || writerOf(log));
  return [
    diagnosis({
      kind: 'certificate-over',
      class: 'network',
      statement: `The TLS/SSL certificate that ${name(owner)} shows has expired (its notAfter is past)`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, ...callers],
      confidence: 0.88,
      evidence: [log.evidence],
      prevention: ['Alert some weeks before a certificate ends, and renew it without hands.'],
    }),
  ];
}

/** A `date` beside the answer tells the time at which it was asked. */
function latestOf(text: string, now: Date): number {
  const told = /^\w{3} \w{3} +\d{1,2} [\d:]{8} UTC \d{4}$/m.exec(text)?.[0];
  return Math.max(now.getTime(), told ? Date.parse(told) : 0);
}
