import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';
import { blocksAround, type HunkLine, hunksOf, sideOf } from './hunks.ts';
import { REMEMBERS, some } from './lines.ts';

/** How containers of dependencies are told to keep what they made, each with how they are told to make another one each time. */
const LIFETIMES: readonly { kept: RegExp; anew: RegExp }[] = [
  {
    kept: /\bAddSingleton\b|SingleInstance\(|WithSingletonLifetime|ServiceLifetime\.Singleton|LifestyleSingleton|Lifestyle\.Singleton/,
    anew: /\bAdd(?:Transient|Scoped)\b|With(?:Transient|Scoped)Lifetime|ServiceLifetime\.(?:Transient|Scoped)|InstancePer\w+\(|Lifestyle(?:\.)?(?:Transient|Scoped)/,
  },
  {
    kept: /@ApplicationScoped\b|@Singleton\b|SCOPE_SINGLETON/,
    anew: /@Dependent\b|@Prototype\b/,
  },
  {
    kept: /@Singleton\b|asEagerSingleton\(|\.in\((?:Singleton\.class|Scopes\.SINGLETON)\)|\bin(?:Singleton|Container)Scope\(|@singleton\(|(?:^|\s)single(?:Of)?\s*(?:<[^>]*>)?\s*[({]|\bsingleton\s*(?:<[^>]*>)?\s*[({]|providers\.(?:Singleton|Resource|Object)\(|\.singleton\(|memoize: true|shared: true/,
    anew: /\bin(?:Transient|Request)Scope\(|@(?:injectable|transient|scoped)\(|(?:^|\s)(?:factory|factoryOf|scoped|provider)\s*(?:<[^>]*>)?\s*[({]|providers\.Factory\(|->bind\(|\.(?:transient|scoped)\(\)|memoize: false|shared: false/,
  },
];
/** What makes a new object for each request by itself, as opposed to how objects are kept where nothing is said. */
const ANEW_BY_REQUEST =
  /\bScope\.(?:REQUEST|TRANSIENT)\b|@Scope\(.*(?:prototype|request)|SCOPE_(?:PROTOTYPE|REQUEST)\b|@RequestScoped?\b|setScope\(["'](?:prototype|request)|scope="(?:prototype|request)"/i;
/** Marks by which what stands below them is made once only; nothing is written in their place. */
const MARKS_ONCE =
  /@Singleton\b|@ApplicationScoped\b|asEagerSingleton\(|\.in\((?:Singleton\.class|Scopes\.SINGLETON)\)|\.SingleInstance\(|memoize: true/;

/** Marks that say the same in other words. */
const KEPT_OTHERWISE =
  /@(?:Service|Component|Repository|Controller|RestController|Bean|Configuration|Reusable|Named)\b/;
/** What keeps the results of a function. */
const REMEMBERS_RESULTS =
  /@(?:functools\.)?(?:lru_cache|cache)\b|@cached(?:_property)?\b|\bmemoi[sz]e|(?<![.\w])once\(|sync\.Once|@{1,2}\w+\s*\|\|=\s*(?!["'\d{[]|true|false|nil)/;
/** A value that is made when it is first asked for, and what makes it each time that it is asked for. */
const LAZY = /\bby lazy\b|\bnew Lazy</;
const EACH_TIME_ASKED = /\bget\(\)\s*=|\bfun \w+\(|=>/;

/** What takes time or room to make: it is read, parsed, compiled, built or connected. */
const COSTLY =
  /load|read|open|parse|compile|build|create|connect|fetch|query|download|import|train|generate|client|mapper|seriali[sz]er|settings|options|template|reg_?ex|pattern|session|pool|engine|model|schema|factory|context|key|cipher|index|matcher|trie|gson|jackson|pretrained|validator|table|dictionary|resolver|tokeni[sz]er|environment|locale|formatter|bundle/i;
/** Kept for all, or by objects that are mostly made once. */
const OF_ALL = /\b(?:static|companion|by lazy|private|readonly)\b|\bLazy(?:Lock|Cell)?\b|\bOnce(?:Cell|Lock)?\b/;
/** Kept by an object or for all, however deep the line stands. */
const KEPT =
  /\b(?:self|this)\.|\b(?:static|private|protected|public|internal|final|readonly|companion)\b|\bby lazy\b|\bLazy(?:Lock|Cell)?\b|\bOnce(?:Cell|Lock)?\b/;
/** The call by which a name gets its value, past what only puts it off; of C# also the type where the call leaves it out. */
const INITIALISED =
  /(?<![=!<>])=(?!=)\s*(?:await\s+|&)?(?:(?:Lazy|Once)\w*::new\(\s*\|\|\s*|new Lazy<[^(]*>\(\s*\(\)\s*=>\s*)?(?:new\s+)?([A-Za-z_][\w.:]*)(?:<[^()]*>)?!?\s*\(|\b([A-Z]\w*)(?:<[^=]*>)?\s+\w+\s*=\s*new\s*\(/;
const DEFINES = /^\s*(?:@|(?:async\s+)?(?:def|func|function|fn|class|type|interface|import|from|use|using)\b)/;
/** Functions that are run once, when the program starts. */
const RUNS_ONCE =
  /@(?:Bean|Singleton|ApplicationScoped)\b|\bmain\b|create_?app|make_?app|build_?app|__init__|\binit\b|constructor|\bset_?up|start_?up|lifespan|bootstrap|configure|before_?all|\bon_?start|\binitialize/i;

const SHOWS =
  /\bgc\b|_gc_|garbage|alloc|memor|heap|cpu|\b(?:re)?load(?:s|ed|ing|_|\b)|\b(?:reads?|loads?|downloads?|compiles?|inits?|handshakes?)_?(?:_?per|total|count)|reads_|egress|constructed|initiali[sz]ed|connections?|quer(?:y|ies)|slow|latenc|duration|p9\d|took|time[sd]? ?out|too many|throttl|\b429\b/i;

/** What was made once and kept for all, and is now made for each request or call. */
export function madeEachTime(change: ReadChange): Consequence[] {
  const told = shorterLife(change) ?? forgotten(change) ?? movedInside(change.detail.slice(0, MOST_READ));
  if (told === null) return [];
  const why = `it makes anew for each request or call what was made once and kept before${told}`;
  return [{ why, shows: SHOWS, isPlain: true }];
}

const MOST_READ = 20_000;
const quoted = (line: string): string => `"${oneLine(line, 80)}"`;

function shorterLife({ removed, added, detail }: ReadChange): string | null {
  for (const { kept, anew } of LIFETIMES) {
    const was = removed.find((line) => kept.test(line));
    const is = added.find((line) => anew.test(line));
    if (!was || !is || count(added, kept) >= count(removed, kept) || !concerns(was, is)) continue;
    return ` (its lifetime was that of a singleton): ${quoted(is)} instead of ${quoted(was)}`;
  }
  const asked = added.find((line) => ANEW_BY_REQUEST.test(line));
  if (asked && !some(removed, ANEW_BY_REQUEST))
    return ` (its scope is a singleton's where nothing is said): ${quoted(asked)}`;
  const mark = removed.find((line) => MARKS_ONCE.test(line));
  if (!mark || LIFETIMES.some(({ kept }) => some(added, kept)) || some(added, KEPT_OTHERWISE)) return null;
  return stays(mark, detail) ? ` (it was a singleton): without ${quoted(mark)}` : null;
}

const count = (lines: string[], pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
const NAME = /[A-Z]\w{2,}/g;
const REGISTERS =
  /^(?:Add(?:Singleton|Transient|Scoped)|Services?|Lifestyle\w*|Singleton|Transient|Scoped?|Component)$/;
const namesIn = (line: string): string[] => line.match(NAME)?.filter((name) => !REGISTERS.test(name)) ?? [];
/** Both lines are about the same thing, or the new one is about whatever it finds. */
function concerns(was: string, is: string): boolean {
  const [before, after] = [namesIn(was), namesIn(is)];
  return before.length === 0 || /^[.\s)]/.test(is) || after.length === 0 || before.some((name) => after.includes(name));
}

/** A memory of results that is given up, while the function that it was for stays. */
function forgotten({ removed, added, detail }: ReadChange): string | null {
  const asksAnew = some(added, EACH_TIME_ASKED);
  const line = removed.find((one) => REMEMBERS_RESULTS.test(one) || (asksAnew && LAZY.test(one)));
  if (!line || some(added, REMEMBERS) || some(added, /cache|memo|lazy|once/i)) return null;
  return stays(line, detail) ? `: without ${quoted(line)}` : null;
}

const NAMED = /\b(?:def|fun|func|function|fn|const|let|var|val|class|record|object)\s+(\w+)/;

/** False where what a line is about was taken away together with it. */
function stays(line: string, detail: string): boolean {
  const { removed, added, context } = signedLines(detail);
  const now = [...added, ...context];
  const own = removed.slice(removed.findIndex((one) => one.includes(line)));
  const name = own.slice(0, MOST_MARKS).flatMap((one) => NAMED.exec(one)?.[1] ?? [])[0];
  return now.length > 0 && (name === undefined || now.some((one) => one.includes(name)));
}

/** So many marks stand above what they are about. */
const MOST_MARKS = 4;

/** A value of the module or class whose making was moved into a function. */
function movedInside(detail: string): string | null {
  const hunks = hunksOf(detail);
  if (hunks.some((hunk) => hunk.some(({ sign, code }) => sign !== '-' && REMEMBERS.test(code)))) return null;
  const before = hunks.flat().filter(({ sign, depth, code }) => sign === '-' && (depth === 0 || OF_ALL.test(code)));
  const sides = hunks.map((hunk) => sideOf(hunk, '+'));
  for (const { code } of before) {
    const [, call = INITIALISED.exec(code)?.[2]] = INITIALISED.exec(code) ?? [];
    if (call === undefined || DEFINES.test(code) || !COSTLY.test(call) || isStillKept(code, sides)) continue;
    const calls = new RegExp(`(?<![\\w.])${call.replace(/[.]/g, '\\.')}(?:<[^()]*>)?!?\\s*\\(`);
    for (const lines of sides) {
      const at = lines.findIndex((line) => line.sign === '+' && isInside(line) && calls.test(line.code));
      if (at >= 0 && !blocksAround(lines, at).some((head) => RUNS_ONCE.test(head)))
        return `: ${quoted(lines[at]!.code)} instead of ${quoted(code)}`;
    }
  }
  return null;
}

/** True where the same name is still given its value for all, by whatever makes it now. */
function isStillKept(before: string, sides: HunkLine[][]): boolean {
  const name = /(\w+)\s*(?::[^=]+)?:?=(?!=)/.exec(before)?.[1];
  if (name === undefined) return false;
  const gives = new RegExp(`\\b${name}\\s*(?::[^=]+)?:?=(?!=)`);
  return sides.flat().some(({ depth, code }) => (depth === 0 || OF_ALL.test(code)) && gives.test(code));
}

const isInside = ({ depth, code }: HunkLine): boolean => depth > 0 && !KEPT.test(code) && !DEFINES.test(code);
