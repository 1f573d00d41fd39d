import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { isStore } from '../logs/store-of.ts';
import { SPEAKS_OF_WAITING } from '../logs/waiting-words.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** A step of one request after which its log was silent for long. */
type Gap = {
  owner: string;
  callee: string | null;
  ms: number;
  before: string;
  after: string;
  log: LogText;
  alone: boolean;
};

/** What tells the lines of one request from those of others: a member that says it is an id, or one with a number in it (`msg` holds words). */
const REQUEST =
  /\b(?:(?:req(?:uest)?|trace|corr(?:elation)?|tx|job|task|message|msg|order)[-_ ]?id|rid|tid)["']?\s?[=:]\s?["']?([\w-]{1,64})|\b(?:req(?:uest)?|trace|corr(?:elation)?|tx|job|task|order)["']?\s?[=:]\s?["']?((?=[\w-]{0,63}\d)[\w-]{1,64})/i;
/** A piece of work in the words of who takes it from a queue: `job 88c1f3 received`, `[task-4711]`. */
const PIECE =
  /\b(?:job|task|message|msg|order|batch|item|event|record|delivery|document|file|import|export|invoice|shipment)[ #:=-]{1,2}["']?((?=[\w-]{0,63}\d)[\w-]{2,64})/i;
/** The end of a request: what comes after it is another one. */
const OVER =
  /\b(?:done|finished|completed?|end(?:ed)?|closed|n?ack(?:ed|nowledged)?|committed)\b|\b(?:GET|POST|PUT|PATCH|DELETE) \S+ (?:-> )?[1-5]\d\d\b/i;
const CALLS =
  /\b(?:call(?:ing)?|request(?:ing)?|fetch(?:ing)?|quer(?:y|ying)|invok(?:e|ing)|connect(?:ing)?|send(?:ing)?|GET|POST|PUT|->|=>)\b/i;
const OUTSIDE = /\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/i;
/** A host that a line only names: behind a word that leads to it, and with an ending that files, topics and classes seldom have. */
const HOST =
  /(?:\b(?:with|to|from|at|on|via|by|for|of|against|host|peer|upstream)[=: ]{1,2}|->\s?|=>\s?|@\s?)["']?((?:[a-z0-9-]{1,63}\.){1,5}(?:com|net|org|io|dev|app|cloud|ai|co|biz|info|gov|edu|example)|(?:[a-z0-9-]{1,63}\.){2,5}[a-z]{2})(?![\w.-])/;

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
  if (!SPEAKS_OF_WAITING.test(context.text)) return [];
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
  const lines = log.lines.slice(-MAX_LINES);
  const alone = oneByOne(lines);
  return lines.flatMap((line): Gap[] => {
    const key = keyOf(line);
    if (key === undefined) return [];
    const before = open.get(key);
    if (OVER.test(messageOf(line))) open.delete(key);
    else open.set(key, line);
    const ms = before === undefined ? 0 : (timeOf(line) ?? 0) - (timeOf(before) ?? Number.POSITIVE_INFINITY);
    return before !== undefined && ms >= LONG_MS
      ? [{ owner, callee: calleeIn(before, owner, namesIn), ms, before, after: line, log, alone }]
      : [];
  });
}

function keyOf(line: string): string | undefined {
  const head = line.slice(0, 1500);
  const found = REQUEST.exec(head);
  return found?.[1] ?? found?.[2] ?? PIECE.exec(head)?.[1];
}

/** True where the pieces of work of a queue come one after the other: each is over before the next begins. */
function oneByOne(lines: string[]): boolean {
  const pieces = lines.flatMap((line) => PIECE.exec(line.slice(0, 1500))?.[1] ?? []);
  const runs = pieces.filter((piece, index) => piece !== pieces[index - 1]).length;
  const distinct = new Set(pieces).size;
  return distinct >= ENOUGH && runs === distinct;
}

/** Whom a line that speaks of a call calls: a part of the cluster, or a host outside. */
function calleeIn(line: string, owner: string, namesIn: (line: string) => string[]): string | null {
  const outside = OUTSIDE.exec(line.slice(0, 1500))?.[1] ?? HOST.exec(line.slice(0, 1500))?.[1] ?? null;
  if (!CALLS.test(line) && outside === null) return null;
  const inside = namesIn(line).find((one) => one.toLowerCase() !== owner.toLowerCase());
  return inside ?? outside;
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
  const { owner, callee, before, after, log, alone } = longest;
  const outside = callee?.includes('.') ?? false;
  const waits = callee
    ? `waits long for ${name(callee)}${outside ? ', which is outside of the cluster' : ''}`
    : 'stands still in the middle of its requests';
  const queued = alone
    ? '; it does its work one piece after the other, so each such wait (some seconds per piece) lets its queue grow'
    : '';
  return diagnosis({
    kind: 'call-latency',
    // Who answers slowly hinders a worker that could do several pieces at once; it is not cut off.
    class: outside ? (alone ? 'application' : 'network') : isStore(callee ?? '') ? 'database' : 'application',
    statement: `${name(owner)} ${waits} (slow, latency): after ${quote(messageOf(before), 120)} at ${clockOf(before)} its log goes on only at ${clockOf(after)} with ${quote(messageOf(after), 120)}${queued}`,
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
