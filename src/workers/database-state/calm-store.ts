import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { buildState } from '../kubernetes-state/build-state.ts';
import type { LogText } from '../kubernetes-state/kubernetes-state.ts';
import { numberIn, settingIn } from '../kubernetes-state/logs/answer-rows.ts';
import { STORE_ANSWERS } from '../kubernetes-state/logs/store-answers.ts';
import { writerOf } from '../kubernetes-state/mentions.ts';
import { SYMPTOM_OF_USERS } from './complaints.ts';

/** The words of an alert about the use of a store, by whoever watches it. */
const SPEAKS_OF_USE = /memory|keys|evict|clients|connections/i;
/** What a store says that it uses, and what it may use. */
const USED: readonly [used: string, limit: string, about: RegExp][] = [
  ['used_memory', 'maxmemory', /memory|keys|evict/i],
  ['connected_clients', 'maxclients', /clients|connections/i],
  ['Threads_connected', 'max_connections', /clients|connections/i],
];
/** Counters of what a store refused or threw away. */
const LOSSES = ['evicted_keys', 'rejected_connections', 'Connection_errors_max_connections'];
/** Up to this share of its limit a store has room. */
const ROOM = 0.9;

/** What a store that was asked itself says of what the alert is about: it has room, and nothing was refused or thrown away; null otherwise. */
export function calmStore(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  if (!SPEAKS_OF_USE.test(alert) || SYMPTOM_OF_USERS.test(alert)) return null;
  const answers = Map.groupBy(
    buildState(input.evidence).logs.filter((log) => log.command && isNamed(log, input)),
    writerOf,
  );
  for (const [owner, logs] of answers) {
    const text = logs.flatMap(({ lines }) => lines).join('\n');
    const shown = roomIn(text, alert);
    const lost = LOSSES.some((counter) => numberIn(text, counter) > 0);
    if (shown && !lost && !STORE_ANSWERS.some(({ shows }) => shows(text, alert) !== null))
      return {
        statement: `no failure: ${owner} says itself that it has room (${shown})`,
        evidence: [...new Set(logs.map(({ evidence }) => evidence))],
      };
  }
  return null;
}

function isNamed(log: LogText, { alerts }: DetectorInput): boolean {
  const owner = writerOf(log).toLowerCase();
  const spoken = [alertText(alerts), ...alerts.map(({ service }) => service ?? '')].join('\n').toLowerCase();
  return owner !== '' && spoken.includes(owner);
}

/** `used_memory 30, maxmemory 42`, where what the alert is about is told and below its limit. */
function roomIn(text: string, alert: string): string | null {
  const told = USED.filter(
    ([used, limit, about]) => about.test(alert) && numberIn(text, limit) > 0 && numberIn(text, used) >= 0,
  );
  const roomy = told.every(([used, limit]) => numberIn(text, used) < ROOM * numberIn(text, limit));
  if (told.length === 0 || !roomy) return null;
  return told.map(([used, limit]) => `${used} ${settingIn(text, used)}, ${limit} ${settingIn(text, limit)}`).join(', ');
}
