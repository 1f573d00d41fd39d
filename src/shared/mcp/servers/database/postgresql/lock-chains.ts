import type { CapabilityOutput } from '../../../capabilities.ts';
import type { PostgresSession } from '../../../capability-schemas/postgres-reads.ts';

type Chain = CapabilityOutput<'postgresql.locks'>['targets'][number]['chains'][number];
export type Blocked = Chain['blocked'][number];

/** What a session waits for, by its process. */
export type WaitedFor = Map<number, Pick<Blocked, 'waitSeconds' | 'lock' | 'relation'>>;

/**
 * Who blocks whom as trees: each session that blocks and waits for nobody, with all that wait behind it, nearest first. In a circle
 * (a deadlock that the server has not broken yet) the one with the longest transaction stands for the root.
 */
export function lockChains(sessions: PostgresSession[], waits: WaitedFor): Chain[] {
  const known = new Map(sessions.map((session) => [session.pid, session]));
  const waiters = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
  const behind = new Map<number, PostgresSession[]>();
  for (const waiter of waiters) {
    for (const blocker of new Set(waiter.blockedBy)) behind.set(blocker, [...(behind.get(blocker) ?? []), waiter]);
  }
  const chainOf = (root: number): Chain => {
    const blocked = descend(root, behind);
    const shown = blocked.map(({ session, depth }) => ({
      ...session,
      depth,
      ...(waits.get(session.pid) ?? { waitSeconds: session.statementSeconds, lock: null, relation: null }),
    }));
    return { root: known.get(root) ?? unknownSession(root), blocked: shown, blockedCount: blocked.length };
  };
  const roots = [...behind.keys()].filter((pid) => (known.get(pid)?.blockedBy.length ?? 0) === 0);
  const chains = roots.map(chainOf);
  const reached = new Set(chains.flatMap(({ root, blocked }) => [root.pid, ...blocked.map(({ pid }) => pid)]));
  const inCircles = waiters.filter(({ pid }) => behind.has(pid) && !reached.has(pid));
  const [oldest] = inCircles.toSorted((a, b) => (b.transactionSeconds ?? 0) - (a.transactionSeconds ?? 0));
  return [...chains, ...(oldest ? [chainOf(oldest.pid)] : [])].sort((a, b) => b.blockedCount - a.blockedCount);
}

function descend(root: number, behind: Map<number, PostgresSession[]>): { session: PostgresSession; depth: number }[] {
  const seen = new Set([root]);
  const found: { session: PostgresSession; depth: number }[] = [];
  let level = [root];
  for (let depth = 1; level.length > 0; depth++) {
    const next = level.flatMap((pid) => behind.get(pid) ?? []).filter(({ pid }) => !seen.has(pid) && seen.add(pid));
    found.push(...next.map((session) => ({ session, depth })));
    level = next.map(({ pid }) => pid);
  }
  return found;
}

/** PostgreSQL names process 0 where a prepared transaction holds the lock; others may have ended meanwhile. */
const unknownSession = (pid: number): PostgresSession => ({
  pid,
  database: null,
  user: null,
  application: null,
  client: null,
  state: pid === 0 ? 'prepared transaction' : null,
  wait: null,
  transactionSeconds: null,
  statementSeconds: null,
  stateSeconds: null,
  statement: '',
  blockedBy: [],
});
