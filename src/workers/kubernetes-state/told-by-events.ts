import type { KubeEvent, KubernetesState, LogText } from './kubernetes-state.ts';
import { lineTime } from './logs/line-time.ts';
import { isWork } from './logs/served.ts';
import { sameNamespace } from './relations.ts';

type Step = {
  /** The complaint about this step on the way of a pod from its creation to its work. */
  is: (event: KubeEvent) => boolean;
  /** What happens only when the step is taken. */
  taken: RegExp;
  /** Any line of the program shows that it was taken; else only what it did for others. */
  anyLine: boolean;
};

/** The steps of a pod's start, in the words of the scheduler, the controllers of volumes and the kubelet. */
const STEPS: readonly Step[] = [
  {
    is: ({ reason }) => reason === 'FailedScheduling',
    taken: /^(?:Scheduled|SuccessfulAttachVolume|AddedInterface|Pulling|Pulled|Created|Started)$/,
    anyLine: true,
  },
  {
    is: ({ reason }) => reason === 'FailedAttachVolume',
    taken: /^(?:SuccessfulAttachVolume|Pull(?:ing|ed)|Created|Started)$/,
    anyLine: true,
  },
  {
    is: ({ reason }) => /^(?:FailedMount|FailedMapVolume|FailedCreatePodSandBox|NetworkNotReady)$/.test(reason),
    taken: /^(?:Pulling|Pulled|Created|Started)$/,
    anyLine: true,
  },
  {
    is: ({ reason, message }) => /^(?:Failed|BackOff|ErrImagePull)$/.test(reason) && /pull/i.test(message),
    taken: /^(?:Pulled|Created|Started)$/,
    anyLine: true,
  },
  {
    is: ({ reason, message }) => reason === 'Unhealthy' && /^(?:readiness|startup) probe/i.test(message),
    taken: /(?!)/,
    anyLine: false,
  },
];

/**
 * True where every warning about a pod was about a step of its start that it has taken since: a later event of the pod says so, or its own log,
 * in which it writes later on, or works later on where it was not ready. What restarts again and again takes all of them each time and is not meant.
 */
export function hasStartedSince(state: KubernetesState, pod: string, namespace: string | null, now: Date): boolean {
  const own = state.events.filter(({ name, namespace: its }) => name === pod && sameNamespace(its, namespace));
  const warnings = own.filter(({ type }) => type !== 'Normal');
  const logs = state.logs.filter((log) => log.pod === pod && isOwnLog(log) && sameNamespace(log.namespace, namespace));
  return (
    warnings.length > 0 &&
    warnings.every((event) => {
      const step = STEPS.find(({ is }) => is(event));
      const at = timeOf(event, now);
      if (!step || at === null) return false;
      return (
        own.some((other) => step.taken.test(other.reason) && (timeOf(other, now) ?? 0) >= at) ||
        logs.some(({ lines }) => lines.some((line) => (lineTime(line) ?? 0) > at && (step.anyLine || isWork(line))))
      );
    })
  );
}

const isOwnLog = ({ previous, command }: LogText): boolean => !previous && !command;

function timeOf({ lastSeen, ageSeconds }: KubeEvent, now: Date): number | null {
  if (ageSeconds !== null) return now.getTime() - ageSeconds * 1000;
  const at = Date.parse(lastSeen ?? '');
  return Number.isNaN(at) ? null : at;
}
