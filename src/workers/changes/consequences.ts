import type { DiffLines } from './diff-lines.ts';
import type { Consequence } from './harms/harm.ts';
import { alteredLines } from './line-changes.ts';
import { asksForEach } from './loops.ts';

type Lines = DiffLines & { smaller: string[]; larger: string[] };
type Rule = Consequence & { when: (lines: Lines) => boolean };

const some = (lines: string[], pattern: RegExp) => lines.some((line) => pattern.test(line));
const came = ({ removed, added }: DiffLines, pattern: RegExp) => some(added, pattern) && !some(removed, pattern);
const gone = ({ removed, added }: DiffLines, pattern: RegExp) => some(removed, pattern) && !some(added, pattern);
const differs = ({ removed, added }: DiffLines, pattern: RegExp) => some(removed, pattern) || some(added, pattern);

const SLOW =
  /slow|latenc|duration|took|p9\d|time[sd]? ?out|deadline|wait|block|stall|queue|saturat|reject|busy|cpu|\b50[34]\b/i;
const STORE_LOAD =
  /quer|database|\bdb\b|sql|statement|select|miss|connection|cpu|slow|latenc|duration|took|p9\d|time[sd]? ?out/i;
const MEMORY = /memor|heap|oom|\brss\b|working.?set|garbage|\bgc\b|exit code 137|evict|restart/i;
const NOTHING = /null|undefined|\bnil\b|NoneType|TypeError|AttributeError|panic|segmentation/i;
const FORM =
  /unmarshal|deserial|pars(?:e|ing)|schema|unexpected|cast|\btype\b|valid|format|decode|json|mapping|unknown field|missing (?:field|property|column)|required/i;

/** A refusal that says when to come again leaves that to whoever asked. */
const SAYS_WHEN = /["'`]?\bRetry-?After["'`]?\s*(?:,|:|=>|\]\s*=(?!=)|\s\d)/gi;
const RETRIES = /retr(?:y|ies)|back-?off|attempts?\b/i;
const CACHES = /cache|\bttl\b|memoi[sz]e|expir/i;
const GIVES_BACK =
  /\b(?:close|release|dispose|unlock|unsubscribe|removeListener|clearInterval|cancel)\w*\s*\(|\busing\b|\bwith\b.*\bas\b/i;
const WORKERS = /thread|worker|concurren|parallel|pool|replicas?|instances?|processes|connections|capacity|cpu/i;
const AMOUNTS = /batch|buffer|prefetch|page.?size|chunk|fetch.?size|concurren|parallel|depth/i;
const CHECKS_NOTHING =
  /[!=]==? ?(?:null|nil|undefined|None)\b|\bis (?:not )?None\b|\bif \(?!\s?[\w.]+\)?|\?\.|\?\?|isPresent|Optional|isNull|IsNullOr|\bif not [\w.]+:/;
const PATTERNS = /\/[^/]*[+*][^/]*\/[a-z]*\.|re\.compile|regexp?\b|new RegExp|Pattern\.compile|MustCompile/i;
const LOCKS =
  /\bsynchronized\b|\bwith\s+[\w.]*lock\w*\s*:|\bSemaphore\(1\b|mutex|\.lock\(|\bLock\(|for update|lock table|select_for_update|serializable/i;
const IN_STORE =
  /\b(?:quer\w*|exec\w*|select|find\w*|filter|fetch\w*|load\w*|objects|repository|get\w*By\w*)\b\s*[.(]/i;
const IN_FORM =
  /[`"']\$\{|\$\{[^}]+\}|json:"[^"]*"|@JsonProperty\b[^)]*|toString\(|\bString\(|\bstr\(|parseInt|\bNumber\(|format\(|\w*serialize\w*|\w*marshal\w*/gi;
/** How lines give data a form, in whatever order: code that only moved gives it the same. */
const formsIn = (lines: string[]): string =>
  lines
    .flatMap((line) => line.match(IN_FORM) ?? [])
    .sort()
    .join('\n');
const MORE_LOGS = /log.?level|\blevel\b|verbos|\bdebug\b/i;
const ACCESS = /"?\w+:[A-Z]\w+"|permission|role|grant|scope|policy|allow/i;

/** The kinds of change that are known to do harm, each with how the harm shows. */
const RULES: readonly Rule[] = [
  {
    why: 'it retries otherwise than before',
    when: ({ removed, added }) => [...removed, ...added].some((line) => RETRIES.test(line.replace(SAYS_WHEN, ''))),
    shows:
      /retr(?:y|ies)|attempt|queue|full|reject|overload|too many|saturat|cpu|requests?_per|calls|\b(?:429|503)\b|rate/i,
  },
  {
    why: 'it caches less or for a shorter time',
    when: (lines) => gone(lines, CACHES) || some(lines.smaller, CACHES),
    shows: STORE_LOAD,
  },
  {
    why: 'it no longer gives back what it takes',
    when: (lines) => gone(lines, GIVES_BACK),
    shows: /connection|too many|clients|pool|descriptor|open files|leak|memor|heap|oom|goroutine|lock/i,
  },
  { why: 'it has fewer hands for the same work', when: ({ smaller }) => some(smaller, WORKERS), shows: SLOW },
  {
    why: 'it takes more at once',
    when: ({ larger }) => some(larger, AMOUNTS),
    shows: new RegExp(`${MEMORY.source}|too large|payload|throttl|\\b429\\b|rate limit|lock`, 'i'),
  },
  {
    why: 'it no longer checks whether there is something',
    when: (lines) => gone(lines, CHECKS_NOTHING),
    shows: NOTHING,
  },
  {
    why: 'it matches text by another pattern, which can take for ever',
    when: (lines) => came(lines, PATTERNS),
    shows: SLOW,
  },
  {
    why: 'it takes locks that it did not take before',
    when: (lines) => came(lines, LOCKS),
    shows: /lock|wait|block|slow|latenc|duration|p9\d|time[sd]? ?out|contention/i,
  },
  {
    why: 'it asks a store within a loop',
    when: ({ added }) => asksForEach(added, IN_STORE),
    shows: STORE_LOAD,
    ofStatements: true,
  },
  {
    why: 'it gives data another form',
    when: ({ removed, added }) => removed.length > 0 && formsIn(removed) !== formsIn(added),
    shows: FORM,
  },
  {
    why: 'it logs more',
    when: (lines) => came(lines, /\b(?:debug|trace|verbose|all)\b/i) && differs(lines, MORE_LOGS),
    shows: /disk|volume|space|\blogs?\b|iops|cpu/i,
  },
  {
    why: 'it takes away rights',
    when: ({ removed, added }) => added.length === 0 && some(removed, ACCESS),
    shows: /denied|authori[sz]|forbidden|\b40[13]\b|permission/i,
  },
];

/** Numbers that change by less than this factor are tuned, and seldom do harm. */
const FAR = 3;

/** What the changed lines are known to do, by what was added, taken away, made smaller or larger. */
export function consequencesOf({ removed, added }: DiffLines, detail: string): Consequence[] {
  const altered = alteredLines({ removed, added });
  const tuned = altered.filter(({ factor }) => factor !== null && factor < FAR);
  const far = altered.filter((one) => !tuned.includes(one));
  const lines: Lines = {
    removed: removed.filter((line) => !tuned.some(({ before }) => before === line)),
    added: added.filter((line) => !tuned.some(({ after }) => after === line)),
    smaller: far.flatMap(({ smaller, before }) => (smaller ? [before] : [])),
    larger: far.flatMap(({ larger, before }) => (larger ? [before] : [])),
  };
  const found = RULES.filter(({ when }) => when(lines));
  return [...found, ...(keepsThings(detail) ? [KEEPS] : [])].map(({ why, shows, ofStatements }) => ({
    why,
    shows,
    ...(ofStatements && { ofStatements }),
  }));
}

const KEEPS: Consequence = { why: 'it keeps things for as long as it runs', shows: MEMORY };

/** A collection that outlives a request: not indented, or of an object or class. */
const DECLARES =
  /^\+(?:(?:export |public |private |protected |static |final |readonly |const |let |var |global )*|\s+(?:(?:private |public |protected |readonly |final )*static |(?:private|readonly) [^(\n]*?|(?:self|this|cls)\.|@@?|(?=[A-Z][A-Z_]+\b)))(\w+)\b[^=(\n]*(?::=|\|\|=|=)\s*(?:new (?:\w*Map|\w*Set|\w*List|\w*Dictionary|\w*Queue)\b|make\((?:map|\[\])|\{\}|\[\]|dict\(|list\(|set\(|map\[|defaultdict)/gm;
const BOUNDS = /evict|delete|remove|clear\(|\bpop\(|shift\(|max.?(?:size|entries)|limit|\bttl\b|expir|WeakMap|\blru\b/i;

/** Of a bundled file only the head is read: what looks for declarations takes the square of a line's length. */
const MAX_LINE = 400;

/** True for added lines that declare such a collection and put things into it, and never take any out. */
function keepsThings(detail: string): boolean {
  const added = detail
    .slice(0, 40_000)
    .split('\n')
    .filter((line) => /^\+(?!\+\+)/.test(line))
    .map((line) => line.slice(0, MAX_LINE));
  const text = added.join('\n');
  if (/lru_cache\(maxsize=None\)|^\+\s*@(?:functools\.)?cache\b/m.test(text)) return true;
  if (BOUNDS.test(text)) return false;
  const names = [...text.matchAll(DECLARES)].flatMap(([, name]) => name ?? []);
  return names.some((name) =>
    new RegExp(
      String.raw`\b${name}\s*(?:\.(?:set|put|add|Add|push|append|offer|enqueue|TryAdd|computeIfAbsent)\(|\[[^\]]+\]\s*(?:\|\||\?\?)?=(?!=))|\b${name}\s*=\s*append\(`,
    ).test(text),
  );
}
