import { workloadOf } from '../../detectors/support/names.ts';
import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { name, quote } from '../quote.ts';

/** The words of somebody who waits for work to be done. */
const WAITS = /\b(?:kafka|topics?|queues?|consumers?|lag(?:s|ging)?|backlog|behind|slow\w*|delay\w*|latency)\b/i;
const BEGINS =
  /\b(?:send|process|call|fetch|upload|download|writ|read|query|execut|generat|render|wait|connect|request|handl|sav|load|index|convert)\w*ing\b/i;
const ENDS = /\b(?:sent|done|completed?|finished|success\w*|processed|saved|written|uploaded|downloaded)\b/i;
/** Fewer pairs than this are no steady work. */
const ENOUGH = 5;

/** Finds the step that a program does over and over, one at a time, when the alert speaks of work that falls behind. */
export const slowSteps: Analyzer = ({ state, text }) =>
  WAITS.test(text) ? state.logs.flatMap(stepOf).slice(0, 1) : [];

function stepOf(log: LogText): Diagnosis[] {
  const lines = log.lines.slice(-2000);
  const pairs = lines.flatMap((line, index) =>
    BEGINS.test(line) && !ENDS.test(line) && ENDS.test(lines[index + 1] ?? '')
      ? [[line, lines[index + 1] ?? ''] as const]
      : [],
  );
  const [pair] = pairs;
  const owner = log.pod ? workloadOf(log.pod) : (log.service ?? '');
  if (!pair || pairs.length < ENOUGH || pairs.length < 0.2 * lines.length || owner === '') return [];
  return [
    diagnosis({
      kind: 'slow-step',
      class: 'application',
      statement: `${name(owner)} does its work one piece after the other, and every piece waits for one slow step: its log shows ${shown(pair[0])} and then ${shown(pair[1])} over and over, so it falls behind (slow processing)`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? ''],
      confidence: 0.55,
      depth: DEPTH.pod,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
      prevention: ['Do slow steps asynchronously or in parallel, and alert on the lag of consumers.'],
    }),
  ];
}

/** A line without its time and without whom it concerns. */
const shown = (line: string): string => quote(messageOf(line).replace(/\S+@\S+/g, '…'), 120);
