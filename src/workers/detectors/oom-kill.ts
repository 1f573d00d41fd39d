import type { Action, Finding, TimelineEntry } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { citedBy, firstAndLast, relatedLines } from './support/log-lines.ts';
import { isKubernetesName } from './support/names.ts';
import { podActions } from './support/pod-actions.ts';
import { type PlacedContainer, relatedContainers, relatedEvents, workloadOfPod } from './support/pods.ts';
import { isRecent } from './support/relation.ts';
import { shellCommand } from './support/shell.ts';
import { lastEnd } from './support/termination.ts';
import { count, isoTime, oneLine, unique } from './support/text.ts';

/** Finds containers that were killed for want of memory, and programs that ran out of their own heap. */
export const oomKill: Detector = (input) => {
  const killed = relatedContainers(input).filter(({ container }) => wasKilled(container, input));
  const workloads = Map.groupBy(killed, ({ pod, container }) => `${workloadOfPod(pod)} ${container.name}`);
  const found = [...workloads.values()].slice(0, 3).map((group) => toFinding(group, input));
  return found.length > 0 ? found : [...fromEvents(input), ...fromLogs(input)].slice(0, 1);
};

function wasKilled(container: PlacedContainer['container'], input: DetectorInput): boolean {
  const end = lastEnd(container);
  return end?.reason === 'OOMKilled' && isRecent(end.finishedAt, input);
}

function toFinding(group: PlacedContainer[], input: DetectorInput): Finding {
  const worst = group.toSorted(
    (left, right) => right.container.restarts - left.container.restarts,
  )[0] as PlacedContainer;
  const { pod, container, evidence } = worst;
  const limit = container.limits.memory;
  const why = limit
    ? `for going over its memory limit of ${oneLine(limit, 20)}`
    : 'because the node ran out of memory (the container has no limit of its own)';
  const dated = lastEnd(container)?.finishedAt != null;
  const events = oomEvents(input).filter((entry) => entry.name === pod.name);
  return {
    ...COMMON,
    statement: `Container ${oneLine(container.name, 63)} of pod ${oneLine(pod.name, 253)} was killed ${why} (OOMKilled, ${count(container.restarts, 'restart')})`,
    component: workloadOfPod(pod),
    confidence: dated ? 0.9 : 0.75,
    evidence: unique([...group.map((placed) => placed.evidence), ...events.flatMap((entry) => entry.evidence)]),
    timeline: [
      ...group.flatMap(killEntry),
      ...events.map(({ at, what, evidence: cited }) => ({ at, what, evidence: cited })),
    ],
    actions: actionsFor(worst),
    metrics: [
      ...(limit
        ? [{ name: `Memory limit of ${container.name}`, value: oneLine(limit, 20), evidence: [evidence] }]
        : []),
      { name: `Restarts of ${pod.name}`, value: String(container.restarts), evidence: [evidence] },
    ],
  };
}

function killEntry({ pod, container, evidence }: PlacedContainer): TimelineEntry[] {
  const at = isoTime(lastEnd(container)?.finishedAt);
  return at
    ? [
        {
          at,
          what: `Container ${oneLine(container.name, 63)} of ${oneLine(pod.name, 120)} was OOM-killed`,
          evidence: [evidence],
        },
      ]
    : [];
}

const COMMON = {
  detector: 'oom-kill',
  class: 'resource' as const,
  cause: true,
  prevention: [
    'Set memory requests and limits from measured use with headroom, and let the runtime know its limit (heap size as a share of it).',
    'Alert when working set memory nears the limit, and when it grows from day to day.',
  ],
};

function actionsFor({ pod, container }: PlacedContainer): Action[] {
  if (!isKubernetesName(pod.name) || !isKubernetesName(pod.namespace)) return [];
  const top = shellCommand('kubectl', 'top', 'pod', pod.name, '--namespace', pod.namespace, '--containers');
  return [
    { title: 'See how much memory the containers use now', command: top, risk: null },
    ...podActions(pod.name, pod.namespace, container.name),
    {
      title: 'Raise the memory limit of the workload, or go back to the version before the growth',
      command: null,
      risk: 'Restarts the pods of the workload; a leak will only take longer to hit the new limit.',
    },
  ];
}

type OomEvent = TimelineEntry & { name: string };

function oomEvents(input: DetectorInput): OomEvent[] {
  return relatedEvents(input)
    .filter(({ event }) => /OOM/i.test(event.reason) && isRecent(event.lastSeen, input))
    .flatMap(({ event, evidence }) => {
      const at = isoTime(event.lastSeen ?? event.firstSeen);
      return at
        ? [
            {
              at,
              what: `Kernel reported an OOM kill: ${oneLine(event.message, 120)}`,
              evidence: [evidence],
              name: event.name,
            },
          ]
        : [];
    });
}

function fromEvents(input: DetectorInput): Finding[] {
  return oomEvents(input)
    .slice(0, 1)
    .map(({ name, ...entry }) => ({
      ...COMMON,
      statement: `A process of ${oneLine(name, 120)} was killed because memory ran out`,
      component: name,
      confidence: 0.75,
      evidence: entry.evidence,
      timeline: [entry],
      actions: [],
      metrics: [],
    }));
}

const HEAP_WORDS =
  /java\.lang\.OutOfMemoryError|JavaScript heap out of memory|Allocation failed - process out of memory|runtime: out of memory|Out of memory: Killed process|MemoryError\b/;

function fromLogs(input: DetectorInput): Finding[] {
  const lines = relatedLines(input).filter(({ body }) => HEAP_WORDS.test(body));
  if (lines.length === 0) return [];
  const service = lines.find((line) => line.service)?.service ?? input.facts.service ?? null;
  const finding = {
    ...COMMON,
    statement: `${service ?? 'The service'} ran out of memory: its logs hold an out-of-memory error`,
    component: service,
    confidence: 0.75,
    evidence: citedBy(lines),
    timeline: firstAndLast(lines, 'First out-of-memory error', 'Latest out-of-memory error'),
    actions: [],
    metrics: [],
  };
  return [finding];
}
