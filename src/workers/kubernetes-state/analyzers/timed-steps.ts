import { round } from '../../detectors/support/text.ts';
import { median } from '../../localisation/statistics/robust.ts';
import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { longestMs } from '../logs/served.ts';
import { SPEAKS_OF_WAITING } from '../logs/waiting-words.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** A step of some work, by the name that the program gives it, and how long it took once, ms. */
type Timed = { step: string; ms: number; line: string };

/** How programs name a step beside the time that it took. */
const NAMES: readonly RegExp[] = [
  /\b(?:sub_?)?(?:stage|step|phase|task|section|operation|op|activity|span|timer)(?:_?name)?["']?\s?[=:]\s?["']?([a-z][\w.-]{1,59})/i,
  /\b(?:stage|step|phase|task|section|operation|activity) ["'`(]?([a-z][\w.-]{1,59})["'`)]?(?: \w{1,20}){0,2} (?:took|in|after|for)\b/i,
  /(?:^|\s)["'`]?([a-z][\w.-]{2,59}?)["'`]?(?:\(\))?:? (?:took|finished in|completed in|done in|ended after)\b/i,
];
/** All steps in one line: `auth=3ms load_ms=14 render=7.9s`. */
const PAIR =
  /\b([a-z][\w.-]{1,39}?)(?:_(ms|s|seconds|millis))?["']?[=:]\s?["']?(\d{1,9}(?:\.\d{1,6})?)\s?(ms|s|sec|seconds)?\b/gi;
const LEAST_PAIRS = 3;
/** All of the work is no step of it. */
const ALL = /^(?:.*[_.-])?(?:total|all|overall|request|response|job|work|it|this|and|which|everything)$/i;
const OF_STORES = /sql|quer(?:y|ies)|\bdb\b|(?:^|[_.-])db(?:[_.-]|$)|database/i;

const [SLOW_MS, ENOUGH, MOST, TIMES] = [1000, 3, 0.6, 5] as const;
const MAX_LINES = 4000;

/** Finds the step that most of the time of each piece of work goes to, where a program logs how long its steps take and the alert speaks of slowness. */
export const timedSteps: Analyzer = ({ state, text }) =>
  SPEAKS_OF_WAITING.test(text) ? state.logs.flatMap(slowestOf).slice(0, 1) : [];

function slowestOf(log: LogText): Diagnosis[] {
  const owner = writerOf(log);
  if (owner === '' || log.command) return [];
  const steps = [...Map.groupBy(log.lines.slice(-MAX_LINES).flatMap(timedIn), ({ step }) => step)]
    .filter(([, times]) => times.length >= ENOUGH)
    .map(([step, times]) => ({ step, times, usual: median(times.map(({ ms }) => ms)) }))
    .toSorted((left, right) => right.usual - left.usual);
  const [slowest, next] = steps;
  const all = steps.reduce((sum, { usual }) => sum + usual, 0);
  // One step alone is not told apart from the whole.
  if (!slowest || !next || slowest.usual < Math.max(SLOW_MS, MOST * all, TIMES * next.usual)) return [];
  return [toDiagnosis(log, owner, slowest, next)];
}

type Step = { step: string; times: Timed[]; usual: number };

function toDiagnosis(log: LogText, owner: string, { step, times, usual }: Step, next: Step): Diagnosis {
  const line = times.find(({ ms }) => ms === usual)?.line ?? times[0]!.line;
  return diagnosis({
    kind: 'slow-step',
    class: OF_STORES.test(step) ? 'database' : 'application',
    statement: `${name(owner)} is slow because of one step of its work: ${name(step)} takes about ${round(usual, 0)} ms each time (${quote(messageOf(line), 150)}), ${name(next.step)} as the next slowest about ${round(next.usual, 0)} ms`,
    component: owner,
    namespace: log.namespace,
    touches: [owner, log.pod ?? ''],
    confidence: 0.66,
    depth: DEPTH.pod,
    evidence: [log.evidence],
    actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    prevention: [`Measure ${name(step)} as a metric of its own, with an alert on how long it takes.`],
  });
}

function timedIn(line: string): Timed[] {
  const pairs = pairsIn(line);
  if (pairs.length >= LEAST_PAIRS) return pairs;
  const ms = longestMs(line);
  if (ms === null) return [];
  const message = messageOf(line).slice(0, 1000);
  const whole = /^\s*\{/.test(line) ? line.slice(0, 1500) : message;
  const step = NAMES.map((form) => form.exec(whole)?.[1]).find((found) => found && !ALL.test(found));
  return step ? [{ step, ms, line }] : [];
}

function pairsIn(line: string): Timed[] {
  return [...line.slice(0, 1500).matchAll(PAIR)].flatMap(([, step = '', suffix, value, after]) => {
    const unit = suffix ?? after;
    if (!unit || ALL.test(step)) return [];
    return [{ step, ms: Number(value) * (/^m/i.test(unit) ? 1 : 1000), line }];
  });
}
