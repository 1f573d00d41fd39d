import { alertText } from '../alert-facts.ts';
import type { Context } from './diagnosis.ts';
import type { Container, KubernetesState, LogText, Pod } from './kubernetes-state.ts';
import { PASSING } from './logs/overcome.ts';
import { saidBy } from './logs/pod-log.ts';
import { isServed } from './logs/served.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';

/**
 * What the container before the present one said, while this one is ready and serves, or had only to wait for somebody when it was started,
 * or where the one before was an exception and this one has worked for long since.
 */
export function isOfFormerLife({ state, input }: Pick<Context, 'state' | 'input'>, log: LogText): boolean {
  if (!log.previous) return false;
  const pods = state.pods.filter(({ name, ready }) => name === log.pod && ready === true);
  const present = presentLogs(state, log);
  return (
    pods.length > 0 &&
    (present.some(({ lines }) => lines.some(isServed)) ||
      waitedAtStart(log, present, pods, input.now) ||
      (!ASKS_FOR_DEATHS.test(alertText(input.alerts)) && hasWorkedSince(log, present, pods, input.now)))
  );
}

const presentLogs = ({ logs }: KubernetesState, { pod: own, container }: LogText): LogText[] =>
  logs.filter(
    (log) =>
      log.pod === own &&
      !log.previous &&
      !log.command &&
      !log.filter &&
      (container === null || log.container === null || log.container === container) &&
      log.lines.length > 0,
  );

/** So long (in s) a container runs without a complaint that will not be missed again what it waited for. */
const STEADY = 1800;
/** A container that waits for others at its start ends within this time (in s), and its pod has not been there for longer than the second. */
const SHORT_LIFE = 600;
const START_OF_POD = 1800;

/** True where a container ended soon after its start for want of somebody else, and the present one has run since without a complaint. */
function waitedAtStart(log: LogText, present: LogText[], pods: Pod[], now: Date): boolean {
  const said = saidBy([log]);
  const waits = said !== null && PASSING.has(said.line.kind?.name ?? '');
  return (
    waits &&
    present.length > 0 &&
    saidBy(present) === null &&
    pods.every((pod) => isSteady(pod, now) && wasStarting(pod))
  );
}

/** Who asks why something dies again and again is answered by what it said before it died. */
const ASKS_FOR_DEATHS =
  /\bwhy\b[^\n]{0,80}\b(?:restart|crash|die|dies|died|kill|terminat|exit)|\bkeeps? (?:restarting|crashing|dying)|\brestart(?:s|ed|ing)? (?:again|every|often|repeatedly)|restart (?:count|rate)|\brestarts\b/i;
/** As often a pod dies in its life by chance; so many lines show that the present container works. */
const [BY_CHANCE, LINES_OF_WORK] = [2, 2];

/** True where the present container has said for long what programs say at work, and the one before died as an exception, or for want of others. */
function hasWorkedSince(log: LogText, present: LogText[], pods: Pod[], now: Date): boolean {
  const said = saidBy([log]);
  const missedOthers = PASSING.has(said?.line.kind?.name ?? '');
  const works = present.flatMap(({ lines }) => lines).filter((line) => line.trim() !== '');
  return (
    works.length >= LINES_OF_WORK &&
    saidBy(present) === null &&
    pods.every((pod) => isSteady(pod, now) && (missedOthers || (pod.restarts ?? Number.POSITIVE_INFINITY) <= BY_CHANCE))
  );
}

const ended = ({ template }: Pod): Container[] => template.containers.filter(({ last }) => last !== null);

const secondsBetween = (from: string | null | undefined, to: string | null | undefined): number | null => {
  const seconds = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
  return Number.isNaN(seconds) ? null : seconds;
};

function isSteady(pod: Pod, now: Date): boolean {
  const runs = ended(pod).flatMap(({ status }) => secondsBetween(status?.startedAt, now.toISOString()) ?? []);
  return (pod.restartedAgo ?? (runs.length > 0 ? Math.min(...runs) : 0)) >= STEADY;
}

/** True where the ended container lived for a short time, or ended while its pod was new. */
function wasStarting(pod: Pod): boolean {
  const lives = ended(pod).flatMap(({ last }) => secondsBetween(last?.startedAt, last?.finishedAt) ?? []);
  if (lives.length > 0) return lives.every((life) => life <= SHORT_LIFE);
  const age = ageSeconds(textAt(pod.raw, 'metadata', 'age') ?? '');
  return age !== null && pod.restartedAgo !== null && age - pod.restartedAgo <= START_OF_POD;
}
