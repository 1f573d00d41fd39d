import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** How serializers are told in which spelling names and values are written. */
const SPELLING =
  /rename(?:_all)?\s*=|JsonNaming|PropertyNaming|NamingStrateg|NamingPolicy|NamingConvention|alias_generator|to_?(?:camel|snake|kebab|pascal)(?:_?case)?\b|(?:camel|snake|kebab|pascal)(?:_?case|ize)\b|JsonStringEnumConverter|EnumMember|@Enumerated|EnumType\.|@JsonValue|@JsonProperty|@SerializedName|@SerialName|@JsonCreator|WRITE_ENUMS|json:"|use_?enum_?values|symbols/i;
/** A value that is written in other letters, or as a number in place of a name. */
const LETTERS =
  /\.(?:toLowerCase|toUpperCase|lower|upper|ToLower(?:Invariant)?|ToUpper(?:Invariant)?|downcase|upcase|lowercase|uppercase|to_lowercase|to_uppercase|to_ascii_lowercase|to_ascii_uppercase|name|ordinal|value)\(?\)?|strings\.To(?:Lower|Upper)\(|\bstr\(|\bint\(/g;
/** Lines of a value or a key as it is written. */
const WRITTEN = /["'`][\w.-]{2,60}["'`]/g;

const REFUSED =
  '(?:unknown|not found|not present|unrecogni[sz]ed|unexpected|invalid|illegal|unsupported|not one of|no enum|no such|missing|required|cannot|could not|failed to|unable to)';
const MAX_NAMES = 40;
/** Where fewer letters make a name, it stands in every other line. */
const LEAST_LETTERS = 4;

/**
 * Values or keys that are written in another spelling or under another name than before: whoever reads them knows them by the old
 * one. It shows where a reader refuses a name that the diff tells of.
 */
export function writtenForm({ removed, added, detail }: ReadChange): Consequence[] {
  const [gone, come] = [removed, added].map((lines) =>
    lines.slice(0, MOST_LINES).filter((line) => !FOR_PEOPLE.test(line)),
  );
  for (const before of gone!) {
    for (const after of come!) {
      const names = isSpeltOtherwise(before, after) ? namesIn(detail) : renamed(before, after).flatMap(patternOf);
      if (names.length > 0)
        return [otherForm(`"${oneLine(after, 80)}" instead of "${oneLine(before, 80)}"`, refusing(names))];
    }
  }
  const untold = gone!.find((line) => NAMES_FIELD.test(line) && !come!.some((other) => NAMES_FIELD.test(other)));
  const isUntold = (line: string) => NAMES_FIELD.test(line);
  const fields = untold ? [...new Set(gone!.filter(isUntold).flatMap(quotedIn).flatMap(patternOf))] : [];
  if (fields.length > 0) return [otherForm(`it is no longer told "${oneLine(untold!, 90)}"`, refusing(fields))];
  const rule = gone!.find((line) => FOR_ALL.test(line) && !come!.some((other) => FOR_ALL.test(other)));
  if (rule) return [otherForm(`it is no longer told "${oneLine(rule, 90)}"`, ANY_REFUSED)];
  const fresh = come!.find((line) => OF_WHOLE_FORMS.test(line) && !gone!.some((other) => OF_WHOLE_FORMS.test(other)));
  return fresh && isOfOldForm(fresh, detail)
    ? [otherForm(`it is told now "${oneLine(fresh, 90)}"`, orNothing(refusing(namesIn(detail))))]
    : [];
}

const MOST_LINES = 60;
/** Labels on pages are read by people, and names of encodings are no values. */
const FOR_PEOPLE = /<\/?[a-z]+[\s>]|\b(?:label|title|placeholder|caption|tooltip|encoding|charset)\b|\bt\(["']/i;
/** What tells serializers the name of one field. */
const NAMES_FIELD =
  /@(?:JsonProperty|JsonAlias|SerializedName|SerialName|JsonName|Field|Column)\(|\[(?:JsonPropertyName|JsonProperty|DataMember|BsonElement)\(|\bjson:"|\balias\s*=\s*["']|\brename\s*=\s*["']/;
const quotedIn = (line: string): string[] => line.match(WRITTEN) ?? [];
/** Rules for all that a service writes, whatever it is called. */
const FOR_ALL =
  /NamingStrateg|NamingPolicy|naming-strategy|StringEnumConverter|WRITE_ENUMS|use_?enum_?values|alias_generator/i;
/** The same rules, and those of one form alone. */
const OF_WHOLE_FORMS = new RegExp(`${FOR_ALL.source}|rename_all|@JsonNaming|PropertyNamingPolicy`, 'i');
const LINES_AFTER = 4;

/** True where such a rule stands right above what was there before: of a new form nobody knows another spelling. */
function isOfOldForm(rule: string, detail: string): boolean {
  const lines = detail.split('\n', 600);
  const at = lines.findIndex((line) => line.startsWith('+') && line.includes(rule.trim()));
  return at !== -1 && lines.slice(at + 1, at + 1 + LINES_AFTER).some((line) => /^ .*\w/.test(line));
}

/** What is read by a name that nobody writes any more is often taken for nothing, without a word. */
const NOTHING = /\b(?:zero|empty|null|blank|missing|unset|unknown|default(?:ed)?)_\w+/;
const orNothing = (shows: RegExp): RegExp => new RegExp(`${shows.source}|${NOTHING.source}`, 'i');

const ANY_REFUSED =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|invalid|unsupported|missing) (?:enum |required )?(?:variant|field|property|value|constant|member|key)\b|UnrecognizedProperty|UnknownField|MissingField|MissingKotlinParameter|KeyError|InvalidFormatException|\b(?:fields?|propert(?:y|ies)|keys?)\b[^\n]{0,120}\b(?:(?:is|are|was|were) (?:required|missing|absent|undefined|null)|required)\b|could not be converted|no enum constant|is not a valid/i;

const otherForm = (what: string, shows: RegExp): Consequence => ({
  why: `it writes names in another form: ${what}`,
  shows,
  isPlain: true,
  feltByReaders: true,
});

function refusing(names: string[]): RegExp {
  const any = `(?<![\\w-])(?:${names.join('|')})(?![\\w-])`;
  const after = '(?:not (?:one of|valid|recogni[sz]ed|a valid)|unknown|unexpected)';
  return new RegExp(`\\b${REFUSED}\\b[^\\n]{0,160}${any}|${any}[^\\n]{0,60}\\b${after}`, 'i');
}

/** The same line but for the spelling of what it writes. */
function isSpeltOtherwise(before: string, after: string): boolean {
  const says = SPELLING.test(before) && SPELLING.test(after);
  if (says && bare(before, WRITTEN) === bare(after, WRITTEN)) return true;
  if (says && bare(before, CASES) === bare(after, CASES) && before !== after) return true;
  const [was, is] = [before.match(LETTERS) ?? [], after.match(LETTERS) ?? []];
  if (was.join() !== is.join() && bare(before, LETTERS) === bare(after, LETTERS)) return true;
  return changedTexts(before, after).some(([old, now]) => lettersOf(old) === lettersOf(now));
}

const CASES = /(?:lower|upper|screaming|snake|camel|kebab|pascal)+_?(?:case)?/gi;

/** Names between quotes that differ in lines that are the same otherwise. */
function changedTexts(before: string, after: string): [string, string][] {
  if (bare(before, WRITTEN) !== bare(after, WRITTEN)) return [];
  const [old, now] = [before.match(WRITTEN) ?? [], after.match(WRITTEN) ?? []];
  return old.flatMap((name, index): [string, string][] => (name === now[index] ? [] : [[name, now[index] ?? '']]));
}

const MEMBER = /^\s*["'`]?([A-Za-z_]\w*)["'`]?\s*:(?!=)\s*(\S.*?)[,;]?$/;

/** The old and the new name of what is written with the same value. */
function renamed(before: string, after: string): string[] {
  const [was, is] = [MEMBER.exec(before), MEMBER.exec(after)];
  if (was && is && was[1] !== is[1] && was[2] === is[2]) return [was[1]!, is[1]!];
  return changedTexts(before, after).flat();
}

const bare = (line: string, without: RegExp) => line.replace(without, '').replace(/[\s()]+/g, '');
const lettersOf = (name: string) => name.replace(/[^A-Za-z\d]/g, '').toLowerCase();

const NAME = /[A-Za-z][A-Za-z\d]*(?:[_-][A-Za-z\d]+)*/g;
const NAME_ALONE = new RegExp(NAME.source);

/** The names of a diff, as patterns of all spellings that they can have. */
function namesIn(detail: string): string[] {
  const { removed, added, context } = signedLines(detail);
  const names = [...removed, ...added, ...context].flatMap((line) => line.match(NAME) ?? []).flatMap(patternOf);
  return [...new Set(names)].slice(0, MAX_NAMES);
}

/** A name as a pattern of all its spellings; none for what stands in complaints of every kind. */
function patternOf(text: string): string[] {
  const name = NAME_ALONE.exec(text)?.[0] ?? '';
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_-]/);
  const whole = words.join('');
  return whole.length >= LEAST_LETTERS && !OF_LANGUAGES.test(whole) ? [words.join('[_ -]?')] : [];
}

/** Names that stand in complaints of every kind. */
const OF_LANGUAGES =
  /^(?:enum|class|struct|public|private|static|final|const|derive|debug|clone|serialize|deserialize|serde|rename|renameall|snakecase|camelcase|kebabcase|screamingsnakecase|json|jsonproperty|string|name|value|values|type|field|fields|return|this|self|event|events|message|key|keys|data|payload|func|function|import|export|type|null|none|true|false|error|object|lower|upper|tolowercase|touppercase|data)$/;
