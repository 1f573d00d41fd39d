import { numberIn } from '../kubernetes-state/logs/answer-rows.ts';
import { replicaStopped } from '../kubernetes-state/logs/store-answer-readers.ts';
import type { Calm } from './calm.ts';
import { bothRun } from './calm-replicas.ts';
import { membersOf } from './printed/member-lags.ts';
import { intervalSeconds } from './printed/printed-answers.ts';
import { type Cells, type PrintedState, rowsWith } from './printed/printed-state.ts';
import { isNear, standbyDelay } from './printed/standby-delay.ts';

/** The others of a set are level with their primary up to here, s. */
const LEVEL = 10;

/** A replica that was told to stay behind, and stays behind by just that, while all others are level; null where it is not so. */
export function lateByDesign(printed: PrintedState, alert: string): Calm | null {
  return delayedThread(printed, alert) ?? delayedStandby(printed) ?? delayedMember(printed, alert);
}

/** A replica of MySQL with `SOURCE_DELAY`. */
function delayedThread({ answers }: PrintedState, alert: string): Calm | null {
  const asked = answers.filter(({ text }) => /Seconds_Behind_/.test(text));
  // Of several replicas the one that the alert names.
  for (const { text, evidence, server } of asked.filter((one) => asked.length === 1 || isSpoken(one.server, alert))) {
    const [delay, behind] = [numberIn(text, 'SQL_Delay'), numberIn(text, 'Seconds_Behind_(?:Source|Master)')];
    if (bothRun(text) && isNear(behind, delay) && replicaStopped(text) === null)
      return {
        statement: `no failure: the replica ${server} is late by design (SQL_Delay: ${delay}, it is ${behind} seconds behind), and both of its threads run`,
        evidence: [evidence],
      };
  }
  return null;
}

/** A standby of PostgreSQL with `recovery_min_apply_delay`. */
function delayedStandby(printed: PrintedState): Calm | null {
  const delay = standbyDelay(printed);
  const lags = printed.rows.filter(({ what }) => behindIn(what) > LEVEL);
  const [lag] = lags;
  const streams = [
    ...rowsWith(printed, 'status', 'sender_host'),
    ...rowsWith(printed, 'application_name', 'state'),
  ].every(({ what }) => (what.status ?? what.state) === 'streaming');
  if (!delay || !lag || !streams || !lags.every(({ what }) => isNear(behindIn(what), delay.seconds))) return null;
  return {
    statement: `no failure: the standby is late by design (recovery_min_apply_delay ${delay.value}), and it is behind by just that`,
    evidence: [delay.evidence, lag.evidence],
  };
}

const behindIn = (row: Cells): number =>
  [row.replay_lag, row.lag, row.delay, row.replication_lag, row.behind]
    .map((text) => (/^\d+\.\d+$/.test(text ?? '') ? Number(text) : intervalSeconds(text)))
    .find((seconds) => !Number.isNaN(seconds)) ?? Number.NaN;

/** A member of a MongoDB replica set with `secondaryDelaySecs`. */
function delayedMember({ notes }: PrintedState, alert: string): Calm | null {
  const { delays, lags, ill } = membersOf(notes);
  const late = delays.find(({ host }) => isSpoken(host, alert));
  const own = lags.find(({ host }) => host === late?.host);
  const others = lags.filter(({ host }) => !delays.some((one) => one.host === host));
  if (!late || !own || !isNear(own.behind, late.delay) || others.some(({ behind }) => behind > LEVEL) || ill)
    return null;
  return {
    statement: `no failure: the member ${late.host} is late by design (secondaryDelaySecs ${late.delay}), it is ${own.behind} secs behind${others.length > 0 ? ', and the other members are level' : ''}`,
    evidence: [late.evidence, own.evidence],
  };
}

const isSpoken = (host: string, alert: string): boolean => {
  const [short = ''] = host.split('.');
  return short !== '' && alert.toLowerCase().includes(short.toLowerCase());
};
