import type { Database, MigrationSession } from '../../src/shared/database/database.ts';

/** A statement as it went to the database. */
export type Statement = { text: string; values: readonly unknown[] };

/** The same database, which remembers every statement. */
export function recordStatements(database: Database): { database: Database; statements: Statement[] } {
  const statements: Statement[] = [];
  const query: Database['query'] = (text, values = []) => {
    statements.push({ text, values });
    return database.query(text, values);
  };
  return { database: { ...database, query }, statements };
}

/** A node of a plan that was carried out, as EXPLAIN (ANALYZE, FORMAT JSON) writes it; rows are those of one loop. */
export type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
};

/** Plans chosen for the values at hand, and those that PostgreSQL keeps for any values. */
export const PLAN_MODES = ['force_custom_plan', 'force_generic_plan'] as const;

/** Carries a statement out and takes it back; returns its plan. */
export async function planOf(
  session: MigrationSession,
  { text, values }: Statement,
  mode: (typeof PLAN_MODES)[number],
): Promise<PlanNode> {
  await session.query('begin');
  try {
    await session.query(`set local plan_cache_mode = ${mode}`);
    await session.query(`prepare statement_of_test as ${text}`);
    const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
    const { rows } = await session.query(`explain (analyze, format json) execute statement_of_test${given}`);
    return (rows[0]!['QUERY PLAN'] as [{ Plan: PlanNode }])[0].Plan;
  } finally {
    await session.query('rollback');
    await session.query('deallocate all');
  }
}

/** What is wrong with a plan: it reads one of these tables from end to end, or reads or sorts more than `most` rows. */
export function planFaults(node: PlanNode, tables: readonly string[], most: number): string[] {
  const table = node['Relation Name'];
  const isLarge = table !== undefined && tables.includes(table);
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const rows = Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
  const what = `${node['Node Type']}${table ? ` on ${table}` : ''}`;
  const faults: string[] = [];
  if (isLarge && node['Node Type'] === 'Seq Scan') faults.push(`${what} reads the whole table`);
  else if (isLarge && rows > most) faults.push(`${what} reads ${rows} rows`);
  const sorted = /Sort/.test(node['Node Type']) ? Math.max(...(node.Plans ?? []).map(rowsOf)) : 0;
  if (sorted > most) faults.push(`${what} sorts ${sorted} rows`);
  return [...faults, ...(node.Plans ?? []).flatMap((inner) => planFaults(inner, tables, most))];
}

const rowsOf = (node: PlanNode) => Math.round(node['Actual Rows'] * node['Actual Loops']);

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `'{${value.map((item) => quoted(JSON.stringify(item))).join(',')}}'`;
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  return `'${quoted(String(value))}'`;
}

const quoted = (text: string) => text.replaceAll("'", "''");
