import { serviceOfHost } from '../detectors/support/names.ts';
import type { KubernetesState, Meta, Workload } from './kubernetes-state.ts';
import { name } from './quote.ts';
import { isRecord, numberAt, recordAt, recordsAt, textAt, textMapAt } from './raw.ts';
import { objectNamed, sameNamespace } from './relations.ts';

/** Why a workload may rest at zero replicas by the objects as they are wanted. */
export type WantedRest = { why: string; evidence: number[] };

/**
 * The autoscaler that may take a workload to zero and back, where nothing but objects without their state were read: KEDA, an HPA on a
 * metric of something else, Knative, OpenFaaS, Sablier. Null where there is none, it is switched off, or it looks elsewhere than its target.
 */
export function wantedRest(state: KubernetesState, workload: Workload): WantedRest | null {
  const { labels, template } = workload;
  if (workload.desired !== 0) return null;
  const scaler = SCALERS.flatMap(({ kind, rests }) =>
    (state.others.get(kind) ?? [])
      .filter((one) => sameNamespace(one.namespace, workload.namespace) && targets(one, workload))
      .map((one) => ({ one, rests: rests(state, one, workload) })),
  );
  const [first] = scaler;
  // Two autoscalers of one workload work against each other.
  if (first) return scaler.length === 1 && first.rests ? restOf(first.one) : null;
  if (labels['com.openfaas.scale.zero'] === 'true') return { why: 'OpenFaaS may scale it to zero', evidence: [] };
  if (labels['sablier.enable'] === 'true') return { why: 'Sablier starts it on demand', evidence: [] };
  if (!template?.labels['serving.knative.dev/revision']) return null;
  const notes = textMapAt(workload.raw, 'spec', 'template', 'metadata', 'annotations');
  const least = Object.entries(notes).find(([key]) => /autoscaling\.knative\.dev\/min-?scale$/i.test(key))?.[1] ?? '0';
  return least === '0' ? { why: 'it is a revision of Knative, which rests without requests', evidence: [] } : null;
}

const restOf = ({ kind, name: own, evidence }: Meta): WantedRest => ({
  why: `its ${kind} ${name(own)} may scale it down to zero while there is no work, and up again`,
  evidence,
});

type Rests = (state: KubernetesState, scaler: Meta, workload: Workload) => boolean;

const SCALERS: readonly { kind: string; rests: Rests }[] = [
  { kind: 'ScaledObject', rests: queueIsWatched },
  { kind: 'HTTPScaledObject', rests: (_, { raw }) => (numberAt(raw, 'spec', 'replicas', 'min') ?? 0) === 0 },
  { kind: 'HorizontalPodAutoscaler', rests: (_, scaler) => watchesOthers(scaler) },
];

function targets({ raw }: Meta, { name: own, kind }: Workload): boolean {
  const target = recordAt(raw, 'spec', 'scaleTargetRef');
  return (
    (textAt(target, 'name') ?? textAt(target, 'deployment')) === own &&
    (textAt(target, 'kind') ?? 'Deployment') === kind
  );
}

/** An HPA at zero needs a metric that is there without pods. */
const watchesOthers = ({ raw }: Meta): boolean =>
  numberAt(raw, 'spec', 'minReplicas') === 0 &&
  recordsAt(raw, 'spec', 'metrics').some(({ type }) => type === 'External' || type === 'Object');

/** Metrics of the pods themselves tell nothing while there are none. */
const OF_PODS = /^(?:cpu|memory)$/;
/** So much work wakes a workload at the latest. */
const FEW = 5;

/** A ScaledObject of KEDA that is on, may go to zero, and looks at the work of its target with what it needs for it. */
function queueIsWatched(state: KubernetesState, scaler: Meta, workload: Workload): boolean {
  const { raw, annotations, namespace } = scaler;
  const paused = Object.keys(annotations).some((key) => key.startsWith('autoscaling.keda.sh/paused'));
  const [least, most] = [numberAt(raw, 'spec', 'minReplicaCount') ?? 0, numberAt(raw, 'spec', 'maxReplicaCount') ?? 1];
  const idle = numberAt(raw, 'spec', 'idleReplicaCount') ?? least;
  const triggers = recordsAt(raw, 'spec', 'triggers').filter(({ type }) => !OF_PODS.test(String(type)));
  return (
    !paused &&
    Math.min(least, idle) === 0 &&
    most > 0 &&
    triggers.length > 0 &&
    triggers.every(
      (trigger) =>
        Number(textAt(trigger, 'metadata', 'activationValue') ?? 0) <= FEW &&
        hasAccess(state, textAt(trigger, 'authenticationRef', 'name'), namespace, trigger) &&
        Object.entries(textMapAt(trigger, 'metadata')).every((one) => fits(state, workload, one)),
    )
  );
}

/** What a trigger shows at the door is there, with the keys that it takes of it. */
function hasAccess(state: KubernetesState, own: string | null, namespace: string | null, trigger: unknown): boolean {
  if (own === null) return true;
  const kind = textAt(trigger, 'authenticationRef', 'kind') ?? 'TriggerAuthentication';
  const access = objectNamed(state, kind, own, kind === 'TriggerAuthentication' ? namespace : null);
  return (
    access !== null &&
    recordsAt(access.raw, 'spec', 'secretTargetRef').every((one) => {
      const secret = objectNamed(state, 'Secret', textAt(one, 'name') ?? '', namespace);
      const held = secret && [recordAt(secret.raw, 'data'), recordAt(secret.raw, 'stringData')];
      return held?.some((data) => isRecord(data) && (textAt(one, 'key') ?? '') in data) ?? false;
    })
  );
}

/** Variables and parameters of triggers that name where work comes from. */
const WORK = /queue|topic|list(?!en)|stream|subscription|channel/i;
const NAMES_WORK = /(?:queue|topic|list|stream|subscription|channel)(?:name|url)?$/i;
const ADDRESS =
  /^(?:host|address|bootstrapServers|serverAddress|brokerAddress|addresses|natsServerMonitoringEndpoint)$/i;

/** Where the target itself names its work, the trigger looks at the same; and the address that it asks is one of the cluster. */
function fits(state: KubernetesState, { template, namespace }: Workload, [key, value]: [string, string]): boolean {
  if (ADDRESS.test(key)) {
    const host = value.replace(/^[a-z]+:\/\/(?:[^@/]{0,100}@)?/, '').split(/[:/,]/)[0] ?? '';
    const place = serviceOfHost(host);
    const own = place && state.services.filter((one) => sameNamespace(one.namespace, place.namespace ?? namespace));
    return !own || own.length === 0 || own.some((one) => one.name === place.service);
  }
  const told = (template?.containers ?? [])
    .flatMap(({ env }) => env)
    .filter((one) => WORK.test(one.name) && one.value !== null);
  const isTold = (text: string): boolean =>
    text.split(/[\s,;]+/).some((one) => one === value || value.endsWith(`/${one}`));
  return !NAMES_WORK.test(key) || told.length === 0 || told.some((one) => isTold(one.value ?? ''));
}
