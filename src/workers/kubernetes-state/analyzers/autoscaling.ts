import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { numberAt, recordsAt, textAt, textMapAt, textsAt } from '../raw.ts';
import { eventsOf, isListed, sameNamespace, selects } from '../relations.ts';
import { toConditions } from '../typed/to-pod.ts';

/** Finds autoscalers that cannot work (no target, no metrics, no requests) and disruption budgets that allow nothing. */
export const autoscaling: Analyzer = (context) => [
  ...(context.state.others.get('HorizontalPodAutoscaler') ?? []).flatMap((scaler) => scalerFault(context, scaler)),
  ...(context.state.others.get('PodDisruptionBudget') ?? []).flatMap((budget) => blockingBudget(context, budget)),
];

function scalerFault(context: Context, scaler: Meta): Diagnosis[] {
  const { raw } = scaler;
  const [kind, target] = [textAt(raw, 'spec', 'scaleTargetRef', 'kind'), textAt(raw, 'spec', 'scaleTargetRef', 'name')];
  const fault =
    missingTarget(context, scaler, kind, target) ??
    missingMetrics(context, scaler, target) ??
    missingRequests(context, scaler, target) ??
    atMaximum(context, scaler, target);
  return fault ? [{ ...fault, touches: [...fault.touches, scaler.name, target ?? ''] }] : [];
}

function base(scaler: Meta, kind: string, statement: string, confidence: number, evidence: number[] = []): Diagnosis {
  return diagnosis({
    kind,
    class: 'resource',
    statement,
    component: scaler.name,
    namespace: scaler.namespace,
    touches: [scaler.name],
    confidence,
    evidence: [...scaler.evidence, ...evidence],
    actions: describeAction('hpa', scaler.name, scaler.namespace, 'See targets, metrics and events of the autoscaler'),
    prevention: ['Alert when an autoscaler reports ScalingActive=False or stays at its maximum.'],
  });
}

const label = (scaler: Meta): string => `HorizontalPodAutoscaler (HPA) ${name(scaler.name)}`;

function missingTarget({ state }: Context, scaler: Meta, kind: string | null, target: string | null): Diagnosis | null {
  if (!target || !kind) return null;
  const known = state.workloads.some((workload) => workload.name === target && workload.kind === kind);
  const failed = toConditions(recordsAt(scaler.raw, 'status', 'conditions')).some(
    ({ type, status, reason }) => type === 'AbleToScale' && status === 'False' && /FailedGetScale/.test(reason ?? ''),
  );
  if (known || !(failed || state.desiredOnly || isListed(state, kind, scaler.namespace))) return null;
  return base(
    scaler,
    'hpa-target',
    `${label(scaler)} cannot scale: its target ${kind} ${name(target)} does not exist`,
    failed ? 0.9 : 0.7,
  );
}

function missingMetrics({ state }: Context, scaler: Meta, target: string | null): Diagnosis | null {
  const active = toConditions(recordsAt(scaler.raw, 'status', 'conditions')).find(
    ({ type }) => type === 'ScalingActive',
  );
  const condition = active?.status === 'False' ? active : undefined;
  const event = eventsOf(state, scaler).findLast(({ reason }) => /^FailedGet|^FailedComputeMetrics/.test(reason));
  const shown = textsAt(scaler.raw, 'status', 'described');
  const unknown = shown.some((text) => /<unknown>/.test(text));
  // A metric that is there now was only missing before.
  if (!unknown && (active?.status === 'True' || (!condition && shown.some((text) => /\d+%?\s*\/\s*\d/.test(text)))))
    return null;
  const message = condition?.message ?? event?.message ?? '';
  if ((!condition && !event && !unknown) || /ScalingDisabled/.test(condition?.reason ?? '')) return null;
  const requests = /missing request for (\w+)/i.exec(message);
  const why = requests
    ? `the pods of ${name(target ?? 'its target')} have no ${requests[1]} request (the ${requests[1]} under requests of their resources is missing), so their utilisation cannot be computed`
    : 'it gets no metrics (metrics server or metrics API)';
  return base(
    scaler,
    'hpa-metrics',
    `${label(scaler)} does not scale because ${why}${message ? `. Kubernetes says: ${quote(message, 180)}` : ''}`,
    condition || event ? 0.88 : 0.7,
    event ? [event.evidence] : [],
  );
}

/** Desired state alone shows that a utilisation can never be computed. */
function missingRequests({ state }: Context, scaler: Meta, target: string | null): Diagnosis | null {
  const wanted = recordsAt(scaler.raw, 'spec', 'metrics').flatMap((metric) =>
    textAt(metric, 'resource', 'target', 'type') === 'Utilization' ? (textAt(metric, 'resource', 'name') ?? []) : [],
  );
  const resources =
    wanted.length > 0 ? wanted : numberAt(scaler.raw, 'spec', 'targetCPUUtilizationPercentage') === null ? [] : ['cpu'];
  const workload = state.workloads.find((one) => one.name === target);
  const lacking = resources.find((resource) =>
    workload?.template?.containers.some(({ requests, limits }) => !requests[resource] && !limits[resource]),
  );
  if (!lacking || !workload) return null;
  return base(
    scaler,
    'hpa-requests',
    `${label(scaler)} cannot scale ${workload.kind} ${name(workload.name)}: it wants a share of the ${lacking} request, but the containers have no ${lacking} request (the ${lacking} under requests of their resources is missing)`,
    0.85,
    workload.evidence,
  );
}

function atMaximum({ state }: Context, scaler: Meta, target: string | null): Diagnosis | null {
  const limited = toConditions(recordsAt(scaler.raw, 'status', 'conditions')).find(
    ({ type, status, reason }) => type === 'ScalingLimited' && status === 'True' && reason === 'TooManyReplicas',
  );
  const [current, most] = [
    numberAt(scaler.raw, 'status', 'currentReplicas'),
    numberAt(scaler.raw, 'spec', 'maxReplicas'),
  ];
  // What it measures is below what it aims at: it has all the replicas that it wants.
  if (!limited && isContent(textsAt(scaler.raw, 'status', 'described'))) return null;
  if (!limited && !(current !== null && most !== null && current >= most && most > 1)) return null;
  const workload = state.workloads.find((one) => one.name === target);
  return base(
    scaler,
    'hpa-maximum',
    `${label(scaler)} is at its maximum of ${most ?? 'its allowed'} replicas and cannot scale ${name(target ?? 'its target')} further`,
    0.6,
    workload?.evidence ?? [],
  );
}

/** True where every target that was printed (`cpu: 41%/70%`, `68% (136m) / 70%`, `5/30 (avg)`) is met. */
function isContent(shown: string[]): boolean {
  const pairs = shown.flatMap((text) => [
    ...text
      .replaceAll(/ \([^)]{0,20}\)(?= *\/)/g, '')
      .matchAll(/(\d+(?:\.\d+)?)(m|%|[kMG]i?)?\s*\/\s*(\d+(?:\.\d+)?)(m|%|[kMG]i?)?/g),
  ]);
  return (
    pairs.length > 0 &&
    pairs.every(([, now, unit = '', aim, other = '']) => unit === other && Number(now) <= Number(aim))
  );
}

/** The workloads whose pods a budget counts. */
const coveredBy = (state: KubernetesState, { raw, namespace }: Meta): string[] =>
  state.workloads
    .filter(
      (one) =>
        sameNamespace(one.namespace, namespace) &&
        selects(textMapAt(raw, 'spec', 'selector', 'matchLabels'), one.template?.labels ?? {}),
    )
    .map(({ name: own }) => own);

/** Desired state alone shows a budget that wants every pod: none may ever go. Null where that is not so. */
function allowedByItself(state: KubernetesState, budget: Meta): number | null {
  const least = textAt(budget.raw, 'spec', 'minAvailable');
  const most = textAt(budget.raw, 'spec', 'maxUnavailable');
  if (/^(?:0|0%)$/.test(most ?? '') || least === '100%') return 0;
  const names = coveredBy(state, budget);
  const covered = state.workloads.filter((one) => names.includes(one.name));
  const wanted = covered.reduce((sum, { desired }) => sum + (desired ?? 0), 0);
  return covered.length > 0 && least !== null && /^\d+$/.test(least) && wanted > 0 && Number(least) >= wanted
    ? 0
    : null;
}

function blockingBudget({ state, text }: Context, budget: Meta): Diagnosis[] {
  const allowed = numberAt(budget.raw, 'status', 'disruptionsAllowed') ?? allowedByItself(state, budget);
  // A budget bears the name of its workload as a rule, so that an alert about the workload does not speak of the budget.
  const own = text.includes(budget.name) && !state.workloads.some((one) => one.name === budget.name);
  const speaks = /drain|evict|disruption|upgrade|\bpdb\b|node/i.test(text) || own;
  if (allowed !== 0 || !speaks) return [];
  return [
    diagnosis({
      kind: 'pdb-blocking',
      class: 'infrastructure',
      statement: `PodDisruptionBudget (PDB) ${name(budget.name)} allows 0 disruptions, so no pod that it covers can be evicted and a node drain waits for ever`,
      component: budget.name,
      namespace: budget.namespace,
      touches: [budget.name, ...coveredBy(state, budget)],
      confidence: 0.7,
      evidence: budget.evidence,
      actions: describeAction('pdb', budget.name, budget.namespace, 'See the budget and the pods that it counts'),
    }),
  ];
}
