import { shownCells } from './answer-rows.ts';

/** The session that all the others wait for, and the one that waits for it directly while most queue behind; cells of the answer. */
export type LockChain = { root: string; next: string | null };

type Row = Record<string, string>;
type Edge = { waiter: string; blocker: string; row: Row };

const BLOCKERS = ['blocked_by', 'blocking_pids', 'pg_blocking_pids', 'blockers', 'blocking_pid', 'blocking_trx_id'];
const WAITERS = ['blocked_pid', 'waiting_pid', 'pid', 'id', 'waiting_trx_id'];
const STATES = [
  'pid',
  'id',
  'state',
  'command',
  'time',
  'xact_age',
  'age',
  'duration',
  'state_age',
  'in_state',
  'xact_start',
  'state_change',
];
const WHO = ['usename', 'user', 'application_name', 'wait_event'];
const STATEMENTS = ['query', 'statement', 'left', 'info'];
const BLOCKING = ['blocking_query', 'blocking_statement', 'current_statement_in_blocking_process', 'blocking_state'];

/** The chain in an answer that tells who waits for whom (`pid`, `blocked_by`, or pairs of both); null where nobody waits. */
export function lockChain(rows: readonly Row[]): LockChain | null {
  const edges = rows.flatMap(edgesOf);
  const waiting = new Set(edges.map(({ waiter }) => waiter));
  const roots = [...new Set(edges.map(({ blocker }) => blocker))].filter((pid) => !waiting.has(pid));
  const [root] = roots
    .map((pid) => ({ pid, behind: behind(pid, edges) }))
    .toSorted((left, right) => right.behind.size - left.behind.size);
  if (!root) return null;
  const [next] = edges
    .filter(({ blocker }) => blocker === root.pid)
    .toSorted((left, right) => behind(right.waiter, edges).size - behind(left.waiter, edges).size);
  return { root: sessionText(root.pid, rows, next?.row ?? {}), next: next ? waiterText(next) : null };
}

function edgesOf(row: Row): Edge[] {
  const blockers =
    BLOCKERS.map((column) => row[column])
      .find(Boolean)
      ?.match(/\d+/g) ?? [];
  const waiter = WAITERS.map((column) => row[column]).find((value) => /^\d+$/.test(value ?? ''));
  return waiter ? blockers.filter((pid) => pid !== waiter).map((blocker) => ({ waiter, blocker, row })) : [];
}

/** Everybody who waits for a session, directly or behind others. */
function behind(pid: string, edges: readonly Edge[]): Set<string> {
  const found = new Set<string>();
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const { waiter, blocker } of edges)
      if (blocker === next && !found.has(waiter)) {
        found.add(waiter);
        open.push(waiter);
      }
  return found;
}

/** The root as its own row tells it, else as the row of who waits for it does. */
function sessionText(pid: string, rows: readonly Row[], waits: Row): string {
  const own = rows.find((row) => row.pid === pid || row.id === pid);
  if (own) return shownCells(own, ...STATES, ...WHO, ...STATEMENTS);
  return [`pid ${pid}`, shownCells(waits, ...BLOCKING)].filter(Boolean).join(', ');
}

const waiterText = ({ waiter, row }: Edge): string =>
  [`pid ${waiter}`, shownCells(row, 'wait_event', 'blocked_query', 'waiting_query', ...STATEMENTS)]
    .filter(Boolean)
    .join(', ');
