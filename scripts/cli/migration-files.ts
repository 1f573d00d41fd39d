import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../src/shared/database/migrations/', import.meta.url);

/** The SQL of a migration by the name that `migrationStatus` gives it, for example `1.do.first-schema`. */
export function migrationSql(name: string): string {
  const file = readdirSync(FOLDER).find((candidate) => candidate.replace(/^0+/, '') === `${name}.sql`);
  if (!file) throw new Error(`there is no file of the migration ${name}`);
  return readFileSync(new URL(file, FOLDER), 'utf8').trim();
}

/** What a migration takes away of what is stored: its statements that drop tables or columns, delete or truncate, one line each. */
export function destructiveStatements(sql: string): string[] {
  return sql
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) =>
      /^(?:drop (?:table|schema|materialized)|delete|truncate|alter table .* drop column)\b/i.test(statement),
    );
}

/** The table that a `drop table` statement names, null for every other statement. */
export function droppedTable(statement: string): string | null {
  return /^drop table (?:if exists )?([\w.]+)/i.exec(statement)?.[1] ?? null;
}
