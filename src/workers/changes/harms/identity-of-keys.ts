import { oneLine } from '../../detectors/support/text.ts';
import { OF_CACHES } from './cache-generation.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** What things are told apart by. */
const OF_KEYS = /cache|\block|limit|throttl|quota|shard|etag|topic|vary|scope/i;
const KEYS = /key|bucket|partition|idempot|dedup|group_?by|fingerprint|hash/i;
/** Parts with nothing but a mark between them: so keys look everywhere, and few other texts. */
const KEY_FORM = /["'`][:|#]["'`]|\}[:|#][$#]?\{|%[sdvqw][:|#]%[sdvqw]|\$\w+[:|#]?\$\w/;
/** A text that is put together; only what is called a key may be a list, too. */
const PUTS_TOGETHER =
  /[$#]\{|\{[\w.()]+\}|["'`]\s*\+|\+\s*["'`]|printf\(|format!?\(|\bjoin\(|concat\(|<>|\.\s*["']|\$\w/i;
const LISTS = /\[[^\]]*,|\([^()]*,/;
/** A cache that is asked by a list of parts. */
const KEYED_LIST = /cache\w*\.\w+\(\s*\[[^\]]*,/i;
/** Words with a blank between them are written for people. */
const PROSE = /["'`][^"'`]*[A-Za-z]{2} (?!\$)[A-Za-z]{2}/;
/** What is another one for each request. */
const EVER_NEW =
  /\b\w*(?:request|trace|span|correlation|invocation|message)[-_]?id\b|\btrace(?:parent|state)\b|\bx-b3-\w+|\bcf-ray\b|\bx-amzn-trace-\w+|\bnonce\b|\w*uuid\w*|\bguid\b|random|nanoid|\bnow\b|now\(|time\.time\(|timestamp|currentTime|nanoTime|Date\.now|monotonic/i;

/** All of a request, of which hardly two are the same to the letter. */
const OF_WHOLE_REQUESTS =
  /\b(?:RequestURI|request_?uri|originalUrl|full_?path|fullpath|raw_?query|RawQuery|query_?string|QueryString|query_param(?:eter)?s|getQueryString|getRequestURL|GetDisplayUrl|GetEncodedUrl|absolute_uri|build_absolute_uri|user-?agent|UserAgent)\b|\breq(?:uest)?\.url\b|\br\.URL\b(?!\.Path)|\b(?:req|request|r)\.(?:headers|Header)\b/i;

/** Who asks, of whom there are as many as there are people, programs or devices that do. */
const WHO_ASKS =
  /^(?:(?:current|request|remote|logged_?in)_?)?(?:visitor|session|user|customer|account|device|member|person|viewer|subscriber|shopper|cookies?|cart|basket|jwt|bearer|client_?id|client_?ip|ip|(?:remote_?)?addr(?:ess)?|access_?token|api_?key)(?:_?(?:id|key|uuid|hash|name|token|address))?$/i;

/** Everything that an object holds, whatever that is. */
const OF_WHOLE_OBJECTS: readonly RegExp[] = [
  /(?:\*|\.\.\.)\s*([a-z_]\w*)(?:\.(?:to_h|to_a|values|attributes|items|entries)\b(?:\(\))?)*/,
  /\b([a-z_]\w*)(?:\.(?:to_h|to_json|attributes|model_dump|dict|__dict__|toJSON|serialize)\b)/,
  /\b(?:JSON\.stringify|json\.dumps|asdict|vars|Objects\.hash|Object\.values|Object\.entries|hash|serialize|to_json|Marshal)\(\s*([a-z_]\w*)\s*[,)]/,
  /%\+?v[^,]*,\s*([a-z_]\w*)\s*\)/,
  /\b([a-z_]\w*)\.(?:hash|hashCode|hash_code|GetHashCode)\b\(/,
];

/** The object of which a key held some members before and holds all of them now. */
function wholeObject(before: string, after: string): string | null {
  const names = OF_WHOLE_OBJECTS.flatMap((form) => form.exec(after)?.[1] ?? []);
  return names.find((name) => new RegExp(`\\b${name}\\??\\.[a-z_]`, 'i').test(before) && !holdsWhole(before)) ?? null;
}
const holdsWhole = (line: string): boolean => OF_WHOLE_OBJECTS.some((form) => form.test(line));

const MIXED_UP =
  /rate.?limit|\b429\b|limit reached|too many|throttl|buckets?\b|_buckets|another|someone else|belongs? to|wrong|mixed|mismatch|collision|duplicate|conflict|already (?:exists|held|locked|in progress|processed|running)|contention|skew|hot (?:partition|key|shard)|out of order|lock wait/i;
const NEVER_FOUND =
  /miss(?:es|_|\b)|hit.?rat|_?\bkeys\b|evict|quer|database|\bdb\b|sql|memor|heap|\boom|cardinality|entries|dedup|duplicate|slots/i;
/** Less is found again than before: other things are full or asked more by that as well, and for many reasons. */
const LESS_FOUND =
  /miss(?:es|ed|_|\b)|hit.?rat|evict|(?:cache|redis)\w*_(?:keys|entries|size)|keys_(?:set|added|total)|quer(?:y|ies)_per/i;

/** A key that lost one of its parts, so that what it told apart is one now, or got a part that never comes again. */
export function identityOfKeys(change: ReadChange): Consequence[] {
  const { removed, added, detail } = change;
  const hunk = signedLines(detail);
  const heads = [...hunk.context, ...hunk.removed, ...(detail.match(/^@@.*$/gm) ?? []).slice(0, 20)];
  const isKey = heads.some((head) => NAMES_KEYS.test(head));
  const built = removed.slice(0, MOST_LINES).filter((line) => buildsKey(line, isKey));
  const now = added.slice(0, MOST_LINES).map((line) => ({ line, parts: partsOf(line) }));
  const isOfCache = [...change.files, detail.slice(0, MOST_READ)].some((text) => OF_CACHES.test(text));
  for (const before of built) {
    const was = partsOf(before);
    for (const { line: after, parts: is } of now) {
      const fresh = isEverNew(was, after, detail);
      if (fresh && sharesSomething(before, after)) return [never(fresh, after)];
      const whole = wholeObject(before, after);
      if (whole) return [ofAll(whole, after)];
      const lost = [...was].filter((part) => !now.some(({ parts }) => parts.has(part)));
      const kept = [...was].filter((part) => is.has(part));
      const gained = [...is].filter((part) => !was.has(part));
      const asker = isOfCache && lost.length === 0 && kept.length > 0 ? askerIn(before, after) : null;
      if (asker) return [forEach(asker, after)];
      if (lost.length > 0 && kept.length > 0 && gained.length === 0) return [oneForAll(lost, after)];
    }
  }
  return [];
}

const MOST_LINES = 60;
/** So much of a diff is searched for what its keys belong to. */
const MOST_READ = 8000;

function buildsKey(line: string, isKey: boolean): boolean {
  if (PROSE.test(line)) return false;
  if (isKey || KEYS.test(line)) return PUTS_TOGETHER.test(line) || LISTS.test(line);
  return PUTS_TOGETHER.test(line) ? OF_KEYS.test(line) || KEY_FORM.test(line) : KEYED_LIST.test(line);
}

/** A function or variable that is called by the key it makes. */
const NAMES_KEYS =
  /\b(?:func|function|def|fn|fun|const|val|String|string|private|public|static)\b.{0,80}\b\w*(?:key|bucket|partition|shard|fingerprint|lockname|cachename)\w*/i;

const never = (part: string, after: string): Consequence => ({
  why: `its key holds "${oneLine(part, 40)}", which is another one for ${OF_WHOLE_REQUESTS.test(part) ? 'nearly ' : ''}every request, so that ${OF_WHOLE_REQUESTS.test(part) ? 'hardly anything' : 'nothing'} is found again: "${oneLine(after, 90)}"`,
  shows: NEVER_FOUND,
  isPlain: true,
  feltByAsked: true,
});
const ofAll = (whole: string, after: string): Consequence => ({
  why: `its key holds everything of "${oneLine(whole, 40)}" where it held some of it, also what is another one for each request, so that hardly anything is found again: "${oneLine(after, 90)}"`,
  shows: NEVER_FOUND,
  isPlain: true,
  feltByAsked: true,
});
const forEach = (asker: string, after: string): Consequence => ({
  why: `the key of its cache holds "${oneLine(asker, 40)}", so that each of those has entries of its own and hardly anything is found (misses) of what is the same for all: "${oneLine(after, 90)}"`,
  shows: LESS_FOUND,
  isPlain: true,
  feltByAsked: true,
});
const oneForAll = (lost: string[], after: string): Consequence => ({
  why: `its key no longer tells apart by "${oneLine(lost.join('", "'), 80)}", so that all share one: "${oneLine(after, 90)}"`,
  shows: MIXED_UP,
  isPlain: true,
});

/** What lines hold whatever they are about: words of languages, and how calls are made and fail. */
const OF_LANGUAGES =
  /^(?:f|str|string|String|fmt|new|return|this|self|val|var|let|const|await|async|if|not|null|nil|None|undefined|err|error|ok|ctx|context|tx|conn|true|false)$/;

/** The values of a line that gives a key, without what is written down in it. */
const valuesOf = (line: string): string =>
  line
    .replace(/^.*?(?:\breturn\b|[^=!<>]=(?!=)|:=|=>)\s*/, '')
    .replace(/[`']/g, '"')
    .replace(/"[^"]*"/g, (text) => text.replace(/\$([A-Za-z_]\w*)/g, '" $1 "'))
    .replace(/[$#]\{([^}]*)\}|\{([^{}"']*)\}/g, '" $1$2 "')
    .replace(/"[^"]*"/g, ' ');

/** What a key is put together from: members and variables, by their last names; what is called is no part. */
function partsOf(line: string): Set<string> {
  const names = valuesOf(line).match(/[A-Za-z_][\w.]*(?![\w.]*\()/g) ?? [];
  return new Set(
    names.map((name) => name.split('.').at(-1)!).filter((name) => name.length > 1 && !OF_LANGUAGES.test(name)),
  );
}

/** Names within quotes, as of the headers by which answers vary. */
const quotedNames = (line: string): string[] =>
  [...line.matchAll(/["'`]([A-Za-z][\w.-]{1,60})["'`]/g)].map(([, name = '']) => name);

/** The part of a new key that never comes again: in its line, or in the function it calls, where the diff shows that. */
function isEverNew(was: Set<string>, after: string, detail: string): string | null {
  const whole = OF_WHOLE_REQUESTS.exec(after)?.[0];
  if (whole) return was.has(whole.split('.').at(-1)!) ? null : whole;
  const parts = [...partsOf(after), ...(after.match(/\b[\w.]+\(/g) ?? []), ...quotedNames(after)];
  const own = parts.find((part) => EVER_NEW.test(part));
  if (own) return was.has(own) ? null : own;
  for (const [, name] of after.matchAll(/(\w{4,60})\(/g)) {
    const start = new RegExp(`\\b(?:def|func|function|fn|fun|String|string|get)\\b[^\\n]{0,60}\\b${name}\\b`).exec(
      detail,
    );
    const body = start ? detail.slice(start.index, start.index + 600) : '';
    const part = EVER_NEW.exec(body)?.[0];
    if (part) return part;
  }
  return null;
}

/** Who asks, where a key names that now and did not before. */
function askerIn(before: string, after: string): string | null {
  const namesOf = (line: string): string[] =>
    [...(valuesOf(line).match(/[A-Za-z_]\w*/g) ?? []), ...quotedNames(line)].map((name) =>
      name.replace(/^get(?=[A-Z_])_?|\(\)$/i, ''),
    );
  const was = namesOf(before);
  return namesOf(after).find((name) => WHO_ASKS.test(name) && !was.includes(name)) ?? null;
}

const sharesSomething = (before: string, after: string): boolean => {
  const words = new Set(before.match(/[A-Za-z]{3,}/g));
  return (after.match(/[A-Za-z]{3,}/g) ?? []).some(
    (word) => words.has(word) && !/^(?:return|const|val|var)$/.test(word),
  );
};
