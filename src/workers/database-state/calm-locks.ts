import type { Calm } from './calm.ts';
import { type Cells, lockWaits, type PrintedState, rowsWith } from './printed/printed-state.ts';
import { transactionSeconds } from './stories/vacuum-stories.ts';

/** A transaction that was left open keeps its locks from this age on, s. */
const LEFT_OPEN = 60;
/** What a server or a client writes that did not get its lock. */
const MISSED =
  /deadlock (?:detected|found)|detected deadlock|lock (?:wait )?timeout (?:exceeded|expired)|due to lock timeout|still waiting for \w+lock/i;

const waits = (row: Cells): boolean =>
  /^(?:lock|relation|tuple|transactionid)\b/i.test(row.wait_event_type ?? row.wet ?? '') ||
  /waiting for .{0,40}lock|lock wait/i.test(row.state ?? '') ||
  /lock wait/i.test(row.trx_state ?? '');

/** Locks that are all granted: every statement takes some; null unless somebody asked who waits, and nobody does. */
export function nobodyWaits(printed: PrintedState): Calm | null {
  if (lockWaits(printed) !== 0 || printed.rows.some(({ what }) => waits(what))) return null;
  const left = rowsWith(printed, 'state').some(
    ({ what }) => what.state?.startsWith('idle in transaction') && !(transactionSeconds(what) < LEFT_OPEN),
  );
  if (left || printed.notes.some(({ text }) => MISSED.test(text))) return null;
  const asked = printed.answers.filter(({ command }) => /lock|blocking/i.test(command));
  if (asked.length === 0) return null;
  const server = asked.find((answer) => answer.server !== '')?.server;
  return {
    statement: `no failure: every lock${server ? ` of ${server}` : ''} is granted, and no session waits for another one`,
    evidence: asked.map(({ evidence }) => evidence),
  };
}
