import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { lockChain } from '../../kubernetes-state/logs/lock-chain.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { intervalSeconds } from '../printed/printed-answers.ts';
import {
  type Cells,
  cell,
  type PrintedState,
  rowsWith,
  type Shown,
  serverOfShown,
  sessionGroups,
} from '../printed/printed-state.ts';
import { isNear, standbyDelay } from '../printed/standby-delay.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';
import { transactionSeconds } from './vacuum-stories.ts';

const waitType = (row: Cells): string => row.wait_event_type ?? row.wet ?? row.wait_type ?? row.wait ?? '';
const statementOf = (row: Cells): string => row.query ?? row.q ?? row.left ?? row.statement ?? row.info ?? '';
const who = (row: Cells): string => row.application_name || row.usename || row.user || 'an unknown client';

/** A wait shorter than this is an ordinary turn, s. */
const TURN = 2;
const AGES = ['q_age', 'query_age', 'runtime', 'duration', 'wait_age', 'max', 'age', 'xact_age'];

/** False where the answer tells how long a session is at its statement, and that is but a moment. */
const waitsLong = (row: Cells): boolean => {
  const known = AGES.map((column) => intervalSeconds(row[column])).filter((seconds) => !Number.isNaN(seconds));
  return known.length === 0 || Math.max(...known) >= TURN;
};

/** Fewer sessions than this take their ordinary turn. */
const QUEUE = 3;

/** Sessions that wait for locks, where the answer does not say of whom; the oldest open transaction may be the holder. */
export const printedLockWaits: StoryTeller = ({ printed, rows }, { server }) => {
  const waiting = rowsWith(printed, 'state').filter(({ what }) => /^Lock\b/.test(waitType(what)) && waitsLong(what));
  const number = waiting.reduce((sum, { what }) => sum + (cell(what, 'count') || 1), 0);
  const [first] = waiting;
  // Where the chain is told, it is told better.
  if (!first || number < QUEUE || lockChain(rows.map(({ row }) => row))) return null;
  const holder = rowsWith(printed, 'state')
    .filter(({ what }) => what.state?.startsWith('idle in transaction'))
    .toSorted((left, right) => (transactionSeconds(right.what) || 0) - (transactionSeconds(left.what) || 0))[0];
  const cited = [first, ...(holder ? [holder] : [])];
  return {
    kind: 'locks',
    score: holder ? 0.88 : 0.8,
    server: serverOfShown(cited, server),
    text: `Lock contention on the database server ${serverOfShown(cited, server)}: sessions wait for locks, among them ${quote(`${who(first.what)}: ${shownStatement(statementOf(first.what), 110)}`, 150)}${holder ? `; the lock may be held by a session that is idle in transaction (${quote(shownCells(holder.what, 'pid', 'usename', 'application_name', 'state', 'xact_age', 'age', 'query'), 170)})` : ''}`,
    brief: 'sessions wait for locks',
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

/** An idle transaction of this age was forgotten, s. */
const FORGOTTEN = 300;

/** A transaction that somebody began and left, where people feel something. */
export const printedIdleTransaction: StoryTeller = ({ printed }, { server, text }) => {
  const [oldest] = rowsWith(printed, 'state')
    .filter(({ what }) => what.state?.startsWith('idle in transaction') && transactionSeconds(what) >= FORGOTTEN)
    .toSorted((left, right) => transactionSeconds(right.what) - transactionSeconds(left.what));
  if (!oldest || !(isFelt(text) || /transaction|\bidle\b/.test(text))) return null;
  return {
    kind: 'idle-transaction',
    score: 0.72,
    server: serverOfShown([oldest], server),
    text: `Long idle transaction on the database server ${serverOfShown([oldest], server)}: a session of ${who(oldest.what)} is idle in transaction and keeps its connection, its locks and dead rows (${quote(shownCells(oldest.what, 'pid', 'state', 'xact_age', 'xact', 'age', 'duration', 'query'), 170)})`,
    brief: 'a session is idle in a transaction',
    evidence: [oldest.evidence],
    actions: noActions,
  };
};

/** From this share of the limit on a server is as good as full. */
const FULL = 0.95;

/** Sessions that together take what the server allows, whoever they are. */
export const printedFullServer: StoryTeller = ({ printed }, { server }) => {
  const [limit] = rowsWith(printed, 'max_connections').filter(({ what }) => cell(what, 'max_connections') > 0);
  const { groups, total: used } = sessionGroups(printed);
  const [most] = groups.toSorted((left, right) => cell(right.what, 'count') - cell(left.what, 'count'));
  if (!limit || !most || used < FULL * cell(limit.what, 'max_connections')) return null;
  return {
    kind: 'connections',
    score: 0.84,
    server: serverOfShown([most, limit], server),
    text: `The connections of the database server ${serverOfShown([most, limit], server)} are exhausted (max_connections ${limit.what.max_connections} is reached): most of them, ${most.what.count}, belong to ${who(most.what)} (${most.what.state || 'without a state'})`,
    brief: 'the connections are exhausted',
    evidence: [most.evidence, limit.evidence],
    actions: noActions,
  };
};

/** A standby this far behind shows old data, s. */
const LATE = 60;

/** Standbys that fall behind or are not in step with their primary. */
export const printedStandbyLag: StoryTeller = ({ printed }, { server }) => {
  const delay = standbyDelay(printed)?.seconds ?? 0;
  const late = rowsWith(printed, 'application_name', 'state').find(
    ({ what }) =>
      what.replay_lag !== undefined &&
      ((intervalSeconds(what.replay_lag) >= LATE && !isNear(intervalSeconds(what.replay_lag), delay)) ||
        what.state === 'catchup'),
  );
  if (!late) return null;
  return {
    kind: 'lag',
    score: 0.8,
    server: serverOfShown([late], server),
    text: `Replication lag: the standby ${late.what.application_name} of ${serverOfShown([late], server)} falls behind (${quote(shownCells(late.what, 'application_name', 'state', 'replay_lag', 'write_lag', 'flush_lag', 'lag_bytes'), 150)})`,
    brief: `the standby ${late.what.application_name} falls behind`,
    evidence: [late.evidence],
    actions: noActions,
  };
};

/** A statement that takes most of the time of all, and this long each time in ms, is worth a look. */
const MOST = 0.5;
const SLOW_MS = 500;
const CALLS = 3;
const MEAN = /^(?:mean|avg)(?:_exec)?(?:_time|_ms)?(?:_ms)?$/;

/** The statement that most of a server's time goes to by its own account (`pg_stat_statements`), where people feel something. */
export const printedHeavyStatement: StoryTeller = ({ printed }, { server, text }) => {
  if (!(isFelt(text) || /\bcpu\b|\bload\b|latenc/.test(text))) return null;
  const found = heaviest(printed);
  if (!found) return null;
  const column = Object.keys(found.what).find((name) => MEAN.test(name)) ?? '';
  return {
    kind: 'query',
    score: 0.64,
    server: serverOfShown([found], server),
    text: `Slow statement on the database server ${serverOfShown([found], server)}: most of the time of all statements goes to ${quote(shownStatement(statementOf(found.what), 150), 170)} (${shownCells(found.what, 'calls', column)})`,
    brief: 'one statement takes most of the time',
    evidence: [found.evidence],
    actions: noActions,
  };
};

function heaviest(printed: PrintedState): Shown<Cells> | null {
  const recorded = rowsWith(printed, 'calls').filter(({ what }) => meanOf(what) >= 0 && statementOf(what) !== '');
  const total = recorded.reduce((sum, { what }) => sum + cell(what, 'calls') * meanOf(what), 0);
  return (
    recorded.find(
      ({ what }) =>
        cell(what, 'calls') >= CALLS &&
        meanOf(what) >= SLOW_MS &&
        recorded.length > 1 &&
        cell(what, 'calls') * meanOf(what) >= MOST * total &&
        !/vacuum|pg_dump|^\s*copy\b.*\bto\b|backup/i.test(statementOf(what)),
    ) ?? null
  );
}

const meanOf = (row: Cells): number => cell(row, ...Object.keys(row).filter((name) => MEAN.test(name)));
