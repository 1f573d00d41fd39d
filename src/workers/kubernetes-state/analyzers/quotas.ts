import type { Action } from '../../../shared/report.ts';
import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { raiseQuota } from '../fixes.ts';
import type { Container, KubernetesState, Meta, Workload } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { recordsAt, textMapAt } from '../raw.ts';
import { sameNamespace } from '../relations.ts';

/** Finds quotas and limit ranges that forbid the pods of a workload, from the objects alone. */
export const quotas: Analyzer = (context) =>
  (context.state.others.get('ResourceQuota') ?? []).flatMap((quota) => check(context, quota));

function check({ state }: Context, quota: Meta): Diagnosis[] {
  const hard = { ...textMapAt(quota.raw, 'spec', 'hard'), ...textMapAt(quota.raw, 'status', 'hard') };
  const used = textMapAt(quota.raw, 'status', 'used');
  const full = fullResource(hard, used);
  const short = state.workloads.filter(
    (workload) =>
      ['Deployment', 'StatefulSet', 'Job', 'DaemonSet'].includes(workload.kind) &&
      sameNamespace(workload.namespace, quota.namespace) &&
      isShort(state, workload),
  );
  return short.flatMap((workload) => {
    const lacking = lackingFields(state, quota, hard, workload);
    if (lacking.length > 0) return [missingFields(quota, workload, lacking)];
    const over = exceeds(hard, used, workload);
    if (over) return [tooMuch(quota, workload, over)];
    return full && workload.ready !== null ? [tooMuch(quota, workload, full)] : [];
  });
}

const isShort = (state: KubernetesState, workload: Workload): boolean => {
  const { desired, ready, kind } = workload;
  return state.desiredOnly || kind === 'Job' || (desired !== null && (ready ?? 0) < desired) || lacksSurge(workload);
};

/** A rollout whose next pod the API server does not let in, though the old pods serve on. */
const lacksSurge = ({ desired, updated, conditions }: Workload): boolean =>
  conditions.some(({ type, status }) => type === 'ReplicaFailure' && status === 'True') &&
  (updated ?? 0) < (desired ?? 0);

const FIELDS: Record<string, [keyof Pick<Container, 'limits' | 'requests'>, string]> = {
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
};

/** What the quota counts and a container does not say; limits stand in for requests, limit ranges for both. */
function lackingFields(
  state: KubernetesState,
  quota: Meta,
  hard: Record<string, string>,
  workload: Workload,
): string[] {
  const defaults = (state.others.get('LimitRange') ?? []).some(
    (range) =>
      sameNamespace(range.namespace, quota.namespace) &&
      recordsAt(range.raw, 'spec', 'limits').some((limit) => limit.default !== undefined),
  );
  if (defaults || !workload.template) return [];
  return Object.keys(hard).filter((field) => {
    const [side, resource] = FIELDS[field] ?? [];
    if (!side || !resource) return false;
    return workload.template?.containers.some(
      (container) => !container[side][resource] && !(side === 'requests' && container.limits[resource]),
    );
  });
}

function missingFields(quota: Meta, workload: Workload, lacking: string[]): Diagnosis {
  return base(
    quota,
    workload,
    'quota-needs-limits',
    `The pods of ${workload.kind} ${name(workload.name)} cannot be created because its containers do not specify ${lacking.join(', ')}, which the ResourceQuota ${name(quota.name)} requires of every container in the namespace (missing ${lacking.some((field) => field.startsWith('limits')) ? 'limits' : 'requests'})`,
    0.84,
    [changeAction('Set the missing requests and limits of the containers', 'Restarts the pods of the workload.')],
  );
}

/** `need` is what the quota would have to allow, in cores, bytes or pieces; null where it is not known. */
type Over = { resource: string; wanted: string | null; used: string | null; hard: string; need: number | null };

/** The sum of what all replicas ask for goes over the quota. */
function exceeds(
  hard: Record<string, string>,
  used: Record<string, string>,
  { template, desired, ready }: Workload,
): Over | null {
  for (const [field, limit] of Object.entries(hard)) {
    const most = parseKubernetesQuantity(limit);
    if (most === null) continue;
    const [side, resource] = FIELDS[field] ?? [];
    const each =
      field === 'pods'
        ? 1
        : (template?.containers ?? []).reduce(
            (sum, container) =>
              sum +
              (side && resource
                ? (parseKubernetesQuantity(container[side][resource] ?? container.limits[resource] ?? '') ?? 0)
                : 0),
            0,
          );
    const already = parseKubernetesQuantity(used[field] ?? '') ?? 0;
    const asked = used[field] === undefined ? each * (desired ?? 1) : already + each;
    const one = side && resource ? (template?.containers[0]?.[side][resource] ?? null) : null;
    const lacking = Math.max(1, (desired ?? 1) - (ready ?? 0));
    const need = used[field] === undefined ? asked : already + each * lacking;
    if (each > 0 && asked > most * (1 + 1e-9))
      return { resource: field, wanted: one, used: used[field] ?? null, hard: limit, need };
  }
  return null;
}

function fullResource(hard: Record<string, string>, used: Record<string, string>): Over | null {
  const entry = Object.entries(hard).find(([field, limit]) => {
    const [most, now] = [parseKubernetesQuantity(limit), parseKubernetesQuantity(used[field] ?? '')];
    return most !== null && now !== null && most > 0 && now >= most;
  });
  return entry ? { resource: entry[0], wanted: null, used: used[entry[0]] ?? null, hard: entry[1], need: null } : null;
}

function tooMuch(quota: Meta, workload: Workload, { resource, wanted, used, hard, need }: Over): Diagnosis {
  const asks = wanted ? `${wanted} of ${resource} per container` : `more ${resource}`;
  return base(
    quota,
    workload,
    'quota-exceeded',
    `The ResourceQuota ${name(quota.name)} is exceeded: it allows ${hard} of ${resource}${used ? `, of which ${used} are used` : ''}, and ${workload.kind} ${name(workload.name)}${workload.desired ? ` with ${workload.desired} replicas` : ''} asks for ${asks}, so not all of its pods can be created${lacksSurge(workload) ? ' and its rollout is stuck' : ''}`,
    lacksSurge(workload) ? 0.84 : 0.76,
    raiseQuota(quota, resource, need),
  );
}

function base(
  quota: Meta,
  workload: Workload,
  kind: string,
  statement: string,
  confidence: number,
  fix: Action[],
): Diagnosis {
  return diagnosis({
    kind,
    class: 'resource',
    statement,
    component: workload.name,
    namespace: workload.namespace ?? quota.namespace,
    touches: [workload.name, quota.name],
    confidence,
    evidence: [...quota.evidence, ...workload.evidence],
    actions: [
      ...describeAction('resourcequota', quota.name, quota.namespace, 'See what the quota allows and what is used'),
      ...fix,
    ],
    prevention: ['Give namespaces with a quota a LimitRange with defaults, and alert when a quota is nearly used up.'],
  });
}
