import { answerRows } from '../kubernetes-state/logs/answer-rows.ts';
import { queuesIn, resourceAlarm, splitNodes } from '../kubernetes-state/logs/answers/rabbit-status.ts';
import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** Up to this share of its watermark a broker has room. */
const ROOM = 0.9;
/** So few messages are on their way on any broker that works. */
const FEW = 100;

/** Without an alarm the status says so, or says that a check found none. */
const NO_ALARMS = /^\s*Alarms\s{1,4}\(none\)|reported no (?:local )?alarms/m;
const USED = /^\s*Total memory used: ([\d.]+) ?(\w+)/m;
const MARK = /^\s*Memory high watermark setting: [^\n]{1,60}computed to: ([\d.]+) ?(\w+)/m;
const FREE = /^\s*Free disk space: ([\d.]+) ?(\w+)/m;
const LEAST = /^\s*Low free disk space watermark: ([\d.]+) ?(\w+)/m;

const UNITS: Record<string, number> = { b: 1, bytes: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const bytesIn = (text: string, size: RegExp): number => {
  const [, amount, unit = ''] = size.exec(text) ?? [];
  return Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
};

/** A broker (RabbitMQ) that says itself that it has no alarm, and room in memory and on its disk where it tells of them; null where it is not so. */
export function quietBroker({ notes }: PrintedState): Calm | null {
  const told = notes.filter(({ text }) => NO_ALARMS.test(text));
  const ill = notes.some(({ text }) => resourceAlarm(text) !== null || splitNodes(text) !== null || piled(text));
  const tight = told.some(
    ({ text }) =>
      bytesIn(text, USED) >= ROOM * bytesIn(text, MARK) || bytesIn(text, FREE) * ROOM <= bytesIn(text, LEAST),
  );
  if (told.length === 0 || ill || tight) return null;
  const sizes = told.flatMap(({ text }) => [USED, MARK, FREE].flatMap((size) => size.exec(text)?.[0]?.trim() ?? []));
  return {
    statement: `no failure: the broker says itself that it has no alarm${sizes.length > 0 ? ` (${sizes.slice(0, 3).join('; ')})` : ''}`,
    evidence: told.map(({ evidence }) => evidence),
  };
}

const piled = (text: string): boolean =>
  queuesIn(text).some(({ ready, consumers }) => ready >= FEW || (ready > 0 && consumers === 0));

/** Queues that are read as fast as messages come; null where one is not, or nobody asked. */
export function queuesAreRead({ notes }: PrintedState): Calm | null {
  const listed = notes.filter(({ command, text }) => /rabbitmq/.test(command) && queuesIn(text).length > 0);
  if (listed.length === 0 || notes.some(({ text }) => piled(text) || resourceAlarm(text) !== null)) return null;
  const most = listed.flatMap(({ text }) => queuesIn(text)).toSorted((one, other) => other.ready - one.ready)[0];
  return {
    statement: `no failure: the queues that the broker lists are read as fast as messages come (at most ${most?.ready} ready, in ${most?.name})`,
    evidence: listed.map(({ evidence }) => evidence),
  };
}

/** The pools of PgBouncer with a free server connection for whoever comes; null where somebody waits or nobody asked. */
export function poolsHaveRoom({ notes }: PrintedState): Calm | null {
  const pools = notes.flatMap(({ text, evidence }) =>
    answerRows(text)
      .filter((row) => row.cl_waiting !== undefined && row.sv_idle !== undefined)
      .map((row) => ({ row, evidence })),
  );
  const waits = pools.some(({ row }) => Number(row.cl_waiting) > 0 || Number(row.maxwait ?? 0) > 0);
  const [first] = pools.toSorted((one, other) => Number(other.row.cl_active) - Number(one.row.cl_active));
  if (!first || waits || !(Number(first.row.sv_idle) > 0)) return null;
  return {
    statement: `no failure: no client of the pool waits (cl_waiting 0 with cl_active ${first.row.cl_active}), and server connections are idle (sv_idle ${first.row.sv_idle})`,
    evidence: pools.map(({ evidence }) => evidence),
  };
}
