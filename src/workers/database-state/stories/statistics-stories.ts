import type { PlanNode } from '../printed/plan-node.ts';
import { type Cells, cell, type PrintedState, rowsWith, type Shown, serverOfShown } from '../printed/printed-state.ts';
import type { QueryPlan } from '../printed/query-plan.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** So many times more rows than the planner expected, and at least so many, lead to the wrong plan. */
const WRONG_BY = 100;
const WRONG_ROWS = 1000;
const SLOW_MS = 500;
/** A table with fewer rows than this needs no statistics. */
const FEW_ROWS = 1000;

/** A planner that knows nothing, or too little, of its tables and chooses wrong plans. */
export const staleStatistics: StoryTeller = ({ printed }, { server }) => {
  const wrong = printed.plans.flatMap(misestimates)[0];
  const never = tablesWithout(printed);
  const moved = upgraded(printed);
  if (!wrong && !(never.length >= 2 && moved)) return null;
  const stale = never.length > 0 ? [] : outdated(printed);
  const names = (never.length > 0 ? never : stale).map(({ what }) => what.relname ?? '').slice(0, 4);
  // Without anything that says so, estimates are also wrong by what statistics cannot know.
  const known = names.length > 0;
  if (!known && !moved && !wrong) return null;
  const why =
    never.length > 0
      ? `the planner has no statistics of ${names.join(', ')}: never analyzed (last_analyze and last_autoanalyze are empty)`
      : stale.length > 0
        ? `the statistics of ${names.join(', ')} are out of date (n_mod_since_analyze ${stale[0]?.what.n_mod_since_analyze}), nothing analyzed the table since`
        : 'the statistics of the planner are missing or do not fit the data (ANALYZE)';
  const cited = [...(wrong ? [wrong] : []), ...never, ...stale.slice(0, 1), ...(moved ? [moved] : [])];
  return {
    kind: 'statistics',
    score: known && wrong ? 0.93 : known ? 0.84 : moved ? 0.8 : 0.66,
    server: serverOfShown(cited, server),
    text: `The database server ${serverOfShown(cited, server)} chooses wrong query plans because ${why}${moved ? `; ${moved.what}` : ''}${wrong ? `. The plan expects rows=${wrong.what.estimated} of ${stepText(wrong.what)} and gets rows=${wrong.what.rows}${wrong.totalMs === null ? '' : `; the statement took ${wrong.totalMs} ms`}` : ''}`,
    brief: `the planner has no good statistics${known ? ` of ${names.join(', ')}` : ''}`,
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

const stepText = ({ kind, relation }: PlanNode): string => `the ${kind}${relation ? ` on ${relation}` : ''}`;

/** The steps of a slow plan that return far more rows than expected, scans before what is built on them. */
function misestimates({ what: plan, ...rest }: Shown<QueryPlan>): (Shown<PlanNode> & { totalMs: number | null })[] {
  if ((plan.totalMs ?? 0) < SLOW_MS) return [];
  return plan.nodes
    .filter(
      ({ rows, estimated, subplan }) =>
        rows !== null && subplan === null && rows >= WRONG_ROWS && rows >= WRONG_BY * Math.max(1, estimated),
    )
    .toSorted((left, right) => Number(right.relation !== null) - Number(left.relation !== null))
    .map((node) => ({ what: node, totalMs: plan.totalMs, ...rest }));
}

const analyzed = (row: Cells): string =>
  `${row.last_analyze ?? ''}${row.last_autoanalyze ?? ''}`.replace(/NULL/g, '').trim();

/** Tables with rows that nothing analyzed since their counters began. */
const tablesWithout = (printed: PrintedState): Shown<Cells>[] =>
  rowsWith(printed, 'relname', 'last_autoanalyze').filter(
    ({ what }) =>
      what.last_analyze !== undefined &&
      analyzed(what) === '' &&
      Math.max(cell(what, 'n_live_tup') || 0, cell(what, 'n_mod_since_analyze') || 0, cell(what, 'reltuples') || 0) >=
        FEW_ROWS,
  );

/** Tables that changed as a whole since somebody analyzed them. */
const outdated = (printed: PrintedState): Shown<Cells>[] =>
  rowsWith(printed, 'relname', 'n_mod_since_analyze').filter(
    ({ what }) =>
      cell(what, 'n_mod_since_analyze') >=
      Math.max(FEW_ROWS, 0.5 * (cell(what, 'n_live_tup') || Number.POSITIVE_INFINITY)),
  );

const MOVED: readonly [pattern: RegExp, text: string][] = [
  [
    /Optimizer statistics are not transferred|\bpg_upgrade\b/,
    'they were lost in the upgrade (pg_upgrade does not bring them along)',
  ],
  [/\bpg_restore\b/, 'they were not made again after the restore (pg_restore)'],
];

/** What tells that the tables came from elsewhere, without their statistics. */
function upgraded({ notes }: PrintedState): Shown<string> | null {
  for (const { text, evidence } of notes) {
    const found = MOVED.find(([pattern]) => pattern.test(text));
    if (found) return { what: found[1], server: '', evidence };
  }
  return null;
}
