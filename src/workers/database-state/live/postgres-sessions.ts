import type { Evidence } from '../../../shared/report.ts';
import { askDatabase, lockHolderActions } from '../../detectors/support/dialect.ts';
import { type LiveStory, ownerText, statementText, type Told, toldBy } from './live-parts.ts';

/** From this share of the slots on a server is as good as full. */
const NEARLY_FULL = 0.85;
/** Waiting for a lock as long as this is no ordinary turn, s. */
const LONG_WAIT = 5;
/** An idle transaction of this age was forgotten, s. */
const FORGOTTEN = 60;

const POSTGRES = { dialect: 'postgresql', host: null, name: null } as const;
type Activity = Told<'postgresql.activity'>;

/** Servers without, or nearly without, a free connection slot. */
export function fullServers(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'postgresql.activity').flatMap((told) => refusing(told) ?? nearlyFull(told) ?? []);
}

function refusing({ answer: { target, refused }, number }: Activity): LiveStory | null {
  if (refused?.code !== 'too_many_connections') return null;
  return {
    kind: 'connections',
    server: target,
    score: 0.93,
    text: `The connections of the database server ${target} are exhausted (max_connections is reached): it refuses new sessions with "${refused.message}"`,
    brief: 'the server refuses new sessions for want of a slot',
    evidence: [number],
    actions: [askDatabase('connections', POSTGRES)],
  };
}

function nearlyFull({ answer, number }: Activity): LiveStory | null {
  const { target, connections, maxConnections, reservedConnections, byClient } = answer;
  if (connections === null || maxConnections === null) return null;
  const free = maxConnections - (reservedConnections ?? 0);
  if (connections < NEARLY_FULL * free) return null;
  const [most] = byClient;
  const idle = (most?.idle ?? 0) + (most?.idleInTransaction ?? 0);
  const isLeak = most !== undefined && idle >= 0.7 * most.count && most.count >= 0.5 * connections;
  const holder = most
    ? `; ${most.count} of them belong to ${ownerText(most)} (${most.active} active, ${most.idle} idle, ${most.idleInTransaction} idle in transaction)${isLeak ? ', which keeps connections that it does not use (connection leak, or a pool that is too large)' : ''}`
    : '';
  const full = connections >= free;
  return {
    kind: 'connections',
    server: target,
    score: full ? 0.92 : 0.8,
    text: `The connections of the database server ${target} are ${full ? 'exhausted' : 'nearly exhausted'}: ${connections} of ${maxConnections} (max_connections) are taken, ${reservedConnections ?? 0} are reserved${holder}`,
    brief: `${connections} of ${maxConnections} connections are taken`,
    evidence: [number],
    actions: [askDatabase('connections', POSTGRES), askDatabase('running', POSTGRES)],
  };
}

/** Sessions that others wait behind. */
export function blockingChains(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'postgresql.locks').flatMap(({ answer, number }) => {
    const { target, waiting, longestWaitSeconds, chains } = answer;
    const [chain] = chains;
    if (!chain || ((longestWaitSeconds ?? 0) < LONG_WAIT && waiting < 3)) return [];
    const { root, blocked, blockedCount } = chain;
    const [first] = blocked;
    const relation = blocked.find((one) => one.relation !== null)?.relation;
    const isIdle = root.state?.startsWith('idle in transaction') ?? false;
    const doing = isIdle
      ? `is idle in transaction${root.stateSeconds === null ? '' : ` for ${root.stateSeconds} s`} and keeps its locks; its last statement was ${statementText(root.statement)}`
      : root.pid === 0
        ? 'is a prepared transaction that nobody finished'
        : `runs ${statementText(root.statement)}${root.transactionSeconds === null ? '' : ` in a transaction of ${root.transactionSeconds} s`}`;
    const waits = first
      ? `; blocked is ${statementText(first.statement, 100)}${relation ? ` on ${relation}` : ''}${longestWaitSeconds === null ? '' : `, the longest wait is ${longestWaitSeconds} s`}`
      : '';
    return [
      {
        kind: 'locks' as const,
        server: target,
        score: (longestWaitSeconds ?? 0) >= 30 || waiting >= 5 ? 0.94 : 0.88,
        text: `Lock contention on the database server ${target}: ${blockedCount === 1 ? '1 session waits' : `${blockedCount} sessions wait`} behind process ${root.pid} of ${ownerText(root)}, which ${doing}${waits}`,
        brief: `${blockedCount === 1 ? '1 session waits' : `${blockedCount} sessions wait`} for locks of process ${root.pid}`,
        evidence: [number],
        actions: root.pid > 0 ? lockHolderActions(String(root.pid), POSTGRES) : [askDatabase('blockers', POSTGRES)],
      },
    ];
  });
}

/** Transactions that somebody began and left. */
export function forgottenTransactions(evidence: Evidence[]): LiveStory[] {
  const roots = new Set(
    toldBy(evidence, 'postgresql.locks').flatMap(({ answer }) =>
      answer.chains.map(({ root }) => `${answer.target} ${root.pid}`),
    ),
  );
  return toldBy(evidence, 'postgresql.activity').flatMap(({ answer, number }) => {
    const idle = answer.sessions.filter(
      ({ state, transactionSeconds, pid }) =>
        (state?.startsWith('idle in transaction') ?? false) &&
        (transactionSeconds ?? 0) >= FORGOTTEN &&
        !roots.has(`${answer.target} ${pid}`),
    );
    const [oldest] = idle.toSorted((a, b) => (b.transactionSeconds ?? 0) - (a.transactionSeconds ?? 0));
    if (!oldest) return [];
    return [
      {
        kind: 'idle-transaction' as const,
        server: answer.target,
        score: (oldest.transactionSeconds ?? 0) >= 5 * FORGOTTEN ? 0.72 : 0.6,
        text: `Long idle transaction on the database server ${answer.target}: process ${oldest.pid} of ${ownerText(oldest)} is idle in transaction, begun ${oldest.transactionSeconds} s before; it keeps its connection and locks and holds vacuum back; its last statement was ${statementText(oldest.statement)}${idle.length > 1 ? `; ${idle.length} transactions are like it` : ''}`,
        brief: `process ${oldest.pid} is idle in a transaction of ${oldest.transactionSeconds} s`,
        evidence: [number],
        actions: lockHolderActions(String(oldest.pid), POSTGRES),
      },
    ];
  });
}

/** A statement has run this long for no user's pleasure, s. */
const LONG_RUNNING = 30;

/** Statements that run for long, or that most of the server's time goes to. */
export function slowStatements(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'postgresql.statements').flatMap(({ answer, number }) => {
    const { target, running, statements } = answer;
    const long = running.find(
      ({ statementSeconds, wait }) => (statementSeconds ?? 0) >= LONG_RUNNING && !wait?.startsWith('Lock:'),
    );
    const heavy = statements.find(
      ({ sharePercent, meanMs, calls }) => sharePercent >= 50 && meanMs >= 100 && calls >= 5,
    );
    if (!long && !heavy) return [];
    const now = long
      ? `${statementText(long.statement, 140)} of ${ownerText(long)} has run for ${long.statementSeconds} s${long.wait ? ` (waiting on ${long.wait})` : ''}`
      : '';
    const usual = heavy
      ? `${statementText(heavy.statement, 140)} takes ${heavy.sharePercent} % of the time of all statements: ${heavy.calls} calls of ${heavy.meanMs} ms in the mean, ${heavy.maxMs} ms at most`
      : '';
    return [
      {
        kind: 'query' as const,
        server: target,
        score: long ? 0.82 : 0.6,
        text: `Slow statement on the database server ${target}: ${[now, usual].filter(Boolean).join('; ')}`,
        brief: long ? `a statement has run for ${long.statementSeconds} s` : 'one statement takes most of the time',
        evidence: [number],
        actions: [askDatabase('running', POSTGRES)],
      },
    ];
  });
}
