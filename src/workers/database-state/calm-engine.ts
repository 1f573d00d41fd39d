import { latchWaits, readings } from '../kubernetes-state/logs/answers/mysql-answers.ts';
import { deadlock } from '../kubernetes-state/logs/store-answer-readers.ts';
import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** Up to this length of its history the purge of InnoDB keeps up. */
const SHORT_HISTORY = 10_000;
/** A transaction that is open for less time holds nothing up, s. */
const SHORT = 60;
const MONITOR = /INNODB MONITOR OUTPUT/;

/** The monitor of InnoDB without long history, old transactions, waits for locks or latches, or a deadlock; null where it shows one or nobody asked. */
export function quietEngine({ notes, answers }: PrintedState): Calm | null {
  const asked = notes.filter(({ text }) => MONITOR.test(text));
  const lengths = asked.map(({ text }) => Number(/History list length (\d+)/.exec(text)?.[1]));
  const loud = asked.some(
    ({ text }) =>
      deadlock(text) !== null ||
      latchWaits(text) !== null ||
      /\bLOCK WAIT\b|TRX HAS BEEN WAITING/.test(text) ||
      [...text.matchAll(/, ACTIVE(?: \([A-Z ]{1,30}\))? (\d+) sec/g)].some(([, seconds]) => Number(seconds) >= SHORT),
  );
  if (asked.length === 0 || loud || !lengths.every((length) => length < SHORT_HISTORY)) return null;
  const server = answers.find((answer) => answer.server !== '')?.server;
  return {
    statement: `no failure: InnoDB${server ? ` of ${server}` : ''} keeps up (History list length ${lengths.at(-1)}), no transaction is old, and nobody waits for a lock or a latch`,
    evidence: asked.map(({ evidence }) => evidence),
  };
}

/** So few statements at a time any server can run. */
const FEW_THREADS = 8;

/** A MySQL that runs few statements at a time, none of which waits for a row; null where it is not so or nobody asked. */
export function fewThreads({ notes }: PrintedState): Calm | null {
  const counted = notes.flatMap(({ text, evidence }) =>
    readings(text, 'Threads_running').map((running) => ({ running, evidence })),
  );
  const waits = notes.some(({ text }) => readings(text, 'Innodb_row_lock_current_waits').some((now) => now > 0));
  if (counted.length === 0 || waits || counted.some(({ running }) => running > FEW_THREADS)) return null;
  return {
    statement: `no failure: the server runs few statements at a time (Threads_running ${counted.at(-1)?.running}), and nothing waits`,
    evidence: counted.map(({ evidence }) => evidence),
  };
}
