/** A row of a table whose columns stand apart by blanks or tabs, by the names of its head. */
export type SpacedRow = Record<string, string>;

const MAX_ROWS = 2000;

/**
 * The rows of tables with blanks between their cells that have all of these columns in their heads; rows with fewer or more cells than
 * their head are left out.
 */
export function spacedRows(text: string, ...columns: string[]): SpacedRow[] {
  let head: string[] = [];
  return text
    .split('\n', MAX_ROWS)
    .map((line) => line.trim().split(/\s+/))
    .flatMap((cells) => {
      const names = cells.map((cell) => cell.toLowerCase());
      if (columns.every((column) => names.includes(column))) {
        head = names;
        return [];
      }
      if (head.length === 0 || cells.length !== head.length) return [];
      return [Object.fromEntries(head.map((name, at) => [name, cells[at] ?? '']))];
    });
}
