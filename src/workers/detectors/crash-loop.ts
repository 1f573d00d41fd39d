import type { Finding, TimelineEntry } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { evidenceOf } from './support/evidence-of.ts';
import { podActions } from './support/pod-actions.ts';
import { type PlacedContainer, relatedContainers, relatedEvents, workloadOfPod } from './support/pods.ts';
import { isRecent } from './support/relation.ts';
import { exitCodeText, lastEnd } from './support/termination.ts';
import { count, isoTime, oneLine, unique } from './support/text.ts';

/** This many restarts with the last end in the investigated time are a loop, even while the container runs. */
const LOOPING_RESTARTS = 3;

/** Finds containers that start, end and start again, with their last words where their logs were read. */
export const crashLoop: Detector = (input) => {
  const looping = relatedContainers(input).filter((placed) => isLooping(placed, input));
  const workloads = Map.groupBy(looping, ({ pod, container }) => `${workloadOfPod(pod)} ${container.name}`);
  return [...workloads.values()].slice(0, 3).map((group) => toFinding(group, input));
};

function isLooping({ container }: PlacedContainer, input: DetectorInput): boolean {
  const end = lastEnd(container);
  // That story is oom-kill's to tell.
  if (end?.reason === 'OOMKilled' && isRecent(end.finishedAt, input)) return false;
  if (container.reason === 'CrashLoopBackOff') return true;
  const failed = end !== null && end.exitCode !== 0 && end.finishedAt !== null;
  return failed && container.restarts >= LOOPING_RESTARTS && isRecent(end.finishedAt, input);
}

function toFinding(group: PlacedContainer[], input: DetectorInput): Finding {
  const worst = group.toSorted(
    (left, right) => right.container.restarts - left.container.restarts,
  )[0] as PlacedContainer;
  const { pod, container } = worst;
  const words = lastWords(worst, input);
  const events = backOffs(worst, input);
  const end = lastEnd(container);
  const killed = end?.reason === 'OOMKilled';
  return {
    detector: 'crash-loop',
    class: killed ? 'resource' : 'application',
    statement: `${describe(worst)}${words ? `; its last words: ${words.text}` : ''}`,
    component: workloadOfPod(pod),
    confidence: words ? 0.85 : 0.75,
    cause: !killed,
    evidence: unique([
      ...group.map(({ evidence }) => evidence),
      ...(words ? [words.evidence] : []),
      ...events.flatMap(({ evidence }) => evidence),
    ]),
    timeline: [...endEntry(worst), ...events],
    actions: podActions(pod.name, pod.namespace, container.name),
    prevention: [
      'Let a rollout stop when new pods do not become ready (progressDeadlineSeconds, maxUnavailable), so that a version that cannot start never replaces one that runs.',
      'Check configuration, secrets and dependencies at start with an error message that names what is missing.',
    ],
    metrics: [{ name: `Restarts of ${pod.name}`, value: String(container.restarts), evidence: [worst.evidence] }],
  };
}

function describe({ pod, container }: PlacedContainer): string {
  const end = lastEnd(container);
  const code = end?.exitCode ?? null;
  const meaning = exitCodeText(code);
  const why = [
    end?.reason && end.reason !== 'Error' ? oneLine(end.reason, 60) : null,
    code === null ? null : `exit code ${code}${meaning ? `: ${meaning}` : ''}`,
  ];
  const said = why.filter((part) => part !== null).join(', ');
  return `Container ${oneLine(container.name, 63)} of pod ${oneLine(pod.name, 253)} crashes again and again (${count(container.restarts, 'restart')}${said ? `, ${said}` : ''})`;
}

function endEntry({ pod, container, evidence }: PlacedContainer) {
  const at = isoTime(lastEnd(container)?.finishedAt);
  return at
    ? [
        {
          at,
          what: `Container ${oneLine(container.name, 63)} of ${oneLine(pod.name, 120)} ended`,
          evidence: [evidence],
        },
      ]
    : [];
}

function backOffs({ pod }: PlacedContainer, input: DetectorInput): TimelineEntry[] {
  return relatedEvents(input)
    .filter(({ event }) => event.reason === 'BackOff' && event.name === pod.name && isRecent(event.lastSeen, input))
    .flatMap(({ event, evidence }) => {
      const at = isoTime(event.firstSeen);
      const what = `Kubernetes began to delay the restarts of ${oneLine(pod.name, 120)}`;
      return at ? [{ at, what, evidence: [evidence] }] : [];
    });
}

const SPEAKS_OF_FAILURE =
  /error|fatal|panic|exception|cannot|can't|could not|failed|failure|refused|denied|not found|missing|invalid|undefined|traceback/i;

/** The last line of the ended container's log that speaks of a failure. */
function lastWords({ pod }: PlacedContainer, { evidence }: DetectorInput): { text: string; evidence: number } | null {
  const logs = evidenceOf(evidence, 'pods.logs').filter(({ data }) => data.pod === pod.name);
  const [log] = [...logs.filter(({ data }) => data.previous), ...logs];
  const line = log?.data.lines.findLast((text) => SPEAKS_OF_FAILURE.test(text) && !/^\s+at\s/.test(text));
  return log && line ? { text: oneLine(line, 200), evidence: log.number } : null;
}
