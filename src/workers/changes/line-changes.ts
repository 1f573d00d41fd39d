import { oneLine } from '../detectors/support/text.ts';
import type { DiffLines } from './diff-lines.ts';
import { isOpposite } from './opposite-lines.ts';
import { remembering } from './remembering.ts';
import { withPlainDurations } from './written-durations.ts';

export type AlteredLine = {
  /** For example `it changes "max_connections" from 100 to 10`. */
  what: string;
  /** True when numbers were only made larger. */
  larger: boolean;
  /** True when numbers were only made smaller. */
  smaller: boolean;
  /** How many times as large or small the number is that changed most; null where something else than numbers changed. */
  factor: number | null;
  /** The line as it was and as it is. */
  before: string;
  after: string;
};

const NUMBER = /(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:(?:[num]s|s|m|h|d|[KMGT]i?B?)\b)?/g;
const STRING = /"([^"]*)"|'([^']*)'|`([^`]*)`/g;
const OPERATOR = /[<>!=]=|<<|>>|&&|\|\||[<>+/%]|(?<=[\w)\]] ?)[-*](?= ?[\w(])/g;
const VERSION = /^v?\d+\.\d+/;
/** As source code writes them: `m` is a minute there, and sizes are only compared with each other. */
const UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

const read = new WeakMap<string[], { added: string[]; altered: AlteredLine[] }>();

/** Lines that stayed but for their literals or operators: a limit, a name, a comparison, a calculation. */
export function alteredLines({ removed, added }: DiffLines): AlteredLine[] {
  const known = read.get(removed);
  if (known?.added === added) return known.altered;
  const altered = pairedLines(removed, added);
  read.set(removed, { added, altered });
  return altered;
}

function pairedLines(removed: string[], added: string[]): AlteredLine[] {
  const left = [...added];
  return removed.flatMap((before) => {
    const at = left.findIndex((after) => isAltered(before, after) || isAltered(...plain(before, after)));
    if (at < 0) return [];
    const [after] = left.splice(at, 1);
    const forms = isAltered(before, after!) ? [before, after!] : plain(before, after!);
    if (isOpposite(...(forms as [string, string])) && leavesEarly(removed, added)) return [];
    const told = describe(unquoted(forms[0]!), unquoted(forms[1]!));
    return told ? [{ factor: null, ...told, before, after: after! }] : [];
  });
}

const LEAVES = /^(?:return|continue|break|throw|raise|next)\b/;
/** A condition that is turned round to leave early when it is not met does the same. */
const leavesEarly = (removed: string[], added: string[]): boolean =>
  added.filter((line) => LEAVES.test(line)).length > removed.filter((line) => LEAVES.test(line)).length;

const isAltered = (before: string, after: string): boolean =>
  shapeOf(after) === shapeOf(before) ||
  setsOtherwise(before, after) ||
  computesOtherwise(before, after) ||
  renamesKey(before, after) ||
  isOpposite(before, after);

const plainOf = remembering(withPlainDurations);
const plain = (before: string, after: string): [string, string] => [plainOf(before), plainOf(after)];

/** Environments hold their numbers in quotes. */
const QUOTED_NUMBER = /(["'`])(-?\d[\d_]*(?:\.\d+)?(?:ms|s|m|h|d|[KMGT]i?B?)?)\1/g;
const unquoted = (line: string): string => line.replace(QUOTED_NUMBER, '$2');

/** A line without its literals. */
const shapeOf = remembering((line) => line.replace(STRING, '§').replace(NUMBER, '§').replace(/\s+/g, ''));

const SETTING =
  /^\s*-?\s*(?:(?:export|const|var|let|final|static|public|private)\s+)*["']?([A-Za-z_][\w.-]*)["']?\s*(?::=|[:=](?!=))\s*(.+?)[,;]?$/;
const settingOf = remembering((line) => SETTING.exec(line));
/** A value that is written down, or a duration in the words of a language's library. */
const PLAIN_VALUE = /^[^(]*(?:\([\w\s,.*]*\))?$/;

/** The same name with another value that stands there to be read. */
function setsOtherwise(before: string, after: string): boolean {
  const [was, is] = [settingOf(before), settingOf(after)];
  if (!was || !is || was[1] !== is[1]) return false;
  const values = [was[2]!, is[2]!];
  return values.every((value) => PLAIN_VALUE.test(value) && /\d|["'`]|true|false/.test(value));
}

const MEMBER = /^\s*-?\s*["'`]?([A-Za-z_][\w.-]*)["'`]?\s*:(?!=)\s*(\S.*?)[,;]?$/;

const memberOf = remembering((line) => MEMBER.exec(line));

/** The same value under another key of an object, a document or an environment: who reads it finds nothing. */
function renamesKey(before: string, after: string): boolean {
  const [was, is] = [memberOf(before), memberOf(after)];
  return was !== null && is !== null && was[1] !== is[1] && was[2] === is[2];
}

const CONDITION = /^(?:\}?\s*(?:else\s+)?(?:if|while|until|when|case|for)\b|return\b.*[<>=!]=?)/;
/** Go's and C's way to call something and see whether it failed. */
const CHECKS_ERROR = /\berr\w*\s*[!=]=\s*(?:nil|null|0)\b/;

/** The head of a function: what it is given and gives back, not what it does. */
const SIGNATURE =
  /^\s*(?:export |async |pub(?:\(\w+\))? |override |public |private |protected |internal |static |final |suspend |virtual |abstract |default |unsafe |inline )*(?:(?:func|function|def|fn|fun)\b.*|[\w<>[\],.?&* ]+ \w+\([^=;]*\)\s*(?:throws [\w, .]+)?)\{?\s*$/;

/** The same things with other operators, or a condition on nearly the same things. */
function computesOtherwise(before: string, after: string): boolean {
  if (SIGNATURE.test(before) || SIGNATURE.test(after)) return false;
  if (CHECKS_ERROR.test(before) || CHECKS_ERROR.test(after)) return false;
  const [left, right] = [identifiers(before), identifiers(after)];
  const shared = [...left].filter((name) => right.has(name)).length;
  if (shared < 2) return false;
  if (left.size === shared && right.size === shared) return operators(before) !== operators(after);
  if (DECLARES.test(before) && nameOf(before) === nameOf(after)) return operators(before) !== operators(after);
  return CONDITION.test(before) && CONDITION.test(after) && shared >= Math.min(left.size, right.size) - 1;
}

const nameOf = (line: string) => /([A-Za-z_]\w*)\s*[:=]/.exec(line)?.[1];
const identifiers = remembering((line) => new Set(line.replace(STRING, '').match(/[A-Za-z_]\w*/g)));
const operators = remembering((line) => [...(line.match(OPERATOR) ?? []), ...(line.match(NUMBER) ?? [])].join(' '));

type Described = Pick<AlteredLine, 'what' | 'larger' | 'smaller'> & { factor?: number };

function describe(before: string, after: string): Described | null {
  if (shapeOf(before) !== shapeOf(after) && setsOtherwise(before, after)) {
    const [was, is] = [settingOf(before)!, settingOf(after)!];
    const [from, to] = [lengthOf(was[2]!), lengthOf(is[2]!)];
    const what = `it sets ${subjectOf(before)} to ${oneLine(is[2]!, 50)} instead of ${oneLine(was[2]!, 50)}`;
    return {
      what,
      larger: to > from,
      smaller: to < from,
      ...(Number.isNaN(to / from) ? {} : { factor: factorOf(from, to) }),
    };
  }
  if (renamesKey(before, after)) {
    const what = `it changes "${oneLine(memberOf(before)![1]!, 50)}" to "${oneLine(memberOf(after)![1]!, 50)}"`;
    return { what, larger: false, smaller: false };
  }
  if (shapeOf(before) !== shapeOf(after)) {
    const verb = CONDITION.test(before) || isOpposite(before, after) ? 'decides' : 'goes';
    return {
      what: `it ${verb} by "${oneLine(after, 80)}" instead of "${oneLine(before, 80)}"`,
      larger: false,
      smaller: false,
    };
  }
  const [wasText, isText] = [literals(before, STRING), literals(after, STRING)];
  const text = wasText.findIndex((value, index) => value !== isText[index] && !VERSION.test(value) && !isProse(value));
  if (text >= 0) {
    return {
      what: `it changes "${oneLine(wasText[text]!, 40)}" to "${oneLine(isText[text] ?? '', 40)}"`,
      larger: false,
      smaller: false,
    };
  }
  const [was, is] = [literals(before.replace(STRING, ''), NUMBER), literals(after.replace(STRING, ''), NUMBER)];
  const changed = was.flatMap((value, index) => (value === is[index] ? [] : [{ from: value, to: is[index] ?? '' }]));
  const first = changed[0];
  if (!first) return null;
  const larger = changed.every(({ from, to }) => amountOf(to) > amountOf(from));
  const smaller = changed.every(({ from, to }) => amountOf(to) < amountOf(from));
  const factor = Math.max(...changed.map(({ from, to }) => factorOf(amountOf(from), amountOf(to))));
  return { what: `it changes ${subjectOf(before)} from ${first.from} to ${first.to}`, larger, smaller, factor };
}

/** How many times as large the larger one is; infinite where one is nothing or their signs differ. */
function factorOf(from: number, to: number): number {
  const ratio = from / to;
  return ratio > 0 && Number.isFinite(ratio) ? Math.max(ratio, 1 / ratio) : Number.POSITIVE_INFINITY;
}

/** What is written for people; a statement of a database is not. */
const isProse = (text: string) =>
  /\w \w/.test(text) && !/\b(?:select|insert|update|delete|alter|create|where|join)\b/i.test(text);

function literals(line: string, pattern: RegExp): string[] {
  return [...line.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[0]);
}

const SIZES: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

function amountOf(number: string): number {
  const [, amount = '', unit = ''] = /^(-?[\d_.]+)([A-Za-z]*)$/.exec(number) ?? [];
  return Number(amount.replaceAll('_', '')) * (UNITS[unit] ?? SIZES[unit[0] ?? ''] ?? 1);
}

const LIBRARY_UNITS: [RegExp, number][] = [
  [/milli/i, 0.001],
  [/micro/i, 0.000001],
  [/second/i, 1],
  [/minute/i, 60],
  [/hour/i, 3600],
];

/** What a value such as `5 * time.Second` or `Duration.ofMillis(200)` amounts to; NaN when it isn't one number. */
function lengthOf(value: string): number {
  const numbers = literals(value.replace(STRING, ''), NUMBER);
  if (numbers.length !== 1) return Number.NaN;
  return amountOf(numbers[0]!) * (LIBRARY_UNITS.find(([name]) => name.test(value))?.[1] ?? 1);
}

function subjectOf(line: string): string {
  const name = /([A-Za-z_][\w.-]*)["']?\s*[:=(<>]/.exec(line)?.[1];
  return name ? `"${oneLine(name, 60)}"` : 'a number';
}

/** What keeps a program within bounds; without it there is more of something. */
const GUARD =
  /\b(?:timeout|deadline|limit\w*|max\w*|min|sleep|backoff|retry|retries|evict\w*|expires?|ttl|close|release|unlock|lock|cancel|leeway|tolerance|grace|semaphore|acquire|throttle|circuit|breaker|cache\w*|index|validate|escape|sanitize|default\w*|fallback|required)\b/i;
const DECLARES = /^(?:export\s+)?(?:const|var|let|final|static|#define|[A-Z][A-Z0-9_]+\s*[:=])/;

/** Removed lines that guarded something, or compared it with a fixed value, and have no successor that says the same. */
export function removedGuards({ removed, added }: DiffLines): string[] {
  const now = added.map(splitWords).join('\n').toLowerCase();
  return removed.flatMap((line) => {
    if (CHECKS_ERROR.test(line)) return [];
    const guard = GUARD.exec(splitWords(line))?.[0];
    const acts = /\(/.test(line) || DECLARES.test(line) || /^["'\w.-]+\s*[:=]/.test(line);
    if (decidesAsBefore(line, added)) return [];
    const gone = guard !== undefined && acts && !now.includes(guard.toLowerCase());
    return gone || comparesWithGone(line, added) ? [oneLine(line, 80)] : [];
  });
}

const DECIDES =
  /^\s*\}?\s*(?:else\s+)?(?:if|unless|while|guard|when)\b\s*(.*?)\s*(?:\bthen\b|\{|:\s*$|\b(?:return|throw|raise|break|continue|else)\b|$)/;
const LEAST_CONDITION = 6;

/** True for a condition that stands in the new lines as it was: another way to go on from there is no lost guard. */
function decidesAsBefore(line: string, added: string[]): boolean {
  const condition = DECIDES.exec(line)?.[1]?.replace(/\s+/g, '') ?? '';
  return condition.length >= LEAST_CONDITION && added.some((other) => other.replace(/\s+/g, '').includes(condition));
}

/** A comparison with a value that is nowhere in the new lines; comparisons with nothing at all are made in many ways. */
function comparesWithGone(line: string, added: string[]): boolean {
  if (!CONDITION.test(line)) return false;
  const values = [...literals(line, STRING), ...literals(line.replace(STRING, ''), NUMBER)];
  const telling = values.filter((value) => !/^(?:|0|1|-1)$/.test(value));
  return telling.some((value) => !added.some((other) => other.includes(value)));
}

const splitWords = (line: string) => line.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/_/g, ' ');

const CALL = /([A-Za-z_][\w.]*)\s*(?:\[[\w\s,]*\])?\(/g;
const DEFINES = /\b(?:func|function|def|fn|sub)\s+(?:\([^)]*\)\s*)?(\w+)/g;
/** Helpers that turn one form into another do no work of their own. */
const HELPER =
  /^(?:decode|parse|bind|write|render|respond|wrap|to|from|build|make|new|format|convert|tidy|is|has|must|with|map|filter|len|append|print|string|int|float|bool|str|list|dict|range|enumerate|super|if|for|while|switch|return|func|function|catch|sizeof|typeof|assert|scan)(?=[A-Z_(\W]|$)/;
/** Calls that wait for others or use up something. */
const WORKS =
  /query|exec|select|insert|find|fetch|load|^get\w+|http|rpc|send|publish|lock|sleep|wait|open|connect|dial|flush|sync|serialize|compress|encrypt|spawn|thread|retry|invoke|lookup|resolve|store|save/i;

/** Calls that were not made before and do work, each once; helpers that the diff defines itself are looked into anyway. */
export function newCalls({ removed, added }: DiffLines): string[] {
  const before = new Set(calls(removed));
  const defined = new Set(added.flatMap((line) => [...line.matchAll(DEFINES)].map(([, name]) => name!)));
  const isWork = (call: string) => {
    const name = call.split('.').at(-1)!;
    return !before.has(call) && !defined.has(name) && !HELPER.test(name) && WORKS.test(name);
  };
  // A function that is only defined, and not called anywhere in the diff, adds nothing to what ran before.
  const onlyNew = removed.length === 0 && defined.size > 0;
  return onlyNew ? [] : [...new Set(calls(added).filter(isWork))].slice(0, 5);
}

const calls = (lines: string[]) =>
  lines.flatMap((line) => [...line.replace(STRING, '""').matchAll(CALL)].map(([, name]) => name!));
