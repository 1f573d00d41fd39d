import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { came, gone, type HarmRule, some } from './lines.ts';

/** Ways to ask for what may not be there, and what the same is when it is taken for granted. */
const MAY_LACK =
  /\?\.|\?->|&\.|\bguard let\b|\bif let\b|headOption|lastOption|\.toOption|\{:error,|\?\?|\.get\(\s*["'][^"']*["']\s*,|unwrap_or|\.map_err\(|\.ok_or|orElse(?:Throw|Get)?\((?!null)|ifPresent|getOrDefault|getOrElse|OrDefault\(|TryGetValue|TryParse|fetch\([^,)]*,|\bdig\(|\.presence\b|find_by\b|coalesce|isEmpty\(\)|\bmake\(map|or \{\}|\|\| (?:\{\}|\[\]|"")|\bas\?/i;
const TAKES_FOR_GRANTED =
  /\w!\.|\.unwrap\(\)|\.expect\(|orElse\(null\)|\[\s*["'][\w-]+["']\s*\]|\[\w+\]\s*;?$|\.get\(\)|\.First\(|\.Single\(|\bvar \w+ map\[|\bas!|!!|\]!|\.head\b|\.last\b|\{:ok, \w+\} =/;
/** A branch of its own for what is not there, as patterns have it (Elixir, Ruby, Scala, Kotlin, Rust, OCaml, Haskell, Java). */
const BRANCH_OF_NOTHING =
  /\bdefp? \w+[?!]?\([^)]*(?<![!=]= ?)\bnil\b[^)]*\)|\bcase (?:null|None|nil)\b|(?:^|[|\s])(?:null|None|nil|Nothing|\{?:error, :not_found\}?) *(?:=>|->)|\bwhen (?:is_nil\(|nil\b|null\b)/;
const ABSENT =
  /null|undefined|\bnil\b|NoneType|TypeError|AttributeError|KeyError|NoSuchElement|no value present|unwrap|panick?ed|key not found|Sequence contains no|assignment to entry|KeyNotFound|ParseIntError|FormatException|found nil|empty list|MatchError|on null|head of empty/i;

const ROUNDS =
  /\b(?:Math\.)?(?:round|floor|ceil|trunc)\w*(?=\()|setScale\([^)]*\)|RoundingMode\.\w+|HALF_\w+|toFixed\(\d?\)|quantize\(|MidpointRounding\.\w+|ROUND_\w+|\bDecimal\(|BigDecimal\b|\bdecimal\b|\bfloat(?:32|64)?\b|\bdouble\b|parseFloat|\bnumeric\b/gi;
const SUMS =
  /rounding necessary|balance|differs?\b|mismatch|by -?0?\.\d|\bcents?\b|\btotals?\b|\bsum of\b|invoice|reconcil|add up|discrepan|precision|off by|does not match/i;

const CHARSETS =
  /utf-?8\w*|utf-?16\w*|\bascii\b|latin-?1|iso-?8859-?\d*|cp125\d|windows-125\d|StandardCharsets\.\w+|base64url|base64|["']hex["']|errors\s*=\s*["']\w+["']|Encoding\.\w+|force_encoding\([^)]*\)|URLEncoder|encodeURIComponent|escapeHtml\w*/gi;
const GARBLED =
  /codec|Unicode(?:Decode|Encode)|invalid (?:byte|utf|multibyte|character)|incorrect string value|malformed|unmappable|illegal (?:byte|character|base64)|\?\?|�|Ã.|mojibake|encoding|charset|unexpected end|cannot be (?:read|decoded)|padding/i;

const ZONES =
  /ZoneId(?:\.\w+)?(?:\([^)]*\))?|ZoneOffset\.\w+|\btime_?zones?\b|\btz\w*\b|(?<!o)utc\w*|InTimeZone|pytz|LoadLocation\(|time\.Local\b|Time\.(?:zone|current|now)\b|Date\.(?:today|current)\b|LocalDate(?:Time)?\b|DateTime(?:Offset)?\.(?:Utc)?(?:Now|Today)|toISOString|toLocaleDateString|AT TIME ZONE|Local::now|Utc::now|datetime\.now\([^)]*\)|setHours\(/gi;
const OF_DAYS =
  /naive|aware|time ?zone|\butc\b|in the (?:past|future)|yesterday|tomorrow|not (?:yet )?(?:open|closed|valid|started)|\bclosed\b|opening hours?|\bdays?\b|\bdates?\b|midnight|an hour|\bhours?\b|too (?:early|late)|\bslots?\b|daylight|calendar|expired/i;

/** What is read or written by other rules than before, by the marks of the rules: of numbers, texts and times. */
const RULES: readonly { what: string; marks: RegExp; shows: RegExp }[] = [
  { what: 'rounds or holds numbers in another way', marks: ROUNDS, shows: SUMS },
  { what: 'reads or writes text in another encoding', marks: CHARSETS, shows: GARBLED },
  { what: 'takes times in another time zone', marks: ZONES, shows: OF_DAYS },
];

/** Numbers that are rounded, texts that are encoded and times that are told otherwise than before. */
export function otherRules({ removed, added }: ReadChange): Consequence[] {
  return RULES.flatMap(({ what, marks, shows }) => {
    const of = (lines: string[]) =>
      lines.flatMap((line) => line.match(marks) ?? []).map((mark) => mark.toLowerCase().replace(/utf-/, 'utf'));
    const [was, is] = [of(removed), of(added)];
    if (was.length === 0 || was.toSorted().join() === is.toSorted().join()) return [];
    const isMarked = (line: string) => (line.match(marks)?.length ?? 0) > 0;
    const before = removed.find(isMarked) ?? '';
    return [{ why: `it ${what}: before it was "${oneLine(before, 80)}"`, shows, isPlain: true }];
  });
}

/** What takes for granted that something is there. */
export const OF_VALUES: readonly HarmRule[] = [
  {
    why: 'it takes for granted that something is there',
    when: (lines) =>
      gone(lines, MAY_LACK) && lines.added.length > 0 && (some(lines.added, TAKES_FOR_GRANTED) || lacksOnly(lines)),
    shows: ABSENT,
  },
  {
    why: 'it no longer has a branch of its own for what is not there',
    when: (lines) => gone(lines, BRANCH_OF_NOTHING),
    shows: ABSENT,
  },
  {
    why: 'it no longer has a value of its own where none is given',
    when: (lines) => came(lines, /\bvar \w+ map\[|\bprocess\.env\.\w+!|os\.environ\[/) && lines.removed.length > 0,
    shows: ABSENT,
  },
];

/** The same line but for the way in which it was asked for. */
const lacksOnly = ({ removed, added }: { removed: string[]; added: string[] }): boolean => {
  const bare = (line: string) =>
    line
      .replaceAll('?->', '->')
      .replace(/[?&!.]+/g, '.')
      .replace(/\s+/g, '');
  const now = new Set(added.map(bare));
  return removed.some((line) => /\?\.|\?->|&\./.test(line) && now.has(bare(line)));
};
