import { workloadOf } from '../../detectors/support/names.ts';
import { median } from '../../localisation/statistics/robust.ts';
import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { longestMs } from '../logs/served.ts';
import { name, quote } from '../quote.ts';

/** How programs write how long a piece of work waited before it was begun, and how long it took in all. */
const WAITED =
  /\b(?:waited|wait(?:_?(?:time|ms|s))?|queued_?(?:for|ms|s)|queue_?(?:time|wait|ms)|time_?in_?queue)["=: ]{1,3}(\d+(?:\.\d+)?) ?(ms|s)?\b/i;
const TOOK = /\b(?:took|total|elapsed|duration|latency)(?:_?(?:time|ms|s))?["=: ]{1,3}(\d+(?:\.\d+)?) ?(ms|s)?\b/i;
/** Fewer lines than this are no steady work. */
const ENOUGH = 3;
/** So much of the time (ms) and such a share of it spent waiting is what users feel. */
const LEAST_MS = 1000;
const MOST_OF_IT = 0.6;

type Piece = { line: string; waited: number; took: number };

/** Finds programs whose work waits in their own queue for longer than it takes: too few hands for what is asked. */
export const waitingWork: Analyzer = ({ state }) => state.logs.flatMap(waitingIn);

function waitingIn(log: LogText): Diagnosis[] {
  const pieces = log.lines.slice(-500).flatMap(pieceOf);
  const owner = log.pod ? workloadOf(log.pod) : (log.service ?? '');
  const waited = median(pieces.map((piece) => piece.waited));
  const took = median(pieces.map((piece) => piece.took));
  const last = pieces.at(-1);
  if (!last || owner === '' || pieces.length < ENOUGH || waited < LEAST_MS || waited < MOST_OF_IT * took) return [];
  return [
    diagnosis({
      kind: 'work-waits',
      class: 'application',
      statement: `Requests wait in the queue of ${name(owner)} far longer than they take: it has too few workers (concurrency) for what it is asked, as its own log says: ${quote(messageOf(last.line), 200)}`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? ''],
      confidence: 0.78,
      depth: DEPTH.pod,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
      prevention: ['Alert on how long work waits in a queue, and set the number of workers by it.'],
    }),
  ];
}

function pieceOf(line: string): Piece[] {
  const head = line.slice(0, 1500);
  const [waited, took] = [WAITED.exec(head), TOOK.exec(head)];
  return waited && took ? [{ line, waited: inMs(waited), took: inMs(took) }] : [];
}

/** Seconds where no unit is written. */
const inMs = ([span, value]: RegExpExecArray): number => longestMs(span) ?? Number(value) * 1000;
