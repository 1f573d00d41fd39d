import { isRecord, type Raw } from '../../kubernetes-state/raw.ts';
import type { PlanNode, ToldPlan } from './plan-node.ts';

const MAX_TEXT = 500_000;
const MAX_DEPTH = 100;

/** The plans that PostgreSQL printed as JSON in a text, also with the `+` that psql ends such lines with; none where it holds no JSON of that kind. */
export function jsonPlansIn(text: string): ToldPlan[] {
  if (text.length > MAX_TEXT || !/"Plan"\s*:/.test(text)) return [];
  const lines = text.split('\n').map((line) => line.replace(/\s*\+\s*$/, ''));
  const from = lines.findIndex((line) => /^\s*[[{]/.test(line));
  const to = lines.findLastIndex((line) => /[\]}]\s*$/.test(line));
  const body = parsed(lines.slice(from, to + 1).join('\n'));
  const all = Array.isArray(body) ? body : [body];
  return all.filter(isRecord).flatMap((one) => {
    const plan = one.Plan;
    return isRecord(plan) ? [{ root: nodeOf(plan, 0), totalMs: numberAt(one, 'Execution Time') }] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A step in the names of the text form, where a scan in parallel is a `Parallel Seq Scan`. */
function nodeOf(raw: Raw, depth: number): PlanNode {
  const spills = raw['Sort Space Type'] === 'Disk';
  const children = depth < MAX_DEPTH && Array.isArray(raw.Plans) ? raw.Plans.filter(isRecord) : [];
  return {
    kind: `${raw['Parallel Aware'] === true ? 'Parallel ' : ''}${textAt(raw, 'Node Type') ?? 'step'}`,
    relation: textAt(raw, 'Relation Name'),
    estimated: numberAt(raw, 'Plan Rows') ?? Number.NaN,
    rows: numberAt(raw, 'Actual Rows'),
    loops: numberAt(raw, 'Actual Loops') ?? 1,
    ms: numberAt(raw, 'Actual Total Time'),
    cost: numberAt(raw, 'Total Cost') ?? Number.NaN,
    filter: textAt(raw, 'Filter') ?? textAt(raw, 'Join Filter'),
    removed: numberAt(raw, 'Rows Removed by Filter') ?? numberAt(raw, 'Rows Removed by Join Filter'),
    condition: textAt(raw, 'Index Cond') ?? textAt(raw, 'Recheck Cond'),
    subplan: raw['Parent Relationship'] === 'SubPlan' ? textAt(raw, 'Subplan Name') : null,
    disk: spills ? `Sort Method: ${textAt(raw, 'Sort Method')}  Disk: ${numberAt(raw, 'Sort Space Used')}kB` : null,
    workers: numberAt(raw, 'Workers Launched') ?? 0,
    children: children.map((child) => nodeOf(child, depth + 1)),
    wall: 0,
    own: 0,
  };
}

const textAt = (raw: Raw, key: string): string | null => (typeof raw[key] === 'string' ? raw[key] : null);
const numberAt = (raw: Raw, key: string): number | null => (typeof raw[key] === 'number' ? raw[key] : null);
