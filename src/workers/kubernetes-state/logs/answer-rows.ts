/** The value of a setting in `key: value`, `key = value` and `| key | value |`; null where it does not stand there. */
export const settingIn = (text: string, key: string): string | null =>
  new RegExp(`^\\s*\\|?\\s*"?${key}"?\\s*(?:[:=|]|\\s{2,})\\s*"?([^\\s|",]+)`, 'im').exec(text)?.[1] ?? null;

/** The same as a number, NaN where there is none. */
export const numberIn = (text: string, key: string): number => Number.parseFloat(settingIn(text, key) ?? 'NaN');

const cellsOf = (line: string): string[] =>
  (line.includes('\t') ? line.split('\t') : line.replace(/^\s*\||\|\s*$/g, '').split('|')).map((cell) => cell.trim());

/** The line between the head of a table and its rows, or around both. */
const isRule = (line: string): boolean => /^\s*[+|]?-{2,}[-+|\s]*$/.test(line);
/** What psql prints below a table. */
const isEnd = (line: string): boolean => line.trim() === '' || /^\(\d+ rows?\)/.test(line);

/**
 * The rows of the tables that psql, mysql (boxed or with tabs) and their like print, by the lower case names of their columns; rows
 * of several tables in one text follow each other.
 */
export function answerRows(text: string): Record<string, string>[] {
  const lines = text.split('\n');
  const ruled = lines.some(isRule);
  const rows: Record<string, string>[] = [];
  let columns: string[] | null = null;
  let framed = false;
  lines.forEach((line, index) => {
    if (isRule(line)) {
      // The frame below the rows of a boxed table; the one below its head has no rows yet.
      if (columns && framed && index > 0 && !isHead(lines, index - 1)) columns = null;
      framed = /^\s*\+/.test(line);
    } else if (ruled && isEnd(line)) {
      columns = null;
    } else if (columns === null) {
      if (ruled ? isRule(lines[index + 1] ?? '') : /\t|\|/.test(line)) columns = namesIn(line);
    } else {
      const cells = cellsOf(line);
      if (cells.length === columns.length)
        rows.push(Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])));
    }
  });
  return rows;
}

const namesIn = (line: string): string[] => cellsOf(line).map((column) => column.toLowerCase());

/** True for the line below the upper frame of a boxed table. */
const isHead = (lines: string[], index: number): boolean => index > 0 && isRule(lines[index - 1] ?? '');

/** The first value of a column in any of the tables, as a number; NaN where there is none. */
export const cellNumber = (rows: Record<string, string>[], column: string): number =>
  Number.parseFloat(rows.find((row) => row[column] !== undefined)?.[column] ?? 'NaN');

/** Some cells of a row as text that stands in the answer: `cl_waiting 187, sv_idle 0`. */
export const shownCells = (row: Record<string, string>, ...columns: string[]): string =>
  columns.flatMap((column) => (row[column] ? [`${column} ${row[column]}`] : [])).join(', ');
