import { plainFrames } from './answers/plain-frames.ts';

/** The value of a setting in `key: value`, `key = value`, `| key | value |` and with a tab between; null where it does not stand there. */
export const settingIn = (text: string, key: string): string | null =>
  new RegExp(`^\\s*\\|?\\s*"?${key}"?\\s*(?:[:=|]|\\t|\\s{2,})\\s*"?([^\\s|",]+)`, 'im').exec(text)?.[1] ?? null;

/** The same as a number, NaN where there is none. */
export const numberIn = (text: string, key: string): number => Number.parseFloat(settingIn(text, key) ?? 'NaN');

/** One table of an answer: its columns in lower case and its rows by them. */
export type AnswerTable = { columns: string[]; rows: Record<string, string>[] };

const cellsOf = (line: string): string[] =>
  (line.includes('\t') ? line.split('\t') : line.replace(/^\s*\||\|\s*$/g, '').split('|')).map((cell) => cell.trim());

/** The line between the head of a table and its rows, or around both. */
const isRule = (line: string): boolean => /^\s*[+|]?-{2,}[-+|\s]*$/.test(line);
/** What psql prints below a table. */
const isEnd = (line: string): boolean => line.trim() === '' || /^\(\d+ rows?\)/.test(line);

/**
 * The tables that psql, mysql (boxed or with tabs) and their like print, among them those that they print one value a line (`\x`,
 * `\G`), each record as a table of one row.
 */
export function answerTables(text: string): AnswerTable[] {
  const { records, rest } = expandedRecords(plainFrames(text).split('\n'));
  return [...plainTables(rest), ...records.map((row) => ({ columns: Object.keys(row), rows: [row] }))];
}

/** The rows of all tables of an answer; rows of several tables in one text follow each other. */
export const answerRows = (text: string): Record<string, string>[] => answerTables(text).flatMap(({ rows }) => rows);

function plainTables(lines: readonly string[]): AnswerTable[] {
  const ruled = lines.some(isRule);
  const tables: AnswerTable[] = [];
  let table: AnswerTable | null = null;
  let framed = false;
  let bars: number[] = [];
  lines.forEach((line, index) => {
    if (isRule(line)) {
      // The frame below the rows of a boxed table; the one below its head has no rows yet.
      if (table && framed && index > 0 && !isHead(lines, index - 1)) table = null;
      framed = /^\s*\+/.test(line);
      bars = [...line.matchAll(/\+/g)].map((match) => match.index);
    } else if (ruled && isEnd(line)) {
      table = null;
    } else if (table === null) {
      if (ruled ? isRule(lines[index + 1] ?? '') : /\t|\|/.test(line)) {
        table = { columns: namesIn(line), rows: [] };
        tables.push(table);
      }
    } else {
      const { columns } = table;
      const split = cellsOf(line);
      // A statement may hold bars of its own: then the places of the rule's crossings tell the columns.
      const cells = split.length === columns.length ? split : cellsAt(line, bars, framed);
      if (cells.length === columns.length)
        table.rows.push(Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])));
    }
  });
  return tables;
}

/** The cells of a line between the columns of a rule. */
function cellsAt(line: string, bars: readonly number[], framed: boolean): string[] {
  if (bars.length === 0 || !bars.every((at) => line[at] === '|')) return [];
  const edges = framed ? bars : [-1, ...bars, line.length];
  return edges.slice(1).map((edge, index) => line.slice((edges[index] ?? 0) + 1, edge).trim());
}

const PSQL_RECORD = /^-\[ RECORD \d+ \][-+]*$/;
const MYSQL_RECORD = /^\s*\*{5,} \d+\. row \*{5,}\s*$/;

/** The records that are printed one value a line, and the lines that belong to none. */
function expandedRecords(lines: readonly string[]): { records: Record<string, string>[]; rest: string[] } {
  const records: Record<string, string>[] = [];
  const rest: string[] = [];
  let open: { kind: 'psql' | 'mysql'; colon: number | null; last: string | null; row: Record<string, string> } | null =
    null;
  for (const line of lines) {
    const kind = PSQL_RECORD.test(line.trim()) ? 'psql' : MYSQL_RECORD.test(line) ? 'mysql' : null;
    if (kind) {
      open = { kind, colon: null, last: null, row: {} };
      records.push(open.row);
      continue;
    }
    const pair = open ? pairIn(line, open.kind, open.colon) : null;
    if (open && pair) {
      open.colon ??= pair.at;
      open.last = pair.key;
      open.row[pair.key] = pair.value;
    } else if (open?.kind === 'mysql' && open.last !== null && !/^\S+\t\S/.test(line)) {
      // A statement or a status of several lines.
      if (line.trim() !== '') open.row[open.last] = `${open.row[open.last]}\n${line}`;
    } else {
      open = null;
      rest.push(line);
    }
  }
  return { records: records.filter((row) => Object.keys(row).length > 0), rest };
}

/** `key | value` of psql; `key: value` of mysql, whose colons stand below each other. */
function pairIn(
  line: string,
  kind: 'psql' | 'mysql',
  colon: number | null,
): { key: string; value: string; at: number } | null {
  const at = line.indexOf(kind === 'psql' ? '|' : ':');
  if (at < 1 || (colon !== null && at !== colon)) return null;
  const key = line.slice(0, at).trim().toLowerCase();
  return key === '' || key.length > 64 ? null : { key, value: line.slice(at + 1).trim(), at };
}

const namesIn = (line: string): string[] => cellsOf(line).map((column) => column.toLowerCase());

/** True for the line below the upper frame of a boxed table. */
const isHead = (lines: readonly string[], index: number): boolean => index > 0 && isRule(lines[index - 1] ?? '');

/** The first value of a column in any of the tables, as a number; NaN where there is none. */
export const cellNumber = (rows: Record<string, string>[], column: string): number =>
  Number.parseFloat(rows.find((row) => row[column] !== undefined)?.[column] ?? 'NaN');

/** Some cells of a row as text that stands in the answer: `cl_waiting 187, sv_idle 0`. */
export const shownCells = (row: Record<string, string>, ...columns: string[]): string =>
  columns.flatMap((column) => (row[column] && row[column] !== 'NULL' ? [`${column} ${row[column]}`] : [])).join(', ');
