import type { Calm } from './calm.ts';
import { membersOf } from './printed/member-lags.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** The words of a rule that watches for statements which read whole tables. */
export const SCANS =
  /collscan|(?:full|sequential|seq|table|collection)[- ]?(?:table |collection )?scans?|index(?: is)? missing|missing index|without (?:an )?index|not using indexes|slow[- ]?(?:query|log)/i;

type Note = PrintedState['notes'][number];

/** One entry of a log of slow statements: of MongoDB, of PostgreSQL, of MySQL (which takes several lines). */
const ENTRY = /"msg":"Slow query"|\bduration: \d+(?:\.\d+)? ms\b|^# User@Host:/;
/** What the statements of programs look like that copy everything. */
const COPIES =
  /"appName":"(?:mongodump|mongoexport|pbm-agent|percona[\w -]{0,30}backup[\w -]{0,20})"|\[(?:unknown|\d+)?\]?[^\n]{0,80}\bpg_dump\b|\bapp(?:lication)?(?:_name)?=pg_dump\b|statement: COPY [^\n]{1,300} TO stdout|SELECT \/\*!40001 SQL_NO_CACHE \*\/ \*/i;
const TOOL = /mongodump|mongoexport|pbm|pg_dump|mysqldump|mydumper|SQL_NO_CACHE|\bbackup\b/i;
const ENDED = /\b(?:done|finished|complete[d]?|succe\w+|ok)\b/i;
const BROKEN = /\b(?:error|failed|fatal|killed|aborted|panic)\b/i;

/**
 * Statements that read everything since that is what they are for: each one that was logged is of the program that makes the backup,
 * the log was shown whole (or those of others were counted, and there are none), and the backup came to its end. Null otherwise.
 */
export function onlyBackupsScan({ notes }: PrintedState): Calm | null {
  const logs = notes
    .map((note) => ({ note, entries: entriesIn(note.text) }))
    .filter(({ entries }) => entries.length > 0);
  const entries = logs.flatMap((log) => log.entries);
  if (entries.length < 2 || !entries.every((entry) => COPIES.test(entry))) return null;
  const noOther = notes.find(countsNoOther);
  const whole = logs.every(({ note }) => !/\b(?:tail|head|limit)\b|\s-m\s?\d/.test(note.command));
  const ended = notes.find(({ text }) =>
    text.split('\n').some((line) => TOOL.test(line) && ENDED.test(line) && !ENTRY.test(line)),
  );
  const { lags, ill } = membersOf(notes);
  if (!(noOther || whole) || !ended || ill || lags.some(({ behind }) => behind > NEAR)) return null;
  if (notes.some(({ text }) => text.split('\n').some((line) => TOOL.test(line) && BROKEN.test(line)))) return null;
  const tool = TOOL.exec(entries[0] ?? '')?.[0] ?? 'the backup';
  return {
    statement: `no failure: every slow statement that reads a whole table is of the backup (${tool === 'SQL_NO_CACHE' ? 'mysqldump' : tool}), which reads everything by design and needs no index${noOther ? '; there is none of any other client' : ''}; the backup came to its end`,
    evidence: [...logs.map(({ note }) => note.evidence), ended.evidence, ...(noOther ? [noOther.evidence] : [])],
  };
}

/** Members of a set that serve reads are this near to their primary, s. */
const NEAR = 10;

function entriesIn(text: string): string[] {
  const entries: string[] = [];
  for (const line of text.split('\n')) {
    if (ENTRY.test(line)) entries.push(line.slice(0, 4000));
    else if (entries.length > 0 && /^(?:#|SELECT|UPDATE|DELETE|INSERT|SET|use )/i.test(line))
      entries[entries.length - 1] += `\n${line.slice(0, 400)}`;
  }
  return entries;
}

/** Somebody counted the statements of all others (`grep -v mongodump`), and each count is 0. */
function countsNoOther({ command, text }: Note): boolean {
  const others = /\bgrep\s+(?:-\w+\s+)*-\w*v\w*\s+(?:-\w+\s+)*['"]?([\w|\\.-]{1,60})/.exec(command)?.[1];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (
    others !== undefined &&
    TOOL.test(others) &&
    lines.length > 0 &&
    lines.every((line) => /(?:^|[\s:=(])0\)?\s*$/.test(line))
  );
}
