import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { isStore } from '../logs/store-of.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** A step of one request after which its log was silent for long. */
type Gap = { owner: string; callee: string | null; ms: number; before: string; after: string; log: LogText };

/** The words of somebody who waits. */
const WAITS =
  /\b(?:slow\w*|latenc\w+|p\d\d|delay\w*|time[sd]? ?out|timeouts?|response times?|durations?|hang\w*|stall\w*|stuck|wait\w*|behind|lag)\b|\b50[34]\b/i;
/** What tells the lines of one request from those of others: a member that says it is an id, or one with a number in it (`msg` holds words). */
const REQUEST =
  /\b(?:(?:req(?:uest)?|trace|corr(?:elation)?|tx|job|task|message|msg|order)[-_ ]?id|rid|tid)["']?\s?[=:]\s?["']?([\w-]{1,64})|\b(?:req(?:uest)?|trace|corr(?:elation)?|tx|job|task|order)["']?\s?[=:]\s?["']?((?=[\w-]{0,63}\d)[\w-]{1,64})/i;
/** The end of a request: what comes after it is another one. */
const OVER =
  /\b(?:done|finished|completed?|end(?:ed)?|closed)\b|\b(?:GET|POST|PUT|PATCH|DELETE) \S+ (?:-> )?[1-5]\d\d\b/i;
const CALLS =
  /\b(?:call(?:ing)?|request(?:ing)?|fetch(?:ing)?|quer(?:y|ying)|invok(?:e|ing)|connect(?:ing)?|send(?:ing)?|GET|POST|PUT|->|=>)\b/i;
const OUTSIDE = /\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/i;

/** Shorter than this is no wait that somebody complains about. */
const LONG_MS = 2000;
/** So often it has to be seen, by the program itself and by its callers. */
const ENOUGH = 2;
const MAX_LINES = 4000;

/**
 * Finds where requests stand still, by the time between two lines of one request: the step (mostly a call) after which its log
 * goes on only seconds later. Of a chain of callers that wait for each other the deepest one tells the callee.
 */
export const callGaps: Analyzer = (context) => {
  if (!WAITS.test(context.text)) return [];
  const book = nameBook(context.state);
  const gaps = context.state.logs.flatMap((log) => gapsOf(log, (line) => namedIn(line, book)));
  const waiting = new Set(gaps.map(({ owner }) => owner));
  const deepest = gaps.filter(({ callee }) => callee === null || !waiting.has(callee));
  const steps = [
    ...Map.groupBy(deepest, ({ owner, callee, before }) => `${owner} ${callee ?? shapeOf(before)}`).values(),
  ];
  return steps
    .filter((own) => own.length >= ENOUGH || (own.length > 0 && gaps.length > own.length))
    .toSorted((left, right) => right.length - left.length)
    .slice(0, 1)
    .map((own) => toDiagnosis(own, gaps));
};

function gapsOf(log: LogText, namesIn: (line: string) => string[]): Gap[] {
  const owner = writerOf(log);
  if (owner === '' || log.command) return [];
  const open = new Map<string, string>();
  return log.lines.slice(-MAX_LINES).flatMap((line): Gap[] => {
    const found = REQUEST.exec(line.slice(0, 1500));
    const key = found?.[1] ?? found?.[2];
    if (key === undefined) return [];
    const before = open.get(key);
    if (OVER.test(messageOf(line))) open.delete(key);
    else open.set(key, line);
    const ms = before === undefined ? 0 : (timeOf(line) ?? 0) - (timeOf(before) ?? Number.POSITIVE_INFINITY);
    return before !== undefined && ms >= LONG_MS
      ? [{ owner, callee: calleeIn(before, owner, namesIn), ms, before, after: line, log }]
      : [];
  });
}

/** Whom a line that speaks of a call calls: a part of the cluster, or a host outside. */
function calleeIn(line: string, owner: string, namesIn: (line: string) => string[]): string | null {
  if (!CALLS.test(line) && !OUTSIDE.test(line)) return null;
  const inside = namesIn(line).find((one) => one.toLowerCase() !== owner.toLowerCase());
  return inside ?? OUTSIDE.exec(line)?.[1] ?? null;
}

const TIME = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,3})?/;

/** When a line was written, ms of its own clock; null where no whole time stands at its beginning. */
function timeOf(line: string): number | null {
  const ms = Date.parse(`${TIME.exec(line.slice(0, 100))?.[0]?.replace(' ', 'T').replace(',', '.')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

const clockOf = (line: string): string => TIME.exec(line)?.[0]?.slice(11) ?? '';
const shapeOf = (line: string): string => messageOf(line).replace(/[\d-]+/g, '#');

function toDiagnosis(own: Gap[], all: Gap[]): Diagnosis {
  const longest = own.reduce((most, gap) => (gap.ms > most.ms ? gap : most));
  const { owner, callee, before, after, log } = longest;
  const outside = callee?.includes('.') ?? false;
  const waits = callee
    ? `waits long for ${name(callee)}${outside ? ', which is outside of the cluster' : ''}`
    : 'stands still in the middle of its requests';
  return diagnosis({
    kind: 'call-latency',
    class: outside ? 'network' : isStore(callee ?? '') ? 'database' : 'application',
    statement: `${name(owner)} ${waits} (slow, latency): after ${quote(messageOf(before), 120)} at ${clockOf(before)} its log goes on only at ${clockOf(after)} with ${quote(messageOf(after), 120)}`,
    component: outside ? owner : (callee ?? owner),
    namespace: log.namespace,
    touches: [owner, callee ?? '', ...all.filter((gap) => gap.callee === owner).map((gap) => gap.owner)],
    confidence: 0.64,
    depth: DEPTH.pod,
    evidence: [...own, ...all.filter((gap) => gap.callee === owner)].map((gap) => gap.log.evidence),
    actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    prevention: ['Give calls a time limit, and alert on their duration by callee.'],
  });
}
