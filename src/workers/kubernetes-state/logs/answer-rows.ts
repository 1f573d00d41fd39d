/** The value of a setting in `key: value`, `key = value` and `| key | value |`; null where it does not stand there. */
export const settingIn = (text: string, key: string): string | null =>
  new RegExp(`^\\s*\\|?\\s*"?${key}"?\\s*(?:[:=|]|\\s{2,})\\s*"?([^\\s|",]+)`, 'im').exec(text)?.[1] ?? null;

/** The same as a number, NaN where there is none. */
export const numberIn = (text: string, key: string): number => Number.parseFloat(settingIn(text, key) ?? 'NaN');

const cellsOf = (line: string): string[] =>
  (line.includes('\t') ? line.split('\t') : line.replace(/^\s*\||\|\s*$/g, '').split('|')).map((cell) => cell.trim());

/** The rows of a table as psql, mysql (boxed or with tabs) and their like print it, by the lower case names of its columns. */
export function answerRows(text: string): Record<string, string>[] {
  const lines = text.split('\n').filter((line) => !/^\s*[+|-][-+|\s]*$/.test(line));
  const head = lines.findIndex((line) => /\t|\|/.test(line));
  if (head === -1) return [];
  const columns = cellsOf(lines[head] ?? '').map((column) => column.toLowerCase());
  return lines.slice(head + 1).flatMap((line) => {
    const cells = cellsOf(line);
    if (cells.length !== columns.length) return [];
    return [Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))];
  });
}

/** Some cells of a row as text that stands in the answer: `cl_waiting 187, sv_idle 0`. */
export const shownCells = (row: Record<string, string>, ...columns: string[]): string =>
  columns.flatMap((column) => (row[column] ? [`${column} ${row[column]}`] : [])).join(', ');
