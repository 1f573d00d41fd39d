import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';
import { LEAK_SHOWS, leftBeforeRelease } from './left-before-release.ts';
import { some } from './lines.ts';

/** Calls that take something of which there is only so much, by what it is. */
const TAKES: readonly [string, RegExp][] = [
  [
    'connection',
    /\b(?:getConnection|get_conn(?:ection)?|getconn|OpenConnection|borrowObject|openSession|open_session|executeQuery|prepareStatement|sql\.Open|pool\w*\.(?:connect|acquire|checkout|get)|(?:psycopg2?|pymysql|sqlite3|pyodbc|cx_Oracle|MySQLdb|mysql\.connector)\.connect)\s*\(|\b(?:dataSource|pool|ds)\.connection\b/i,
  ],
  // Rows of Go hold their connection until they are closed or read to the end.
  ['connection', /\b\w*(?:[pP]ool|db|DB|[cC]onn|tx)\.(?:Query|Queryx)(?:Context)?\(/],
  [
    'response',
    /\b(?:http|client|httpClient)\.(?:Do|Get|Post|Head|executeOpen)\(|\.newCall\([^)]*\)\.execute\(|\bopenConnection\(|\bclient\.newCall\(|\bClientSession\(/,
  ],
  [
    'file',
    /\bnew (?:FileInputStream|FileOutputStream|FileReader|RandomAccessFile|ZipFile|FileStream)\(|\bFiles\.(?:lines|list|walk|newInputStream|newBufferedReader)\(|\bos\.(?:Open|Create|OpenFile)\(|\bfopen\(|(?<![\w.])open\(|\bFile\.open\(/,
  ],
  ['permit', /\b(?:lock|mutex|semaphore|sem|permits?|limiter)\w*\.(?:acquire|lock|Lock|RLock)\(/i],
];

/** Calls and statements that give it back, also when something fails in between. */
const GIVES_BACK =
  /\b(?:close\w*|release\w*|dispose\w*|putconn|put_conn\w*|end|destroy|returnObject|disconnect|unlock)\s*\(|\.use\s*[{(]|\.use[A-Z]\w*|\busing\b|\bwith\b|\btry\s*\(|\bdefer\b|\bfinally\b|\bensure\b|@Cleanup|\bClose\(|\)\s*(?:\{|do)\s*\|\w+\|/i;

/** What reads a result to its end, and so gives it back. */
const READS_ALL = /\bpgx\.(?:Collect|ForEach)\w*\(|\bfetch_?all\(|\bsqlx\.Select\(/i;

/** What gives back whatever happens in between, and what does only where the program comes that far. */
const WHATEVER_HAPPENS =
  /\.use\s*[{(]|\.use[A-Z]\w*|\busing\b|\bwith\b|\btry\b|\bdefer\b|\bfinally\b|\bensure\b|@Cleanup|\)\s*(?:\{|do)\s*\|\w+\|/;
const BARE_CLOSE = /\b(?:close|release|dispose|putconn|disconnect|unlock)\w*\s*\(|\bClose\(\)/i;
const LEAVES = /\b(?:return|throw|raise|break|continue|panic)\b|\?;?\s*$/;

/** What was given back whatever happened and is now given back in one place, which is not come to by who leaves before it. */
function leavesOpen({ detail }: ReadChange): Consequence[] {
  // All lines: a way out that was moved together with the rest counts, too.
  const { added, removed, context } = signedLines(detail);
  if (!some(removed, WHATEVER_HAPPENS) || some([...added, ...context], WHATEVER_HAPPENS)) return [];
  for (const [what, takes] of TAKES) {
    const at = added.findIndex((line) => takes.test(line));
    if (at === -1 || !removed.some((line) => takes.test(line))) continue;
    const end = added.findLastIndex((line) => BARE_CLOSE.test(line));
    const leaves = added.slice(at + 1, end).find((line) => LEAVES.test(line));
    if (end <= at || leaves === undefined) continue;
    const told = `"${oneLine(added[end]!, 60)}"`;
    const why = `it closes the ${what} only at its end (${told}), so that who leaves before ("${oneLine(leaves, 60)}") never gives it back (a leak)`;
    return [{ why, shows: LEAK_SHOWS, isPlain: true, holdsOthers: true }];
  }
  return [];
}

/** What is opened by the new lines and given back neither by them nor by the lines around them, or not by all ways out. */
export function unclosed(change: ReadChange): Consequence[] {
  const { added, removed, detail } = change;
  const { context } = signedLines(detail);
  const open = [...leavesOpen(change), ...leftBeforeRelease(change)].slice(0, 1);
  if (open.length > 0) return open;
  if ([...added, ...context].some((line) => GIVES_BACK.test(line)) || added.some((line) => READS_ALL.test(line)))
    return [];
  const gaveBack = removed.some((line) => GIVES_BACK.test(line) || READS_ALL.test(line));
  for (const [what, takes] of TAKES) {
    const line = added.find((one) => takes.test(one));
    if (line === undefined || (!gaveBack && removed.some((one) => takes.test(one)))) continue;
    const call = oneLine(takes.exec(line)![0].replace(/\s*\($/, ''), 60);
    return [{ why: `it takes a ${what} that is never closed ("${call}")`, shows: LEAK_SHOWS, isPlain: true }];
  }
  return [];
}
