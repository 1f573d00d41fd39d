import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { signsOfLostHeaders } from './signs-of-lost-headers.ts';

/** Headers that say who asks, for whom, from where, and as part of what. */
const HEADER =
  'x-(?!frame-|content-type-|xss-|powered-|robots-|cache|dns-)[a-z][a-z\\d-]*[a-z\\d]|forwarded|(?:proxy-)?authorization|cookie|traceparent|tracestate|baggage|b3|idempotency-key|if-match|(?:[a-z]+-)?(?:tenant|request|correlation|trace|session|user|account|customer|client)-id';
/** A header that is given a value in what is sent. */
const SENDS_HEADER = new RegExp(
  `["'\`](${HEADER})["'\`]\\s*(?:,|:|=>|\\]\\s*=(?!=)|\\|)|\\bproxy_set_header\\s+(${HEADER})\\s|^\\s*(authorization|cookie|traceparent|baggage|forwarded)\\s*:`,
  'gi',
);
/** What is said to whoever asked, not to whoever is asked. */
const ON_ANSWER =
  /\b(?:res|resp|response|reply|rsp|w|rw|writer)\b(?:\s*\.\s*(?:set|header|headers|Header\(\)|setHeader|append|addHeader)|\.\w*[hH]eaders?\b|\[)|\badd_header\b/;

/** All headers of somebody, handed on at once. */
const COPIES_ALL =
  /\.\.\.\s*[\w.]*headers\b|\*\*\s*[\w.]*headers\b|\bheaders["']?\s*[:=]\s*(?:dict\()?[\w.]*\b(?:req|request|ctx|incoming|original|event|r)\w*\.headers\b\)?\s*[,;)}]?\s*$|\.Header\.Clone\(\)|\brange\s+\w+\.Header\b|headers\.(?:update|putAll|addAll|merge!?)\(|NewOutgoingContext\(|AppendToOutgoingContext\(|\bInject\(|\.inject\(|proxy_pass_request_headers\s+on/i;
const hasAll = (lines: string[]): boolean => lines.some((line) => COPIES_ALL.test(line));
/** Only those of them that are on a list. */
const BY_LIST =
  /\bpick\w*\(|\bonly\(|\.filter\w*\(|\.includes\(|\.has\(|\.slice\(\s*\*|\bin\s+[A-Z][A-Z_]+\b|\.contains\(|\ballow\w*|proxy_pass_request_headers\s+off/;
const OF_HEADERS = /headers?\b|metadata|proxy_pass_request_headers/i;
/** The headers of something that is sent, and what they are made of. */
const HEADERS_ARE = /\b(?:headers|metadata)["']?\s*[:=](?![=:])\s*(.+)$|\.(?:with_?)?headers\((.+)$/i;

/** The headers (or metadata) that go with a request were put together otherwise, and some of them are not among them any more. */
export function headersNotPassedOn(change: ReadChange): Consequence[] {
  const found = replacedLater(change) ?? byListOnly(change) ?? sourceLeftOut(change) ?? namesLeftOut(change);
  if (found === null) return [];
  const names = namesGone(change);
  const told =
    names.length > 0 ? `the header${names.length > 1 ? 's' : ''} ${names.slice(0, 4).join(', ')}` : found.what;
  const { shows, so } = signsOfLostHeaders(names, (header) =>
    found.keeps ? found.keeps.test(header) : names.length > 0,
  );
  const why = `it no longer passes on ${told}${so ? `, so that ${so}` : ''}${found.line ? `: "${oneLine(found.line, 90)}"` : ''}`;
  return [{ why, shows, isPlain: true, refusedByAsked: true }];
}

/** What went, the line that is to be told, and of a list the headers that are on it. */
type Loss = { what: string; line: string; keeps?: RegExp };

const KEEPS_NONE = /^$/;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const MERGED = String.raw`["']?headers["']?\s*[:=]\s*(?:\{[^{}]*(?:\.\.\.|\*\*)[^{}]*\}|\w[\w.]*\([^()]*\))\s*,\s*(?:\.\.\.|\*\*)\s*(\w+)`;
/** Headers that are put together, and after them all the options whose own headers take their place. */
const REPLACED_LATER = new RegExp(MERGED);
const MOST_READ = 20_000;

function replacedLater({ detail }: ReadChange): Loss | null {
  const side = (signs: RegExp): string =>
    detail
      .slice(0, MOST_READ)
      .split('\n')
      .filter((line) => signs.test(line) && !/^(?:---|\+\+\+) /.test(line))
      .map((line) => line.slice(1).replace(/\/\/.*$/, ''))
      .join('\n');
  const [was, is] = [side(/^[- ]/), side(/^[+ ]/)];
  const match = REPLACED_LATER.exec(is);
  if (!match || REPLACED_LATER.test(was)) return null;
  const what = `the headers that it puts together, as those of "${match[1]}" come later and take their place,`;
  return { what, line: match[0] };
}

/** All headers were handed on, and now those of a list are. */
function byListOnly({ removed, added }: ReadChange): Loss | null {
  const line = added.find((one) => OF_HEADERS.test(one) && BY_LIST.test(one) && !ON_ANSWER.test(one));
  const isAll = hasAll(removed) && !hasAll(added);
  if (line === undefined || !isAll) return null;
  const listed = added.flatMap((one) => [...one.matchAll(/["'`]([a-z][a-z\d-]+)["'`]/gi)].map(([, name]) => name!));
  const keeps = listed.length > 0 ? new RegExp(`^(?:${listed.map(escaped).join('|')})$`, 'i') : KEEPS_NONE;
  return { what: 'all headers but those of a list', line, keeps };
}

const VARIABLE = /(?<![\w.'"`-])([A-Za-z_]\w*)(?=\s*(?:[.,)}\]]|$))/g;
const rootsOf = (value: string): Set<string> =>
  new Set([...value.replace(/(["'`]).*?\1|\.\.\./g, ' ').matchAll(VARIABLE)].map(([, name]) => name!));

/** What headers are made of lacks one of those that they were made of. */
function sourceLeftOut({ removed, added }: ReadChange): Loss | null {
  const madeOf = (line: string) => {
    const match = ON_ANSWER.test(line) ? null : HEADERS_ARE.exec(line);
    return match ? rootsOf(match[1] ?? match[2] ?? '') : null;
  };
  const now = added.flatMap((line) => {
    const roots = madeOf(line);
    return roots ? [{ line, roots }] : [];
  });
  const all = added.join('\n');
  for (const before of removed) {
    const roots = madeOf(before);
    if (!roots || roots.size < 2) continue;
    const after = now.find((one) => [...one.roots].some((root) => roots.has(root)));
    const lost = after && [...roots].filter((root) => !new RegExp(`\\b${root}\\b`).test(all));
    const isMore = after && [...after.roots].some((root) => !roots.has(root));
    if (lost && lost.length > 0 && !isMore) return { what: `what "${lost[0]}" gives for headers`, line: after.line };
  }
  const spread = removed.find((line) => ALONE.test(line) && !all.includes(ALONE.exec(line)![1]!));
  return spread && !hasAll(added) ? { what: `"${oneLine(spread, 60)}"`, line: '' } : null;
}

/** A source of headers on a line of its own. */
const ALONE = /^\s*(?:\.\.\.|\*\*)\s*((?:\w+\.)*\w*(?:[hH]eaders|[mM]etadata|[tT]race\w*|[fF]orwarded)\w*)/;

const namesLeftOut = (change: ReadChange): Loss | null =>
  namesGone(change).length > 0 && change.added.length + contextLines(change) > 0 ? { what: 'headers', line: '' } : null;

const contextLines = ({ detail }: ReadChange): number =>
  detail.split('\n', 600).filter((line) => /^ \s*\S/.test(line)).length;

/** Headers that were sent, and that nothing of what is new speaks of. */
function namesGone({ removed, added }: ReadChange): string[] {
  if (hasAll(added) && !hasAll(removed)) return [];
  const sent = removed
    .filter((line) => !ON_ANSWER.test(line))
    .flatMap((line) => [...line.matchAll(SENDS_HEADER)].map(([, quoted, set, bare]) => (quoted ?? set ?? bare)!));
  const now = bareOf(added.join('\n'));
  return [...new Set(sent.map((name) => name.toLowerCase()))].filter((name) => !now.includes(coreOf(name)));
}

const bareOf = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '');
/** A name as constants and variables have it, too. */
const coreOf = (name: string): string => bareOf(name.replace(/^x-/, ''));
