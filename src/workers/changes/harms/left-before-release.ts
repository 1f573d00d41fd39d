import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { type HunkLine, hunksOf } from './hunks.ts';

const CLOSES =
  'close|closequietly|disposeasync|closeasync|aclose|release|dispose|r?unlock|disconnect|destroy|terminate|shutdown|free|end';
/** What gives something back, and the name of what it gives. */
const GIVES_BACK: readonly RegExp[] = [
  new RegExp(
    `(?:^|[^\\w.>])\\$?([A-Za-z_](?:[\\w.]|->)*?)(?:\\?|!!)?(?:\\.|->)(?:${CLOSES})(?:\\(\\s*\\)|;?\\s*\\}?$)`,
    'i',
  ),
  /\w*pool\w*(?:\.\w+)?(?:\.|->|::)(?:put\w*|return\w*|release\w*|free|add|offer|check_?in|recycle)\(\s*\$?([A-Za-z_]\w*)\s*[,)]/i,
  /\b(?:putconn|put_conn\w*|release\w*|return_?object|return_?conn\w*|close|close_?(?:quietly|socket|dir|conn\w*)|[fp]close|free|g_free|curl_\w*(?:close|cleanup)|\w+_close|munmap)\(\s*\$?([A-Za-z_]\w*)\s*\)/i,
  /^delete(?:\[\])?\s+([A-Za-z_]\w*);/,
  /^defer\s+([A-Za-z_]\w*)\(\)$/,
];
/** What from here on gives back something that was taken before. */
const ADOPTS: readonly RegExp[] = [
  /^(?:return\s+)?(?:await\s+)?(?:using|with|async with|try)\s*\(?\s*(?:closing\()?\s*(?:(?:var|val|let|final)\s+\w+\s*=\s*)?([A-Za-z_]\w*)\s*[):]/,
  /(?:^|[^\w.])([A-Za-z_]\w*)\??\.use\s*\{/,
];
/** Calls by which a lock or a permit is taken in place, so that nothing is assigned. */
const TAKES_IN_PLACE = '(?:\\.|->)(?:lock|rlock|acquire|wait|enter|tryacquire|begin|take)\\w{0,12}\\s*\\(';
const LEAVES = /(?:^|[\s{;(])(?:return|throw|raise|continue|break|goto|panic\(|next(?=\s|$))/;
/** Ends only the nearest loop. */
const ENDS_TURN = /(?:^|[\s{;(])(?:continue|break|next)\b/;
const THROWS = /(?:^|[\s{;(])(?:throw|raise|panic\()/;
const DECIDES =
  /^(?:\}\s*)?(?:else\b|if\b|elif\b|elsif\b|elseif\b|unless\b|when\b|guard\b|case\b|default\b|switch\b|match\b|catch\b|except\b|rescue\b|for\b|foreach\b|while\b|do\b|loop\b|try\b)/;
/** Conditions of which `return` is told on the same line. */
const DECIDES_INLINE = /\b(?:if|unless|when|guard)\b|\?:/;
const LOOPS = /^(?:\}\s*)?(?:for|foreach|while|do|loop)\b|\.each\b/;
const SWITCHES = /^(?:switch|match|case|default|select|when)\b/;
const IS_TRY = /^(?:\}\s*)?(?:try\b|begin\b)/;
/** Blocks that are come to whatever happens, or only when something failed. */
const COVERS = /\b(?:finally|ensure|catch|except|rescue|using|with)\b|\.use\s*\{/;
const FAILED = /\berr\w*\b|\berror\b/;
const ASSIGNS_FAILURE = /\berr\w*\s*:?=(?!=)/;

type Left = { way: string; release: string; of: string; what: string };
type Release = { name: string; code: string; depth: number; at: number };

function nameIn(code: string, forms: readonly RegExp[]): string | null {
  for (const form of forms) {
    const name = form.exec(code)?.[1];
    if (name !== undefined) return /^(?:this|self)\./.test(name) ? name : name.split(/\.|->/)[0]!;
  }
  return null;
}

const givenBack = (code: string): string | null => nameIn(code, GIVES_BACK) ?? nameIn(code, ADOPTS);

/** What a line gives back; null for one that does not, or that is come to in any case. What is deferred counts from there on. */
function releaseAt(own: HunkLine[], end: number): Release | null {
  const { code, depth } = own[end]!;
  const name = givenBack(code);
  if (name === null) return null;
  let [at, level] = [end, depth];
  for (let index = end - 1; index >= 0; index--) {
    const line = own[index]!;
    if (line.depth >= level) continue;
    if (COVERS.test(line.code)) return null;
    level = line.depth;
    if (/^defer\b/.test(line.code)) at = index;
  }
  return { name, code, depth: own[at]!.depth, at };
}

const escaped = (name: string): string => name.replace(/[.$]/g, '\\$&');

/** Where it was taken: the last line before that assigns it from a call, or locks it. */
function takenAt(lines: HunkLine[], name: string, before: number): number {
  const taken = new RegExp(
    `(?:^|[^\\w.])\\$?${escaped(name)}\\b[\\w\\s,:<>?*&.[\\]]{0,60}?(?::=|=(?![=>]))[^=].*(?:\\(|\\.\\w)|\\b${escaped(name)}\\b[\\w.]{0,40}${TAKES_IN_PLACE}`,
    'i',
  );
  return lines.findLastIndex(({ code }, index) => index < before && taken.test(code));
}

/** The ways by which some lines are left between where something is taken and where it is given back. */
function leftIn(lines: HunkLine[], side: '+' | '-'): Left[] {
  const own = lines.filter(({ sign }) => sign === ' ' || sign === side);
  return own.flatMap((line, end) => {
    const release = releaseAt(own, end);
    if (release === null) return [];
    const taken = takenAt(own, release.name, release.at);
    const start = taken >= 0 ? taken : side === '+' ? movedFrom(lines, own, line) : -1;
    const what = kindOf(release, own[taken]);
    if (start < 0 || what === null) return [];
    const depth = taken >= 0 ? Math.min(release.depth, own[taken]!.depth) : release.depth;
    return own.slice(start + 1, release.at).flatMap((_, index) => {
      const way = conditionOf(own, start, start + 1 + index, { ...release, depth });
      return way === null ? [] : [{ way, release: release.code, of: release.name, what }];
    });
  });
}

/** The last line that stays before where the same was given back until now; -1 where it was not. */
function movedFrom(lines: HunkLine[], own: HunkLine[], release: HunkLine): number {
  const bare = release.code.replace(/\s+/g, '');
  const at = lines.findIndex(({ sign, code }) => sign === '-' && code.replace(/\s+/g, '') === bare);
  if (at < 0 || at >= lines.indexOf(release)) return -1;
  const before = lines.slice(0, at).findLast(({ sign }) => sign !== '-');
  return before ? own.indexOf(before) : -1;
}

/** The condition by which a line leaves without giving back; null for a line that does not, or that nothing is lost by. */
function conditionOf(own: HunkLine[], start: number, at: number, release: Release): string | null {
  const { name } = release;
  const { code, depth } = own[at]!;
  if (!LEAVES.test(code) || handsOn(code, name)) return null;
  let condition = DECIDES_INLINE.test(code) && !DECIDES.test(code) ? code : null;
  if (DECIDES.test(code)) condition = code;
  let level = depth;
  let isCaught = false;
  let inLoop = false;
  for (let index = at - 1; index > start && level > release.depth; index--) {
    const line = own[index]!;
    if (givenBack(line.code) === name && line.depth === level) return null;
    if (line.depth >= level || line.code === '{') continue;
    if (!DECIDES.test(line.code)) return null;
    isCaught ||= IS_TRY.test(line.code);
    inLoop ||= LOOPS.test(line.code) || (/\bbreak\b/.test(code) && SWITCHES.test(line.code));
    if (condition === null && !LOOPS.test(line.code) && !IS_TRY.test(line.code)) condition = line.code;
    level = line.depth;
  }
  if (condition === null || (isCaught && THROWS.test(code)) || (inLoop && ENDS_TURN.test(code))) return null;
  if (givenBack(code) === name) return null;
  return tellsNothingTaken(own, start, at, condition, name) ? null : condition;
}

/** True for who gives to its caller what was taken. */
const handsOn = (code: string, name: string): boolean =>
  new RegExp(`\\breturn\\b.*(?<![\\w.])${escaped(name)}\\b(?!\\s*(?:\\.|->|\\[|\\?\\.))`).test(code);

/** A condition by which nothing was taken: the call failed, or nothing came of it. */
function tellsNothingTaken(own: HunkLine[], start: number, at: number, condition: string, name: string): boolean {
  const subject = escaped(name);
  const isNothing = new RegExp(
    `(?<![\\w.])${subject}\\b\\s*(?:[!=]==?|\\bis\\b|<)\\s*(?:-?[01]\\b|null|nil|None|undefined|NULL|nullptr|INVALID\\w*|false)|!\\s*\\$?${subject}\\b(?![.\\w])|\\bnot\\s+${subject}\\b(?!\\.)|(?:null|nil|None)\\s*[!=]==?\\s*\\$?${subject}\\b|\\b${subject}\\.nil\\?|unless\\s+${subject}\\b(?!\\.)|IsNull\\w*\\(\\s*${subject}\\b|\\b(?:isNull|isNil|isEmpty|try\\w*)\\(\\s*${subject}\\b`,
  );
  if (isNothing.test(condition) || new RegExp(`${subject}(?:\\.|->)try\\w*\\(`, 'i').test(condition)) return true;
  if (!FAILED.test(condition)) return false;
  // Of several calls the last one before tells what failed.
  const failed = own.findLastIndex(({ code }, index) => index <= at && ASSIGNS_FAILURE.test(code));
  return failed <= start;
}

/** What there is only so much of, by names of what holds it and of the calls that take it. */
const WHAT: readonly [string, RegExp][] = [
  ['lock', /lock|mutex|monitor|\bmu\b/i],
  ['permit', /sem(?:aphore)?\b|permit|limiter/i],
  [
    'response (and its connection)',
    /resp(?:onse)?\b|body|reply|\b(?:http|client)\w*\.(?:do|get|post|execute|send)\w*\(/i,
  ],
  [
    'connection',
    /conn(?:ection)?s?\b|get_?conn|connect\(|client|session|sock|channel|pool|\bdb\b|\btx\b|rows|cursor|stmt|statement|\brs\b/i,
  ],
  ['file', /file|\bfd\b|\bfp\b|handle|reader|writer|stream|\bopen\w*\(|\bf\b|\bdir\b/i],
  ['timer', /\bcancel\b|timer/i],
  ['memory', /buf|mem|arena|alloc|\bptr\b|free\(|^delete\b/i],
];

/** What it is that is taken; null for what has a beginning and an end of another kind, such as an order or a dialog. */
function kindOf({ name, code }: Release, taken?: HunkLine): string | null {
  const words = code
    .replace(/^(?:defer|return|await)\s+/, '')
    .replace(new RegExp(`\\b(?:${CLOSES})\\b\\(\\s*\\)`, 'i'), '');
  const texts = [name, words, taken?.code ?? ''].map((text) =>
    text.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/_/g, ' '),
  );
  const kind = texts.flatMap((text) => WHAT.find(([, pattern]) => pattern.test(text))?.[0] ?? [])[0] ?? null;
  const isHeld = kind === 'lock' || kind === 'permit';
  // A lock that is adopted is taken there and not before.
  return isHeld && nameIn(code, GIVES_BACK) === null ? null : kind;
}

/** How those who wait for one complain, and what counts those that are out. */
export const LEAK_SHOWS =
  /\bleak\w*|too many (?:clients|open|connections|files|sessions)|(?:connection|pool|permit)\w* (?:is |are )?(?:not available|unavailable|exhausted|full|timed? ?out|timeout)|(?:waiting for|unable to|could not|failed to|when trying to) (?:a |an |get |obtain |acquire |borrow |checkout |connect)|pool (?:size|limit)|queuepool|pool_?(?:wait|busy|active|pending|in_?use|borrowed)|descriptors?\b|E[MN]FILE|open_?f(?:iles|ds)|connections?_(?:active|in_use|open|busy|pending|used|leased)|(?:active|open|busy|used|leased|out_?going|outbound|inbound|established|tcp|http|client)_connections|_sockets?\b|sockets?_(?:open|in_use|used)|(?:open|file)_handles?|handles_(?:open|count)|requests?_pending|deadline: \d|connection request|connection slots|\bacquired=\d|_acquired\b|acquired_conn|idle in transaction|close_wait|numbackends|getconnection\b|maximum number of (?:processes|sessions)|prior to obtaining a connection|goroutines|deadlock|lock wait/i;

/** Ways out that the change opens between where something is taken and where it is given back: who goes there keeps it for ever. */
export function leftBeforeRelease({ detail }: ReadChange): Consequence[] {
  for (const lines of hunksOf(detail)) {
    const before = leftIn(lines, '-').map(keyOf);
    const left = leftIn(lines, '+').find((one) => !before.includes(keyOf(one)));
    if (!left) continue;
    const why = `it leaves ("${oneLine(left.way, 70)}") before it closes the ${left.what} that it took ("${oneLine(left.release, 60)}"), which is never closed then (a leak)`;
    return [{ why, shows: LEAK_SHOWS, isPlain: true, holdsOthers: true }];
  }
  return [];
}

const keyOf = ({ way, of }: Left): string => `${of} ${way.replace(/\s+/g, '')}`;
