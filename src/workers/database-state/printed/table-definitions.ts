import type { AnswerTable } from '../../kubernetes-state/logs/answer-rows.ts';

/** An index as a server printed it; `scans` is how often it was used, null where nobody counted. */
export type PrintedIndex = {
  table: string;
  name: string;
  columns: string[];
  unique: boolean;
  /** A part of the rows or an expression: it serves fewer statements than its columns tell. */
  partial: boolean;
  scans: number | null;
  size: string | null;
};

/** A table whose definition was printed whole, with all of its indexes. */
export type TableDefinition = { table: string; primaryKey: boolean; indexes: PrintedIndex[] };

/** The name of a table or an index without its schema and its quotes. */
export const bareName = (name: string): string => name.replace(/["`]/g, '').split('.').at(-1)?.toLowerCase() ?? '';

/** The columns in the brackets of an index; their order counts, their direction does not. */
const columnsOf = (list: string): string[] =>
  list.split(',').map((part) =>
    bareName(part.trim().split(/\s+/)[0] ?? '')
      .replace(/\(\d+\)?$/, '')
      .trim(),
  );

/** What `\d table` and `SHOW CREATE TABLE` print. */
export function tableDefinitions(text: string): TableDefinition[] {
  return [...describedTables(text), ...createdTables(text)];
}

function describedTables(text: string): TableDefinition[] {
  return text.split(/^(?=\s*(?:Partitioned table|Table) "[^"]+"\s*$)/m).flatMap((part) => {
    const table = /^\s*(?:Partitioned table|Table) "([^"]+)"/.exec(part)?.[1];
    // Tables have columns; a page that was cut off before them tells nothing of its indexes.
    if (!table || !/\bColumn\b/.test(part)) return [];
    const list = /^\s*Indexes:\n((?:\s{2,}"[^\n]+\n?)+)/m.exec(part)?.[1] ?? '';
    const indexes = list.split('\n').flatMap((line) => describedIndex(line, bareName(table)) ?? []);
    return [{ table: bareName(table), primaryKey: /PRIMARY KEY/.test(list), indexes }];
  });
}

function describedIndex(line: string, table: string): PrintedIndex | null {
  const found = /^\s*"([^"]+)" (.*?)\b\w+ \((.*?)\)(.*)$/.exec(line);
  if (!found) return null;
  const [, name = '', kind = '', columns = '', rest = ''] = found;
  return {
    table,
    name,
    columns: columnsOf(columns),
    unique: /PRIMARY KEY|UNIQUE/.test(kind),
    partial: /\bWHERE\b|INVALID/.test(rest) || columns.includes('('),
    scans: null,
    size: null,
  };
}

function createdTables(text: string): TableDefinition[] {
  return [
    ...text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?([`"\w.]+) \(([\s\S]{0,20000}?)\n\s*\) ?(?:ENGINE|;|$)/g),
  ].map(([, name = '', body = '']) => {
    const table = bareName(name);
    const keys = [
      ...body.matchAll(
        /^\s*(PRIMARY KEY|UNIQUE KEY|KEY|INDEX|FULLTEXT KEY)\s*(`?[\w$-]*`?)\s*\(([^\n]+?)\)(?=[\s,]*$|\s+USING)/gm,
      ),
    ];
    return {
      table,
      primaryKey: /^\s*PRIMARY KEY/m.test(body),
      indexes: keys.map(([, kind = '', key = '', columns = '']) => ({
        table,
        name: bareName(key) || 'PRIMARY',
        columns: columnsOf(columns),
        unique: /PRIMARY|UNIQUE/.test(kind),
        partial: /FULLTEXT/.test(kind),
        scans: null,
        size: null,
      })),
    };
  });
}

const DEFINED =
  /CREATE (UNIQUE )?INDEX (?:CONCURRENTLY )?(\S+) ON (?:ONLY )?(\S+)(?: USING \w+)? \((.*?)\)(?:\s+(WHERE|INCLUDE).*)?$/i;

/** The indexes in rows of `pg_stat_user_indexes`, `pg_indexes` and `sys.schema_unused_indexes`, with how often they were used. */
export function listedIndexes(tables: readonly AnswerTable[]): PrintedIndex[] {
  return tables.flatMap(({ rows }) => rows).flatMap((row) => listedIndex(row) ?? []);
}

function listedIndex(row: Record<string, string>): PrintedIndex | null {
  const name = row.indexrelname ?? row.indexname ?? row.index_name ?? row.index;
  const scans = row.idx_scan ?? row.index_scans ?? row.scans;
  const [, unique, , on = '', columns] =
    Object.values(row)
      .map((cell) => DEFINED.exec(cell))
      .find((found) => found !== null) ?? [];
  const table = bareName(row.relname ?? row.tablename ?? row.table_name ?? row.table ?? on);
  if (!name || (scans === undefined && columns === undefined)) return null;
  return {
    table,
    name: bareName(name),
    columns: columns ? columnsOf(columns) : [],
    unique: unique !== undefined || /^t(?:rue)?$/.test(row.indisunique ?? '') || /(?:_pkey|_key)$/.test(name),
    partial: /\bWHERE\b/.test(Object.values(row).join(' ')) || (columns ?? '').includes('('),
    scans: scans === undefined || scans === '' ? null : Number(scans),
    size: row.size ?? row.index_size ?? row.pg_size_pretty ?? row.idx_size ?? null,
  };
}
