import type { WorkloadStatement } from './database-state.ts';
import { bareName } from './printed/table-definitions.ts';
import { shapeOf } from './statement-shape.ts';

/** So many indexes upon one table slow what writes into it; fewer are enough where one begins as another does. */
const [MANY, SOME] = [8, 4];
const CREATED =
  /^create (?:unique )?index (?:concurrently )?(?:if not exists )?(?:([\w."`]+) )?on (?:only )?([\w."`]+)(?: using \w+)? ?\(([^)]{1,400})\)/i;
const ADDED = /^alter table (?:only )?([\w."`]+) add (?:index|key) ?([\w`]*) ?\(([^)]{1,400})\)/i;

/** An index that a workload creates. */
type Created = { name: string; table: string; columns: string };
/** Indexes that a workload lays upon one table; `double` is one whose columns another one begins with. */
export type LaidIndexes = { table: string; names: string[]; double: string | null };

/** The table upon which a workload lays more indexes than it can use, most first; null where there is none. */
export function indexUponIndex(workload: readonly WorkloadStatement[]): LaidIndexes | null {
  const created = workload.flatMap(
    ({ statement }) => createdIn(statement.replace(/\s+/g, ' ').trim().slice(0, 800)) ?? [],
  );
  const [most] = [...Map.groupBy(created, ({ table }) => table).values()].toSorted(
    (left, right) => right.length - left.length,
  );
  if (!most?.[0]) return null;
  const double = most.find((one, at) => most.some((other, place) => place !== at && begins(other, one)));
  if (most.length < (double ? SOME : MANY)) return null;
  const names = most.map(({ name }) => name).filter((name) => name !== '');
  return { table: most[0].table, names, double: double ? double.name || double.columns : null };
}

/** True for a statement that writes rows of a table. */
export const writesInto = (statement: string, table: string): boolean => {
  const { verb, tables } = shapeOf(statement);
  const into = /^(?:delete from|copy)\s+(?:only\s+)?([\w."`]+)/i.exec(statement.trim())?.[1];
  return /^(?:insert|update|delete|copy)$/.test(verb) && [...tables, into ?? ''].map(bareName).includes(table);
};

function createdIn(statement: string): Created | null {
  const [, name = '', table, columns = ''] = CREATED.exec(statement) ?? [];
  if (table) return { name: bareName(name), table: bareName(table), columns: plain(columns) };
  const [, on, key = '', list = ''] = ADDED.exec(statement) ?? [];
  return on ? { name: bareName(key), table: bareName(on), columns: plain(list) } : null;
}

const plain = (columns: string): string => columns.replace(/["`\s]/g, '').toLowerCase();
const begins = (long: Created, short: Created): boolean => `${long.columns},`.startsWith(`${short.columns},`);
