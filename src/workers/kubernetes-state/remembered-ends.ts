import type { Container, KubernetesState, Pod } from './kubernetes-state.ts';
import { name } from './quote.ts';
import { type Raw, textAt } from './raw.ts';

/** Metrics that keep telling how a container ended last, for as long as its pod lives (kube-state-metrics, Datadog, Container Insights, New Relic). */
const OF_LAST_END =
  /last_?(?:state)?[._]?terminat|status_report\.count\.terminated|(?:terminated|termination)_?reason|oom_?killed/i;
/** A query for what was added of late does not look back for longer than its window. */
const OF_LATE = /\b(?:change|diff|delta|idelta|derivative|increase|i?rate|per_(?:second|minute|hour))\b|offset/i;
/** So long (in s) after its last end a container has overcome it. */
const LONG_AGO = 86_400;

/**
 * True for a monitor that tells how containers ended last, where every end that is known is over for at least a day: it stays in alarm
 * until the pods are replaced, whatever they do now.
 */
export function remembersOldEnds(state: KubernetesState, monitor: Raw, now: Date): boolean {
  const query = (textAt(monitor, 'query') ?? '').slice(0, 1500);
  if (!OF_LAST_END.test(query) || OF_LATE.test(query)) return false;
  const ends = state.pods.flatMap((pod) => {
    // A table tells no more than when the latest restart was.
    const untold = containersOf(pod).every(({ last }) => last === null) && (pod.restarts ?? 0) > 0;
    const ended = containersOf(pod).filter(({ last, restarts }) => last !== null || (restarts ?? 0) > 0);
    return untold ? [pod.restartedAgo ?? 0] : ended.map((one) => secondsSinceEnd(one, now) ?? 0);
  });
  return ends.length > 0 && ends.every((seconds) => seconds >= LONG_AGO);
}

const SPEAKS_OF_KILLS = /\boom|out of memory|\bkilled\b/i;

/** True where an alert tells of kills for memory, and a container that runs again by now was killed so within the last day. */
export const killedOfLate = (text: string, pods: Pod[], now: Date): boolean =>
  SPEAKS_OF_KILLS.test(text) && kills(pods).some((one) => (secondsSinceEnd(one, now) ?? LONG_AGO) < LONG_AGO);

/** When a container was killed for memory that an alert still tells of, long after; null where none was. */
export function oldKill(text: string, pods: Pod[]): string | null {
  const [killed] = SPEAKS_OF_KILLS.test(text) ? kills(pods) : [];
  const at = killed?.last?.finishedAt;
  return at ? `container ${name(killed.name)} was killed for memory (OOMKilled) at ${at}, and has run since` : null;
}

const containersOf = ({ template }: Pod): Container[] => [...template.initContainers, ...template.containers];

const kills = (pods: Pod[]): Container[] =>
  pods.flatMap((pod) => containersOf(pod).filter(({ last }) => last?.reason === 'OOMKilled'));

/** Null where it is not told when. */
function secondsSinceEnd({ last }: Container, now: Date): number | null {
  const seconds = (now.getTime() - Date.parse(last?.finishedAt ?? '')) / 1000;
  return Number.isNaN(seconds) ? null : seconds;
}
