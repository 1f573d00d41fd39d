import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import type { Container, KubernetesState, Meta, Workload } from '../kubernetes-state.ts';
import { type Raw, recordsAt, textMapAt } from '../raw.ts';
import { sameNamespace } from '../relations.ts';
import { mostReplicas } from './whole-entrances.ts';

type Side = 'requests' | 'limits';
type Resource = 'cpu' | 'memory';

/** The fields of a quota that are summed here, and how much each counts. */
const SUMMED: Record<string, [Side, Resource] | null> = {
  pods: null,
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
};

/** True where all replicas of all workloads shown have room: requests within limits, both within the limit ranges, and all of them within the quotas. */
export function hasRoomForAll(state: KubernetesState): boolean {
  const ranges = state.others.get('LimitRange') ?? [];
  const quotas = state.others.get('ResourceQuota') ?? [];
  const containers = state.workloads.flatMap((one) => one.template?.containers ?? []);
  return (
    ranges.every(({ raw }) => recordsAt(raw, 'spec', 'limits').every(isUnderstood)) &&
    containers.every((one) => isWithin(one, rangeOf(ranges))) &&
    quotas.every((quota) => fitsQuota(state, quota, rangeOf(ranges)))
  );
}

/** The kinds of bounds that are read here. */
const isUnderstood = (limit: Raw): boolean =>
  limit.type === 'Container' &&
  Object.keys(limit).every((key) => /^(?:type|default|defaultRequest|max|min)$/.test(key));

type Range = Record<'default' | 'defaultRequest' | 'max' | 'min', Record<string, string>>;

function rangeOf(ranges: Meta[]): Range {
  const limits = ranges.flatMap(({ raw }) => recordsAt(raw, 'spec', 'limits'));
  const merged = (key: keyof Range) => Object.assign({}, ...limits.map((limit) => textMapAt(limit, key)));
  return {
    default: merged('default'),
    defaultRequest: merged('defaultRequest'),
    max: merged('max'),
    min: merged('min'),
  };
}

/** What the API server makes of a container: ranges stand in for limits, and limits for requests. */
function effective({ requests, limits }: Container, range: Range, side: Side, resource: Resource): number | null {
  const limit = limits[resource] ?? range.default[resource] ?? range.max[resource];
  const request = requests[resource] ?? limits[resource] ?? range.defaultRequest[resource] ?? limit;
  return parseKubernetesQuantity((side === 'limits' ? limit : request) ?? '');
}

function isWithin(container: Container, range: Range): boolean {
  return (['cpu', 'memory'] as const).every((resource) => {
    const [request, limit] = [
      effective(container, range, 'requests', resource),
      effective(container, range, 'limits', resource),
    ];
    const [least, most] = [range.min[resource], range.max[resource]].map((text) => parseKubernetesQuantity(text ?? ''));
    return (
      (request === null || limit === null || request <= limit) &&
      (least == null || (request !== null && request >= least)) &&
      (most == null || (limit !== null && limit <= most))
    );
  });
}

/** A quota of which everything is summed, and that has room for the most pods wanted; nothing that it asks for may be missing. */
function fitsQuota(state: KubernetesState, quota: Meta, range: Range): boolean {
  const { scopes, scopeSelector } = quota.raw.spec as Raw;
  const hard = Object.entries(textMapAt(quota.raw, 'spec', 'hard'));
  const own = state.workloads.filter((one) => sameNamespace(one.namespace, quota.namespace));
  return (
    scopes === undefined &&
    scopeSelector === undefined &&
    hard.every(([field, text]) => {
      const most = parseKubernetesQuantity(text);
      const summed = SUMMED[field];
      if (most === null || summed === undefined) return false;
      const wanted = own.map((one) => mostReplicas(state, one) * perPod(one, range, summed));
      return wanted.reduce((sum, value) => sum + value, 0) <= most;
    })
  );
}

/** Without a value the pod is refused, so that there is no room for it. */
const perPod = ({ template }: Workload, range: Range, summed: [Side, Resource] | null): number =>
  summed === null
    ? 1
    : (template?.containers ?? []).reduce(
        (sum, one) => sum + (effective(one, range, ...summed) ?? Number.POSITIVE_INFINITY),
        0,
      );
