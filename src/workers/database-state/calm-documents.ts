import { longScan, type Operation, operationsIn } from '../kubernetes-state/logs/answers/mongo-operations.ts';
import { queuedOperations, ticketsUsedUp } from '../kubernetes-state/logs/answers/mongo-status.ts';
import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** An operation that is over before this holds nothing up, s. */
const SHORT = 10;
/** Up to this share of the limit there is room for every client. */
const ROOM = 0.9;

/** Who asks for operations that wait does not see those that take long. */
const OF_WAITS = /waitingForLock/;

/**
 * What MongoDB lists of its operations (`db.currentOp()`): none takes long, waits for a lock or was left open; null where one does or
 * nobody asked, also for those that wait for nothing where the alert is about long ones.
 */
export function quietOperations({ notes }: PrintedState, ofLocks = false): Calm | null {
  const listed = notes.flatMap(({ text, command, evidence }) => {
    const operations = ofLocks || !OF_WAITS.test(command) ? operationsIn(text) : null;
    return operations ? [{ operations, evidence }] : [];
  });
  const loud = ({ seconds, waits, left }: Operation): boolean => seconds >= SHORT || waits || left >= SHORT;
  const scanned = notes.some(({ text }) => longScan(text) !== null);
  const queued = notes.some(({ text }) => queuedOperations(text) !== null || ticketsUsedUp(text) !== null);
  if (listed.length === 0 || queued || scanned || listed.some(({ operations }) => operations.some(loud))) return null;
  return {
    statement: 'no failure: no operation that the server lists takes long, waits for a lock or was left open',
    evidence: listed.map(({ evidence }) => evidence),
  };
}

const CONNECTIONS = /\bcurrent["']?\s*: ?(\d+),\s*["']?available["']?\s*: ?(\d+)/;
const REFUSED = /\brejected["']?\s*: ?[1-9]/;

/** Room for clients by `db.serverStatus().connections`; null where it is nearly used up or some were refused. */
export function roomForDocumentClients({ notes }: PrintedState): Calm | null {
  const told = notes.flatMap(({ text, evidence }) => {
    const [, current, available] = CONNECTIONS.exec(text) ?? [];
    return current && available ? [{ current, available, evidence, refused: REFUSED.test(text) }] : [];
  });
  const [first] = told;
  const room = told.every(
    ({ current, available, refused }) => !refused && Number(current) < ROOM * (Number(current) + Number(available)),
  );
  if (!first || !room) return null;
  return {
    statement: `no failure: the connections stay below the limit (current ${first.current}, available ${first.available}), and none was refused`,
    evidence: told.map(({ evidence }) => evidence),
  };
}
