import type { DetectorInput } from '../detectors/detector.ts';
import { countsMereWords } from './counted-words.ts';
import { idleByDesign } from './idle-by-design.ts';
import type { KubernetesState, Pod } from './kubernetes-state.ts';
import { countsLentMemory } from './lent-node-memory.ts';
import { type Raw, recordsAt, textAt } from './raw.ts';
import { sameNamespace } from './relations.ts';
import { remembersOldEnds } from './remembered-ends.ts';

/** Monitors in a snapshot that are in alarm speak against health, but for those that only count what was or what has come to its end. */
export function alarming({ evidence, now }: DetectorInput, state: KubernetesState, subjects: Pod[]): boolean {
  return evidence.some(({ capability, text, data }) => {
    if (capability !== 'snapshot.json' || !IN_ALARM.test(text)) return false;
    const monitors = recordsAt(data, 'body', 'monitors');
    return (
      monitors.length === 0 ||
      monitors.some(
        (one) =>
          IN_ALARM.test(JSON.stringify(one)) &&
          !remembers(one) &&
          !remembersOldEnds(state, one, now) &&
          !countsMereWords(state, one) &&
          !countsCompleted(one, state, subjects) &&
          !countsScaledIn(one, state) &&
          !countsLentMemory(state, one) &&
          !isUnmeasuredAtRest(one, state),
      )
    );
  });
}

const IN_ALARM = /"overall_state":\s?"(?:Alert|ALARM|No Data)"/;

/** A total of restarts never goes down again, and many replicas are no harm: such a monitor tells nothing of how things are now. */
const COUNTS = /containers?\.restarts|restart_?count|\breplicas\b|hpa\.current/i;
const OF_NOW = /change\(|diff\(|derivative|rate|per_(?:second|minute|hour)|unavailable|missing|desired|</i;

/** How many events there were within a time: they are counted for as long as that, whatever has become of it. */
const COUNTS_EVENTS = /\bevents?\([^)]{0,300}\)\.rollup\("?count|\bkube_?event_?(?:count|total)|\bevents?[._]count\b/i;

const remembers = (monitor: Raw): boolean => {
  const query = textAt(monitor, 'query') ?? '';
  return COUNTS_EVENTS.test(query) || (COUNTS.test(query) && !OF_NOW.test(query));
};

/** Pods that are not ready or no longer run, and containers that ended: those of a job that is done are such, too. */
const OF_ENDED =
  /(?:kubernetes_state\.|kubernetes\.|kube_|k8s\.)(?:pods?|containers?)[._](?:(?:status|state)[._])?(?:ready|running|terminated|phase|status_phase)\b|kubernetes_state\.pod\.count\{[^}]{0,200}phase:succeeded|kube_pod_(?:status_(?:ready|phase)|container_status_(?:ready|running|terminated))/i;
/** What a pod that came to its end by itself never counts as. */
const ILL =
  /reason:\S*(?:error|oom|crash|evict)|phase[:=~"']{1,4}(?:failed|pending|unknown)|restart|waiting|error|oom/i;

/** True where a monitor counts what has ended well: pods that have completed stand where the alert's pods are, and every other one is ready. */
function countsCompleted(monitor: Raw, { pods }: KubernetesState, subjects: Pod[]): boolean {
  const query = textAt(monitor, 'query') ?? '';
  return (
    OF_ENDED.test(query) &&
    !ILL.test(query) &&
    pods.some(
      (pod) => pod.phase === 'Succeeded' && subjects.some((own) => sameNamespace(own.namespace, pod.namespace)),
    ) &&
    pods.every(({ phase, ready }) => phase === 'Succeeded' || ready === true)
  );
}

/** A number of pods, as compared with what it was. */
const OF_FEWER =
  /(?:pct_change|change|diff)\([^}]{0,200}(?:pods?[._](?:status[._])?running|replicas(?:[._](?:available|ready))?|pod\.count)\b/i;
/** What an autoscaler says of the size that it has chosen, and why. */
const NEW_SIZE = /\bNew size: (\d{1,5}); reason: ([^\n"]{1,160})/;
const NOT_NEEDED = /\bbelow target\b|\bscale ?down\b|\bno (?:load|events)\b/i;

/** True where a monitor only counts that there are fewer pods, and the autoscaler's last word is that no more are needed: all it asked for are ready. */
function countsScaledIn(monitor: Raw, { workloads, events, logs }: KubernetesState): boolean {
  if (!OF_FEWER.test(textAt(monitor, 'query') ?? '')) return false;
  const said = [...events.map(({ message }) => message), ...logs.flatMap(({ lines }) => lines.slice(-500))];
  const [, size, why = ''] = NEW_SIZE.exec(said.findLast((line) => NEW_SIZE.test(line.slice(0, 600))) ?? '') ?? [];
  const whole = workloads.filter(({ desired, ready }) => desired !== null && desired > 0 && (ready ?? 0) >= desired);
  return (
    NOT_NEEDED.test(why) && whole.length === workloads.length && whole.some(({ desired }) => desired === Number(size))
  );
}

/** True where a monitor has no data of a workload that its autoscaler rests for want of work: whoever does nothing measures nothing. */
function isUnmeasuredAtRest(monitor: Raw, state: KubernetesState): boolean {
  if (textAt(monitor, 'overall_state') !== 'No Data') return false;
  const about = JSON.stringify([monitor.query, monitor.tags]).replaceAll('_', '-');
  return state.workloads.some(
    (one) => one.desired === 0 && about.includes(one.name) && idleByDesign(state, one) !== null,
  );
}

/** A monitor about something that is as it should be, by its name; null where none was seen, or one of them is not. */
export function calmMonitor({ evidence }: DetectorInput, about: RegExp): { name: string; evidence: number[] } | null {
  const found = evidence
    .filter(({ capability }) => capability === 'snapshot.json')
    .flatMap(({ data, number }) => recordsAt(data, 'body', 'monitors').map((monitor) => ({ monitor, number })))
    .filter(({ monitor }) => about.test(`${textAt(monitor, 'name')} ${textAt(monitor, 'query')}`));
  const [first] = found;
  const calm = found.every(({ monitor }) => textAt(monitor, 'overall_state') === 'OK');
  return first && calm
    ? { name: textAt(first.monitor, 'name') ?? '', evidence: found.map(({ number }) => number) }
    : null;
}
