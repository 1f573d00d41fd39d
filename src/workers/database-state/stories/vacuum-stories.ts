import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { intervalSeconds } from '../printed/printed-answers.ts';
import {
  type Cells,
  cell,
  latestTime,
  type PrintedState,
  rowsWith,
  type Shown,
  serverOfShown,
  timeIn,
} from '../printed/printed-state.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** Fewer dead rows than this, or fewer than half of the living ones, slow no statement. */
const MANY_DEAD = 20_000;
const DEAD_SHARE = 0.5;
/** A transaction this old holds vacuum back for more than a moment, s. */
const OLD = 1800;
/** So many transactions behind is no snapshot of a moment ago. */
const OLD_XIDS = 1e6;

/** Dead rows that vacuum may not take away because something still might look at them, with who that is. */
export const vacuumHeldBack: StoryTeller = ({ printed }, { server, text }) => {
  const dead = deadRows(printed);
  const holder = holderOf(printed);
  const off = rowsWith(printed, 'name', 'setting').find(
    ({ what }) => what.name === 'autovacuum' && what.setting === 'off',
  );
  const spoken = /vacuum|bloat|dead (?:tuple|row)|wraparound|transaction id|prepared/.test(text);
  if (!(dead && (holder || off)) && !(holder?.forgotten && spoken)) return null;
  const cited = [...(dead ? [dead] : []), ...(holder ? [holder] : off ? [off] : [])];
  const where = serverOfShown(cited, server);
  return {
    kind: 'old-transaction',
    score: dead && holder ? (holder.forgotten ? 0.93 : 0.88) : 0.76,
    server: where,
    text: holder
      ? `${holder.what} holds vacuum back on the database server ${where}, so dead rows are not removed (table bloat) and reads get slower${dead ? `: ${dead.what}` : ''}`
      : `Autovacuum is off on the database server ${where} (autovacuum off), so dead rows are never removed (table bloat): ${dead?.what}`,
    brief: 'vacuum cannot remove dead rows',
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

/** What tells of dead rows: the words of vacuum itself, or the counters of a table. */
function deadRows({ answers, ...printed }: PrintedState): Shown<string> | null {
  for (const { text, server, evidence } of answers) {
    const found = /(\d+) (?:are dead but not yet removable|dead row versions cannot be removed yet)[^\n]*/.exec(text);
    const table = /vacuuming "([^"]+)"/.exec(text)?.[1];
    if (found && Number(found[1]) >= MANY_DEAD)
      return { what: quote(`${table ? `${table}: ` : ''}${found[0]}`, 150), server, evidence };
  }
  const [most] = rowsWith({ answers, ...printed }, 'relname', 'n_dead_tup')
    .filter(
      ({ what }) =>
        cell(what, 'n_dead_tup') >= MANY_DEAD &&
        cell(what, 'n_dead_tup') >= DEAD_SHARE * (cell(what, 'n_live_tup') || 0),
    )
    .toSorted((left, right) => cell(right.what, 'n_dead_tup') - cell(left.what, 'n_dead_tup'));
  if (!most) return null;
  const { what, ...rest } = most;
  return { what: quote(shownCells(what, 'relname', 'n_live_tup', 'n_dead_tup', 'last_autovacuum'), 150), ...rest };
}

type Holder = Shown<string> & { forgotten: boolean };

/** Who holds the oldest snapshot: a prepared transaction, a session, a slot, or a query on a standby. */
function holderOf(printed: PrintedState): Holder | null {
  return prepared(printed) ?? oldSession(printed) ?? slot(printed) ?? standby(printed);
}

function prepared(printed: PrintedState): Holder | null {
  const now = latestTime(printed.rows.filter(({ what }) => what.gid === undefined));
  const first = rowsWith(printed, 'gid', 'prepared').find(({ what }) => {
    const at = timeIn(what.prepared ?? '');
    // Programs that commit in two phases have some prepared at any moment.
    return Number.isNaN(at) || now === null || now - at >= OLD * 1000;
  });
  if (!first) return null;
  const { what, ...rest } = first;
  return {
    what: `A prepared transaction that nobody finished (two-phase commit; ${quote(shownCells(what, 'transaction', 'gid', 'prepared', 'owner', 'database'), 170)})`,
    forgotten: true,
    ...rest,
  };
}

/** How long a session's transaction has been open, s; NaN where the row does not tell. */
export const transactionSeconds = (row: Cells): number =>
  [
    'xact_age',
    'xact',
    'transaction_age',
    'oldest_xact',
    'xact_duration',
    'tx_age',
    'age',
    'duration',
    'blocking_trx_age',
  ]
    .map((column) => intervalSeconds(row[column]))
    .find((seconds) => !Number.isNaN(seconds)) ?? Number.NaN;

function oldSession(printed: PrintedState): Holder | null {
  const sessions = rowsWith(printed, 'pid', 'state').filter(
    ({ what }) =>
      what.state !== 'idle' && transactionSeconds(what) >= OLD && !/autovacuum/.test(Object.values(what).join(' ')),
  );
  const [oldest] = sessions.toSorted((left, right) => transactionSeconds(right.what) - transactionSeconds(left.what));
  if (!oldest) return null;
  const { what, ...rest } = oldest;
  const isIdle = what.state?.startsWith('idle in transaction') ?? false;
  return {
    what: `A transaction that stays open (${isIdle ? 'idle in transaction' : 'long-running'}; ${quote(shownCells(what, 'pid', 'usename', 'application_name', 'state', 'xact_age', 'xact', 'age', 'duration', 'query'), 190)})`,
    forgotten: isIdle,
    ...rest,
  };
}

function slot(printed: PrintedState): Holder | null {
  const found = rowsWith(printed, 'slot_name').find(({ what }) => {
    const holds = `${what.xmin ?? ''}${what.catalog_xmin ?? ''}`.trim() !== '';
    return holds && (/^f/.test(what.active ?? '') || cell(what, 'xmin_age', 'age') >= OLD_XIDS);
  });
  if (!found) return null;
  const { what, ...rest } = found;
  return {
    what: `A replication slot that nobody reads (${quote(shownCells(what, 'slot_name', 'active', 'xmin', 'catalog_xmin', 'xmin_age', 'age'), 150)})`,
    forgotten: /^f/.test(what.active ?? ''),
    ...rest,
  };
}

function standby(printed: PrintedState): Holder | null {
  const found = rowsWith(printed, 'application_name', 'backend_xmin').find(
    ({ what }) => /streaming|catchup/.test(what.state ?? '') && /^\d+$/.test(what.backend_xmin ?? ''),
  );
  if (!found) return null;
  const { what, ...rest } = found;
  return {
    what: `A query on the standby (hot_standby_feedback; ${quote(shownCells(what, 'application_name', 'state', 'backend_xmin', 'xmin_age'), 150)})`,
    forgotten: false,
    ...rest,
  };
}
