import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseState } from '../database-state.ts';
import type { PlanNode } from '../printed/plan-node.ts';
import { cell, rowsWith, type Shown, serverOfShown } from '../printed/printed-state.ts';
import { columnsIn, type QueryPlan } from '../printed/query-plan.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';

/** A scan that throws away at least so many times the rows that it keeps, and at least so many, lacks an index. */
const THROWN_RATIO = 50;
const THROWN = 20_000;
/** A step is what takes the time of a statement from this share on; a statement below this time harms nobody alone, ms. */
const SHARE = 0.4;
const SLOW_MS = 200;
/** The estimated cost from which on a plan that was never run reads a large table. */
const LARGE_COST = 20_000;

type Scan = Shown<PlanNode> & { plan: QueryPlan };

/** A statement that reads a whole table to keep a few of its rows, because no index serves its condition. */
export const missingIndex: StoryTeller = ({ printed }, { server, text }) => {
  const scan = printed.plans.flatMap(wastefulScans).toSorted((left, right) => right.what.own - left.what.own)[0];
  const read = scan ? null : scannedTable({ printed }, text);
  if (!scan) return read ? { ...read, server: read.server || server } : null;
  const { what: node } = scan;
  const table = node.relation ?? '';
  const columns = columnsIn(node.filter ?? '');
  const own = printed.indexes.filter(({ what }) => what.table === table.toLowerCase());
  const defined = own.length > 0 || printed.definitions.some(({ what }) => what.table === table.toLowerCase());
  const serving = own.find(({ what }) => !what.partial && columns.includes(what.columns[0] ?? ''));
  const why = serving
    ? `although the index ${serving.what.name} begins with ${serving.what.columns[0]} (the condition hides the column from it, or the statistics are wrong)`
    : defined
      ? `because no index of ${table} begins with ${columns.join(' or ') || 'what it filters by'} (missing index)`
      : `probably because of a missing index on ${columns.join(', ') || 'the filtered column'}`;
  const thrown = node.removed === null || node.kind === 'Table scan' ? '' : `, Rows Removed by Filter: ${node.removed}`;
  const cited = [scan, ...printed.definitions.filter(({ what }) => what.table === table.toLowerCase()), ...own];
  return {
    kind: 'missing-index',
    score: defined && !serving ? 0.93 : 0.86,
    server: serverOfShown([...cited], server),
    text: `A statement reads the whole table ${table} (${node.kind} on ${table}, full table scan)${thrown}, ${why}: its filter is ${quote(node.filter ?? '', 130)}${loopsText(node)}${tookText(scan.plan)}`,
    brief: `a statement reads the whole table ${table} for want of an index`,
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

const loopsText = ({ loops, kind }: PlanNode): string =>
  loops > 10 && !kind.startsWith('Parallel') ? `, and that again for each row of the join (loops=${loops})` : '';
const tookText = ({ totalMs }: QueryPlan): string => (totalMs === null ? '' : `; it took ${totalMs} ms`);

function wastefulScans({ what: plan, ...rest }: Shown<QueryPlan>): Scan[] {
  const whole = plan.nodes.filter(
    (node) => /^(?:Parallel )?Seq Scan$|^Table scan$/.test(node.kind) && node.relation !== null && node.filter !== null,
  );
  const wasteful = whole.filter((node) => {
    if (node.ms === null)
      return (
        node.cost >= LARGE_COST && node.cost >= SHARE * plan.root.cost && node.estimated * node.loops < node.cost / 50
      );
    const thrown = (node.removed ?? 0) * node.loops;
    const kept = Math.max(1, (node.kind === 'Table scan' ? 0 : (node.rows ?? 0)) * node.loops);
    return (
      thrown >= THROWN &&
      thrown >= THROWN_RATIO * kept &&
      node.own >= SHARE * (plan.totalMs ?? 0) &&
      node.own >= SLOW_MS
    );
  });
  return wasteful.map((node) => ({ what: node, plan, ...rest }));
}

/** Rows that one scan of a table reads on average before somebody asks why. */
const ROWS_PER_SCAN = 500_000;
const SCANS = 100;

/** Without a plan, the counters of the tables (PostgreSQL) or the access of the table (`EXPLAIN` of MySQL) tell who is read whole. */
function scannedTable({ printed }: Pick<DatabaseState, 'printed'>, text: string) {
  const accessed = rowsWith(printed, 'select_type', 'table', 'type', 'rows').find(
    ({ what }) => what.type === 'ALL' && cell(what, 'rows') >= 100_000 && /^(?:NULL)?$/.test(what.key ?? ''),
  );
  const counted = rowsWith(printed, 'relname', 'seq_scan', 'seq_tup_read').filter(
    ({ what }) =>
      cell(what, 'seq_scan') >= SCANS && cell(what, 'seq_tup_read') >= ROWS_PER_SCAN * cell(what, 'seq_scan'),
  );
  const [most] = counted.toSorted((left, right) => cell(right.what, 'seq_tup_read') - cell(left.what, 'seq_tup_read'));
  if (accessed)
    return {
      kind: 'missing-index' as const,
      score: 0.84,
      server: accessed.server,
      text: `A statement reads the whole table ${accessed.what.table} (access type ALL, full table scan, rows ${accessed.what.rows}, key NULL): probably a missing index`,
      brief: `a statement reads the whole table ${accessed.what.table}`,
      evidence: [accessed.evidence],
      actions: noActions,
    };
  if (!most || !isFelt(text)) return null;
  return {
    kind: 'missing-index' as const,
    score: 0.6,
    server: most.server,
    text: `The table ${most.what.relname} is read whole again and again (sequential scans, seq_scan ${most.what.seq_scan}, seq_tup_read ${most.what.seq_tup_read}): probably an index is missing that serves the statements on it`,
    brief: `the table ${most.what.relname} is read whole again and again`,
    evidence: [most.evidence],
    actions: noActions,
  };
}

/** A subquery runs for each row from this many loops on. */
const LOOPS = 100;
const BURNT_MS = 1000;

/** A subquery that is executed again for every row of the outer statement. */
export const correlatedSubquery: StoryTeller = ({ printed }, { server }) => {
  const found = printed.plans.flatMap(({ what: plan, ...rest }) => {
    const subplans = plan.nodes.filter(({ subplan, loops }) => subplan !== null && loops >= LOOPS);
    const burnt = subplans.reduce((sum, { wall }) => sum + wall, 0);
    return subplans.length > 0 && burnt >= BURNT_MS && burnt >= 0.5 * (plan.totalMs ?? 0)
      ? [{ what: { plan, subplans }, ...rest }]
      : [];
  })[0];
  if (!found) return null;
  const { plan, subplans } = found.what;
  const [heaviest] = subplans.toSorted((left, right) => right.wall - left.wall);
  if (!heaviest) return null;
  const tables = [...new Set(subplans.flatMap(relationsBelow))];
  const waste = relationNodes(heaviest).find(({ removed }) => (removed ?? 0) >= 1000);
  const busy = busiestStatement(printed.rows);
  return {
    kind: 'subquery',
    score: 0.92,
    server: serverOfShown([found], server),
    text: `A correlated subquery burns the CPU of the database server ${serverOfShown([found], server)}: ${heaviest.subplan} on ${tables.join(', ')} is executed again for each row${plan.root.relation ? ` of ${plan.root.relation}` : ''} (loops=${heaviest.loops}, ${heaviest.ms} ms each)${waste ? `, and each time it throws ${waste.removed} rows away by ${quote(waste.filter ?? '', 90)}` : ''}${tookText(plan)}${busy ? `. The statement is ${quote(shownStatement(busy.statement, 110))}${busy.who}` : ''}`,
    brief: `a correlated subquery on ${tables.join(', ')} is executed for each row`,
    evidence: [found.evidence, ...(busy ? [busy.evidence] : [])],
    actions: noActions,
  };
};

const relationNodes = (node: PlanNode): PlanNode[] => [
  ...(node.relation ? [node] : []),
  ...node.children.flatMap(relationNodes),
];
const relationsBelow = (node: PlanNode): string[] => relationNodes(node).flatMap(({ relation }) => relation ?? []);

/** The active statement that most sessions run at once, with who runs it. */
function busiestStatement(
  rows: readonly Shown<Record<string, string>>[],
): { statement: string; who: string; evidence: number } | null {
  const active = rows.filter(({ what }) => what.state === 'active' && cell(what, 'count') >= 3);
  const [most] = active.toSorted((left, right) => cell(right.what, 'count') - cell(left.what, 'count'));
  const statement = most?.what.query ?? most?.what.q ?? most?.what.left;
  if (!most || !statement) return null;
  const who = most.what.application_name || most.what.usename;
  return { statement, who: who ? `, which ${who} runs in ${most.what.count} sessions` : '', evidence: most.evidence };
}
