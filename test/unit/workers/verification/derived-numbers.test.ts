import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { unsupportedParts } from '../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../src/workers/verification/evidence-index.ts';
import {
  at,
  container,
  event,
  events,
  logRow,
  logs,
  metric,
  pod,
  pods,
  span,
  spans,
} from '../../../support/evidence-fixtures.ts';

const POOL = 'HikariPool-1 - request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)';
const down = container({
  ready: false,
  state: 'waiting',
  reason: 'CrashLoopBackOff',
  limits: { memory: '512Mi', cpu: '250m' },
});
const EVIDENCE: Evidence[] = [
  logs(1, [
    ...[9, 8, 7].map((minute) => logRow(POOL, { at: at(minute) })),
    ...[6, 5, 4, 3].map((minute) => logRow('connect ECONNREFUSED orders-db', { at: at(minute), severity: 'WARN' })),
    logRow('started', { at: at(2), severity: 'INFO' }),
  ]),
  pods(2, [
    pod('cart-5d8f7c9b6d-x4b8j', [down], { node: 'node-a', phase: 'Running' }),
    pod('cart-5d8f7c9b6d-k2m4p', [down], { node: 'node-b', phase: 'Pending' }),
    pod('cart-5d8f7c9b6d-z9w7q', [container()], { node: 'node-c' }),
    pod('cart-5d8f7c9b6d-b5n8r', [container()], { node: 'node-c' }),
    pod('cart-5d8f7c9b6d-c6v3t', [container()], { node: 'node-c' }),
  ]),
  metric(3, 'memory.used', [100, 200, 300, 1000], { labels: { pod: 'x' } }),
  spans(4, [span({ durationMs: 120 }), span({ durationMs: 180 }), span({ durationMs: 450, error: true, at: at(1) })]),
  events(5, [event({ reason: 'Killing', firstSeen: at(31), lastSeen: at(19) })]),
];
const INDEXED = new Map(EVIDENCE.map((item) => [item.number, indexEvidence(item)]));
const unsupported = (sentence: string, numbers: number[]) =>
  unsupportedParts(sentence, {
    cited: numbers.map((number) => INDEXED.get(number)!),
    known: new Set([1, 2, 3, 4, 5]),
    alertText: 'cart is down',
    alertStarts: [Date.parse(at(10))],
  });
const clock = (minutesAgo: number) => at(minutesAgo).slice(11, 16);

const FOLLOWS: [string, number[]][] = [
  // counts
  ['4 lines name orders-db', [1]],
  ['4 WARN lines were written', [1]],
  ['2 of 5 pods are not ready', [2]],
  ['3 pods are ready', [2]],
  ['1 pod is Pending', [2]],
  ['The pods run on 3 nodes', [2]],
  ['1 span ended with an error', [4]],
  // shares
  ['2 of 5 pods (40 %) are not ready', [2]],
  ['60 % of the pods are ready', [2]],
  ['10 of 10 connections are active, which is 100 %', [1]],
  ['1 of 3 spans failed with an error, 33 %', [4]],
  // differences, ratios, sums
  ['It took 450 ms instead of 120 ms, 330 ms more', [4]],
  ['It took 450 ms instead of 120 ms, 3.75 times as long', [4]],
  ['It rose from 120 ms to 450 ms, an increase of 275 %', [4]],
  ['10 active and 25 waiting, 35 together', [1]],
  // averages
  ['On average a statement took 250 ms', [4]],
  ['The median was 180 ms, the p99 450 ms', [4]],
  ['The mean of memory.used is 400', [3]],
  // durations
  [`From ${clock(9)} to ${clock(3)} UTC, for 6 minutes`, [1]],
  [`It began at ${clock(9)} UTC, 1 minute after the alert`, [1]],
  ['The lines span 7 minutes', [1]],
  [`Killed for the last time at ${clock(19)} UTC, 12 min after the first`, [5]],
  // units
  ['The limit is 0.5 GiB', [2]],
  ['The limit is 536.9 MB', [2]],
  ['The limit is 0.25 cores', [2]],
  ['Callers gave up after 0.5 minutes', [1]],
  ['A statement took 0.45 s', [4]],
];

const DOES_NOT_FOLLOW: [string, number[]][] = [
  ['6 lines name orders-db', [1]],
  ['5 WARN lines were written', [1]],
  ['3 of 5 pods are not ready', [2]],
  ['4 pods are ready', [2]],
  ['2 pods are Pending', [2]],
  ['The pods run on 4 nodes', [2]],
  ['2 spans ended with an error', [4]],
  ['2 of 5 pods (45 %) are not ready', [2]],
  ['70 % of the pods are ready', [2]],
  ['1 of 3 spans failed with an error, 50 %', [4]],
  ['It took 450 ms instead of 120 ms, 300 ms more', [4]],
  ['It took 450 ms instead of 120 ms, 5 times as long', [4]],
  ['It rose from 120 ms to 450 ms, an increase of 300 %', [4]],
  ['It took 450 ms instead of 120 ms, 330 ms', [4]],
  ['10 active and 25 waiting, 45 together', [1]],
  ['10 active and 25 waiting, 35', [1]],
  ['On average a statement took 260 ms', [4]],
  ['A statement took 250 ms', [4]],
  ['The median was 170 ms', [4]],
  [`From ${clock(9)} to ${clock(3)} UTC, for 11 minutes`, [1]],
  [`It began at ${clock(9)} UTC, 14 minutes after the alert`, [1]],
  ['The lines span 17 minutes', [1]],
  ['It lasted 12 min', [1]],
  ['The limit is 0.6 GiB', [2]],
  ['The limit is 5 GiB', [2]],
  ['The limit is 0.5 MiB', [2]],
  ['Callers gave up after 5 minutes', [1]],
  ['99.9 % of requests failed', [1]],
  ['4711 requests failed', [1]],
];

describe('derived numbers', () => {
  for (const [sentence, numbers] of FOLLOWS) {
    it(`follow from the evidence: ${sentence}`, () => expect(unsupported(sentence, numbers)).to.deep.equal([]));
  }
  for (const [sentence, numbers] of DOES_NOT_FOLLOW) {
    it(`do not follow: ${sentence}`, () => expect(unsupported(sentence, numbers)).to.not.deep.equal([]));
  }
});
