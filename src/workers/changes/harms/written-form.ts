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
  '(?:unknown|unrecogni[sz]ed|unexpected|invalid|illegal|unsupported|not one of|no enum|no such|missing|required|cannot|could not|failed to|unable to)';
const MAX_NAMES = 40;
/** Where fewer letters make a name, it stands in every other line. */
const LEAST_LETTERS = 4;

/**
 * Values or keys that are written in another spelling than before: whoever reads them knows them by the old one. It shows where a
 * reader refuses a name that the diff tells of.
 */
export function writtenForm({ removed, added, detail }: ReadChange): Consequence[] {
  const pair = removed.flatMap((before) => {
    const after = added.find((line) => isSpeltOtherwise(before, line));
    return after === undefined ? [] : [{ before, after }];
  })[0];
  if (!pair) return [];
  const names = namesIn(detail);
  if (names.length === 0) return [];
  const any = `(?<![\\w-])(?:${names.join('|')})(?![\\w-])`;
  return [
    {
      why: `it writes names in another form: "${oneLine(pair.after, 80)}" instead of "${oneLine(pair.before, 80)}"`,
      shows: new RegExp(
        `\\b${REFUSED}\\b[^\\n]{0,160}${any}|${any}[^\\n]{0,60}\\b(?:not (?:one of|valid|recogni[sz]ed|a valid)|unknown|unexpected)`,
        'i',
      ),
      isPlain: true,
      feltByReaders: true,
    },
  ];
}

/** The same line but for the spelling of what it writes. */
function isSpeltOtherwise(before: string, after: string): boolean {
  if (SPELLING.test(before) && SPELLING.test(after) && bare(before, WRITTEN) === bare(after, WRITTEN)) return true;
  const [was, is] = [before.match(LETTERS) ?? [], after.match(LETTERS) ?? []];
  if (was.join() !== is.join() && bare(before, LETTERS) === bare(after, LETTERS)) return true;
  const [old, now] = [before.match(WRITTEN) ?? [], after.match(WRITTEN) ?? []];
  return (
    bare(before, WRITTEN) === bare(after, WRITTEN) &&
    old.some((name, index) => name !== now[index] && lettersOf(name) === lettersOf(now[index] ?? ''))
  );
}

const bare = (line: string, without: RegExp) => line.replace(without, '').replace(/[\s()]+/g, '');
const lettersOf = (name: string) => name.replace(/[^A-Za-z\d]/g, '').toLowerCase();

const NAME = /[A-Za-z][A-Za-z\d]*(?:[_-][A-Za-z\d]+)*/g;

/** The names of a diff, as patterns of all spellings that they can have. */
function namesIn(detail: string): string[] {
  const { removed, added, context } = signedLines(detail);
  const names = [...removed, ...added, ...context]
    .filter((line) => !/^@@/.test(line))
    .flatMap((line) => line.match(NAME) ?? [])
    .map((name) =>
      name
        .replace(/([a-z\d])([A-Z])/g, '$1_$2')
        .toLowerCase()
        .split(/[_-]/),
    )
    .filter((words) => words.join('').length >= LEAST_LETTERS && !OF_LANGUAGES.test(words.join('')));
  return [...new Set(names.map((words) => words.join('[_ -]?')))].slice(0, MAX_NAMES);
}

/** Names that stand in complaints of every kind. */
const OF_LANGUAGES =
  /^(?:enum|class|struct|public|private|static|final|const|derive|debug|clone|serialize|deserialize|serde|rename|renameall|snakecase|camelcase|kebabcase|screamingsnakecase|json|jsonproperty|string|name|value|values|type|field|fields|return|this|self|event|events|message|key|keys|data|payload|func|function|import|export|type|null|none|true|false|error|object|lower|upper|tolowercase|touppercase|data)$/;
