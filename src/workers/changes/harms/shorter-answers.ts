import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { type HunkLine, hunksOf } from './hunks.ts';

const NAME =
  '(?:page_?size|per_?page|page_?limit|limit|size|take|first|top|count|max_?(?:results?|items|rows|records)|rows|amount)';
const MANY = '(\\d[\\d_]*)';
/** Amounts that are taken for granted where a request tells none. */
const BY_DEFAULT: readonly RegExp[] = [
  new RegExp(`@\\w+\\([^)]*(?:default(?:Value)?\\s*=\\s*)?["']${MANY}["'][^)]*\\).{0,60}\\b${NAME}\\b`, 'i'),
  new RegExp(`@PageableDefault\\((?:[^)]*\\b(?:size|value)\\s*=\\s*)?${MANY}`, 'i'),
  new RegExp(
    `(?:\\breq(?:uest)?|\\bctx|\\bcontext|\\bc|\\br|\\bparams|\\bquery|\\bargs|\\bsearchParams|\\bgetParam\\w*|\\binput|\\$request|_GET|\\bq)\\b[^\\n]{0,60}?${NAME}["'\\])]*[^\\n]{0,20}?(?:\\?\\?|\\|\\||\\?:|,|\\bor\\b|orElse\\(|unwrap_or\\(|default\\()\\s*["']?${MANY}`,
    'i',
  ),
  new RegExp(
    `\\b${NAME}\\s*:\\s*(?:Optional\\[int\\]|Annotated\\[.*\\]|int)\\s*=\\s*(?:\\w+\\((?:default\\s*=\\s*)?)?${MANY}`,
    'i',
  ),
  new RegExp(
    `[(,]\\s*(?:\\[\\w+(?:\\([^)]*\\))?\\]\\s*)?(?:(?:int|long|Integer)\\??\\s+${NAME}|\\$?${NAME}\\s*:\\s*(?:Int|number|int|usize|u32|i32|i64)!?)\\s*=\\s*${MANY}`,
    'i',
  ),
  new RegExp(`\\b${NAME}\\s*:\\s*z\\.[\\w.()]*?default\\(${MANY}\\)`, 'i'),
];
/** Amounts that a query is bounded by. */
const IN_QUERY: readonly RegExp[] = [
  new RegExp(
    `(?:\\.|->)(?:limit|take|set_?max_?results|max_?results|top|paginate|simple_?paginate|cursor_?paginate|first|page_?size|per)\\(\\s*(?:\\w+:\\s*)?${MANY}`,
    'i',
  ),
  new RegExp(`(?<!rate )\\blimit\\s+${MANY}\\b`, 'i'),
  new RegExp(
    `\\bfetch\\s+(?:first|next)\\s+${MANY}\\s+rows?\\s+only|\\bselect\\s+(?:distinct\\s+)?top\\s*\\(?\\s*${MANY}`,
    'i',
  ),
  new RegExp(`\\bPageRequest\\.of\\(\\s*\\w+,\\s*${MANY}|\\bPageable\\.ofSize\\(\\s*${MANY}`),
  new RegExp(`(?:^|[{,(])\\s*(?:take|limit|first|top|max_?results)\\s*[:=]\\s*${MANY}`, 'i'),
  /\b\w*(?:[a-z]s|list|feed|found|all)(?:\.slice\(\s*0,\s*|\[\s*0?:\s*|\.subList\(\s*0,\s*|\.head\(\s*|\.first\(\s*|\.take\(\s*)(\d{2,})\s*[)\]]/,
];
/** Settings of frameworks that bound the answers of all endpoints. */
const IN_SETTINGS =
  /["']?\b(?:[\w.-]*default[._-]?page[._-]?size|page_size|paginate_by|[\w.-]*(?:default|max)[._-]?per[._-]?page|[\w.-]*default[._-]?(?:page[._-]?)?limit)\b["']?\s*(?::|=>?)\s*["']?(\d[\d_]*)/i;
const FORMS = [...BY_DEFAULT, ...IN_QUERY, IN_SETTINGS];
const SETTINGS = /\.(?:ya?ml|json|toml|ini|cfg|conf|env|properties|tf|hcl|xml)$|(?:^|\/)\.env/i;

/** What was bounded before as well, by whatever name. */
const BOUNDED =
  /\blimit\b|page_?size|per_?page|paginat|pageable|pagerequest|\.take\(|\.slice\(|maxresults|max_results|\btop\s*\(?\d|fetch (?:first|next)|\bfirst\s*:/i;
/** What comes back for the rest: it goes round and asks for what follows. */
const GOES_ROUND =
  /\bwhile\b|\bfor\s*(?:\(\s*;|\{|\(;;)|\bfor\s+\w+\s*:=\s*\d+\s*;|\bloop\b|\bdo\s*\{|\buntil\b|\brepeat\b|find_each|in_batches|for await|\byield\b|\bexpand\(|\bunfold|generateSequence/;
const FOLLOWS = /cursor|offset|\bpage|next|after|last|token|more|batch|chunk|skip|\.size\b|length|len\(/i;
/** Work that is taken in parts again and again, and what is no list of things. */
const IN_PARTS =
  /\bdelete\s+from\b|\bupdate\s+\w+\s+set\b|skip locked|\bclaim|outbox|dequeue|\bpoll|rate.?limit|limiter|memory|pool|cache|upload|body_?limit|retr(?:y|ies)|log(?:s|ger|ging)?\b/i;
/** Who goes through some of what there is gives nothing out. */
const GOES_THROUGH = /^(?:for|foreach|while)\b/;
const DEFINES =
  /^(?:(?:export|default|async|public|private|protected|internal|static|override|suspend|open|final|pub)\s+)*(?:fun|func|def|fn|function|sub)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+)/;

const THINGS =
  'listings?|items?|products?|articles?|records?|rows?|entries|users?|accounts?|members?|orders?|documents?|keys?|offers?|devices?|hosts?|files?';
/** How those who ask find that the rest is missing, and how small the answers are. */
const SHOWS = new RegExp(
  `de-?activat|de-?list(?:ed|ing)|unlisted|un-?publish|took [^\\n]{0,30}offline|went offline|not in (?:stock|the (?:list|feed|answer|response))|out of stock|zero_?results?|\\bno (?:results?|hits|match(?:es)?)\\b|incomplete|\\btruncat|\\bfewer\\b|\\bonly \\d+ (?:${THINGS})|(?:${THINGS})_(?:deleted|removed|missing|dropped|revoked|closed|skipped|orphaned)|(?:deleted|removed|missing|orphaned|revoked|unknown)_(?:${THINGS})|(?:${THINGS}) (?:[\\w-]+ )?(?:is |are |was |were )?(?:missing|gone|deleted|removed|no longer)|\\b\\d+ (?:deleted|removed|missing|deactivated)|(?:missing|unknown|no such) (?:${THINGS})|response_(?:bytes|size)|(?:rows|items|records|results)_returned|bytes_sent`,
  'i',
);

/** The first amount of two or more that a line is bounded by. */
function boundIn(code: string, forms: readonly RegExp[]): number | null {
  for (const form of forms) {
    const amount = form
      .exec(code)
      ?.slice(1)
      .find((group) => group !== undefined);
    if (amount !== undefined && Number(amount.replaceAll('_', '')) > 1) return Number(amount.replaceAll('_', ''));
  }
  return null;
}

/** True for lines of a function that the change brings itself, which nobody has asked so far. */
function isInNewFunction(lines: HunkLine[], at: number): boolean {
  const head = lines.slice(0, at + 1).findLast(({ code, sign }) => sign !== '-' && DEFINES.test(code));
  const name = head && DEFINES.exec(head.code)?.[1];
  return head?.sign === '+' && !lines.some(({ sign, code }) => sign === '-' && DEFINES.exec(code)?.[1] === name);
}

/** Where answers are bounded that gave out everything before: those who ask take what is not there for gone. */
export function shorterAnswers({ detail, files }: ReadChange): Consequence[] {
  const forms = files.length > 0 && files.every((file) => SETTINGS.test(file)) ? [IN_SETTINGS] : FORMS;
  const hunks = hunksOf(detail);
  const stays = hunks.flat().filter(({ sign }) => sign !== '-');
  const goesRound = stays.some(({ code }) => GOES_ROUND.test(code)) && stays.some(({ code }) => FOLLOWS.test(code));
  if (goesRound) return [];
  for (const lines of hunks) {
    const asks = lines.some(({ sign }) => sign !== '+');
    const isBounded = (code: string) => BOUNDED.test(code) || boundIn(code, forms) !== null;
    if (!asks || lines.some(({ sign, code }) => sign !== '+' && isBounded(code))) continue;
    if (lines.some(({ code }) => IN_PARTS.test(code))) continue;
    const at = lines.findIndex(
      ({ sign, code }) => sign === '+' && !GOES_THROUGH.test(code) && boundIn(code, forms) !== null,
    );
    if (at < 0 || isInNewFunction(lines, at)) continue;
    const { code } = lines[at]!;
    const why = `it limits its answers to ${boundIn(code, forms)} items (a page size that those who ask do not know of): "${oneLine(code, 90)}", where it gave out everything before, so that responses are incomplete and the rest is taken for missing`;
    return [{ why, shows: SHOWS, isPlain: true, class: 'application', shortensAnswers: true }];
  }
  return [];
}
