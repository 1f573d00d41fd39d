import type { KubernetesState, LogText, Meta, Workload } from './kubernetes-state.ts';
import { writerOf } from './mentions.ts';
import { numberAt, recordsAt, textAt } from './raw.ts';
import { sameNamespace } from './relations.ts';
import { toConditions } from './typed/to-pod.ts';

/** Why an autoscaler rests a workload, and what tells it. */
export type Rest = { why: string; evidence: number[] };

/**
 * An autoscaler that has nothing to do has scaled it to zero, as it may (KEDA's objects, events and log; the label of Knative's
 * revisions): it scales it up when there is work, unless it cannot tell whether there is. Null where that is not shown.
 */
export function idleByDesign(state: KubernetesState, workload: Workload): Rest | null {
  const { name: own, namespace, template, evidence } = workload;
  if (template?.labels['serving.knative.dev/revision'])
    return { why: 'it is a revision of Knative, which rests without requests', evidence };
  const scaler = (state.others.get('ScaledObject') ?? []).find((one) => isAsleep(one, own, namespace));
  if (scaler) return { why: `its ScaledObject ${scaler.name} is not active`, evidence: scaler.evidence };
  const ofScaler = state.events.filter((event) => sameNamespace(event.namespace, namespace) && event.name === own);
  const rested = ofScaler.findLast(({ reason }) => reason === 'KEDAScaleTargetDeactivated');
  const ill = ofScaler.some(({ reason }) => reason === 'KEDAScalerFailed' || reason === 'ScaledObjectCheckFailed');
  if (rested) return ill ? null : { why: 'KEDA deactivated it for want of work', evidence: [rested.evidence] };
  return restedByLog(state, own);
}

/** An autoscaler of KEDA that may go to zero, works, and has nothing to do. */
function isAsleep({ namespace: home, raw }: Meta, target: string, namespace: string | null): boolean {
  const conditions = toConditions(recordsAt(raw, 'status', 'conditions'));
  const is = (type: string, status: string) => conditions.some((one) => one.type === type && one.status === status);
  return (
    sameNamespace(home, namespace) &&
    textAt(raw, 'spec', 'scaleTargetRef', 'name') === target &&
    (numberAt(raw, 'spec', 'minReplicaCount') ?? 0) === 0 &&
    is('Ready', 'True') &&
    !is('Paused', 'True') &&
    is('Active', 'False')
  );
}

/** Programs that take workloads to zero and back by the work that there is: KEDA, Knative, OpenFaaS, Sablier and their like. */
const AUTOSCALER = /keda|knative|autoscaler|activator|\bkpa\b|idler|scale-?(?:to-?)?zero|sablier|osiris/i;
/** `from 3 to 0`, `New Replicas Count":0`, `scaled to zero`. */
const TO_ZERO =
  /\bto (?:0|zero)\b|\bNew Replicas Count"?[=: ]{1,3}0\b|\bdesiredScale"?[=: ]{1,3}0\b|\bKEDAScaleTargetDeactivated\b|\bscal\w{1,6} down to (?:0|zero)\b/i;
const UP =
  /\bto [1-9]\d*\b|\bNew Replicas Count"?[=: ]{1,3}[1-9]|\bdesiredScale"?[=: ]{1,3}[1-9]|\bKEDAScaleTargetActivated\b/i;
/** An autoscaler that cannot see its trigger, or that sees work. */
const UNSURE = /"?level"?[=:]\s?"?(?:error|fatal)|\bERROR\b|\bfail(?:ed|ure|ing)?\b|\bunable to\b|\bcannot\b/i;
const WORK_WAITS =
  /\b(?:messages|queue_?(?:length|size|depth)|backlog|lag|pending|jobs|metric ?value)"?[=: ]{1,3}"?[1-9]|\bis active\b/i;

/** What the log of an autoscaler tells last of a workload: that it took it to zero, and nothing else since. */
function restedByLog({ logs }: KubernetesState, own: string): Rest | null {
  const told = logs
    .filter((log) => !log.command && AUTOSCALER.test(`${writerOf(log)} ${log.service ?? ''}`))
    .flatMap((log) =>
      log.lines.filter((line) => isNamedIn(line, own)).map((line) => ({ line: line.slice(0, 1500), log })),
    );
  const at = told.findLastIndex(({ line }) => TO_ZERO.test(line) && !UNSURE.test(line));
  const rest = told[at];
  if (!rest) return null;
  const later = told.slice(at + 1);
  if (later.some(({ line }) => UP.test(line) || UNSURE.test(line) || WORK_WAITS.test(line))) return null;
  return {
    why: `${rest.log.service ?? writerOf(rest.log)} took it to zero for want of work`,
    evidence: evidenceOf(told),
  };
}

const evidenceOf = (told: { log: LogText }[]): number[] => [...new Set(told.map(({ log }) => log.evidence))];

/** The name as a word of its own, not as the beginning of a longer one. */
export function isNamedIn(line: string, own: string): boolean {
  const at = line.indexOf(own);
  return at !== -1 && !/[\w-]/.test(line[at - 1] ?? ' ') && !/[\w-]/.test(line[at + own.length] ?? ' ');
}
