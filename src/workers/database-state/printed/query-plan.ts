import { jsonPlansIn } from './json-plan.ts';
import type { PlanNode, ToldPlan } from './plan-node.ts';

export type QueryPlan = {
  root: PlanNode;
  nodes: PlanNode[];
  /** How long the statement ran, ms; null for a plan that was only made. */
  totalMs: number | null;
};

const NODE =
  /^(\s*)(->\s+)?(\S[^\n]{0,200}?)\s+\(cost=(?:[\d.]+\.\.)?([\d.e+]+) rows=([\d.e+]+)(?: width=\d+)?\)(?:\s*\(actual (?:time=([\d.e+]+)\.\.([\d.e+]+) )?rows=([\d.e+]+) loops=(\d+)\))?/;
const SUBPLAN = /^\s*((?:SubPlan|InitPlan|CTE) [\w$]+)/;

type Open = { node: PlanNode; column: number };

/** The plans in a text, each with its steps as a tree, whether they were printed as text or as JSON. */
export const plansIn = (text: string): QueryPlan[] =>
  [...textPlansIn(text), ...jsonPlansIn(text)].map(({ root, totalMs }) => finished(root, totalMs));

function textPlansIn(text: string): ToldPlan[] {
  const plans: ToldPlan[] = [];
  let stack: Open[] = [];
  let named: string | null = null;
  for (const line of text.split('\n')) {
    const match = NODE.exec(line.slice(0, 600));
    if (match) {
      const column = (match[1] ?? '').length + (match[2] ?? '').length;
      const node = nodeOf(match, named);
      named = null;
      const isRoot = match[2] === undefined && node.subplan === null;
      while (stack.length > 0 && (isRoot || (stack.at(-1)?.column ?? 0) >= column)) stack.pop();
      const parent = stack.at(-1);
      if (parent) parent.node.children.push(node);
      else plans.push({ root: node, totalMs: null });
      stack.push({ node, column });
      continue;
    }
    named = SUBPLAN.exec(line)?.[1] ?? named;
    const total = /(?:Execution Time|Total runtime):\s*([\d.]+) ms/.exec(line)?.[1];
    const last = plans.at(-1);
    if (total && last) {
      last.totalMs = Number(total);
      stack = [];
    }
    const indent = /^\s*/.exec(line)?.[0].length ?? 0;
    const owner = stack.findLast(({ column }) => column < indent)?.node ?? stack.at(-1)?.node;
    if (owner) detail(owner, line.trim());
  }
  return plans;
}

function nodeOf(match: RegExpExecArray, named: string | null): PlanNode {
  const [, , , title = '', cost, estimated, , ms, rows, loops] = match;
  const relation = /\b(?:on|scan on|lookup on) (?:\w+\.)?"?(\w+)"?/.exec(title)?.[1] ?? null;
  const filter = /^Filter: (.+)$/.exec(title)?.[1] ?? null;
  return {
    kind: filter ? 'Filter' : title.replace(/ (?:using \S+ )?on .*$/, ''),
    relation,
    estimated: Number(estimated),
    rows: rows === undefined ? null : Number(rows),
    loops: Number(loops ?? 1),
    ms: ms === undefined ? null : Number(ms),
    cost: Number(cost),
    filter,
    removed: null,
    condition: null,
    subplan: named?.startsWith('SubPlan') ? named : null,
    disk: null,
    workers: 0,
    children: [],
    wall: 0,
    own: 0,
  };
}

function detail(node: PlanNode, line: string): void {
  const [, key, value = ''] = /^([A-Z][\w ]{2,40}): (.+)$/.exec(line) ?? [];
  if (key === 'Filter' || key === 'Join Filter') node.filter = value;
  else if (key === 'Rows Removed by Filter' || key === 'Rows Removed by Join Filter') node.removed = Number(value);
  else if (key === 'Index Cond' || key === 'Recheck Cond') node.condition ??= value;
  else if (key === 'Sort Method' && /Disk:/.test(value)) node.disk = line;
  else if (key === 'Workers Launched') node.workers = Number(value);
}

function finished(root: PlanNode, totalMs: number | null): QueryPlan {
  const nodes: PlanNode[] = [];
  measure(root, 1, nodes);
  return { root, nodes, totalMs: totalMs ?? (root.ms === null ? null : root.wall) };
}

/** Steps below a gathering one run in several processes at once; a table scan below MySQL's filter is tested by it. */
function measure(node: PlanNode, processes: number, nodes: PlanNode[]): void {
  nodes.push(node);
  const below = processes * (node.workers + 1);
  const [only] = node.children;
  if (node.kind === 'Filter' && only && /^Table scan/.test(only.kind)) {
    only.filter = node.filter;
    only.removed = only.rows === null || node.rows === null ? null : Math.max(0, only.rows - node.rows);
  }
  for (const child of node.children) measure(child, below, nodes);
  node.wall = ((node.ms ?? 0) * node.loops) / processes;
  node.own = Math.max(0, node.wall - node.children.reduce((sum, { wall }) => sum + wall, 0));
}

/** The columns that a condition tests, without aliases, casts and values. */
export function columnsIn(condition: string): string[] {
  const bare = condition
    .replace(/'(?:[^']|'')*'/g, ' ')
    .replace(/::"?\w+"?(?: (?:varying|precision|with(?:out)? time zone))?(?:\(\d+\))?(?:\[\])?/g, ' ')
    .replace(/\((?:hashed )?SubPlan [^)]*\)/g, ' ');
  const words = bare.matchAll(/(?<![\w$])(?:"?\w+"?\.)?"?([a-z_]\w*)"?(?!\s*\(|\w|\.)/gi);
  return [...new Set([...words].map(([, word = '']) => word.toLowerCase()).filter((word) => !NO_COLUMN.test(word)))];
}

const NO_COLUMN =
  /^(?:and|or|not|is|null|any|all|in|like|ilike|between|true|false|array|interval|date|timestamp|text|varchar|with|without|time|zone|case|when|then|else|end|distinct|from|escape)$/;
