import { cloudSeries } from '../../database-state/read-database.ts';
import type { DetectorInput } from '../../detectors/detector.ts';
import { seriesOf } from '../../detectors/support/evidence-of.ts';
import type { KubernetesState } from '../kubernetes-state.ts';

/** How many targets of a load balancer were well, over time, oldest first. */
export type TargetCount = {
  /** The target group or load balancer, null where the metric does not tell it. */
  name: string | null;
  healthy: number[];
  /** Null where nobody counted them. */
  unhealthy: number[] | null;
  /** Answers 5xx that the load balancer gave itself; null where nobody counted them. */
  refused: number[] | null;
  evidence: number[];
};

type Course = { metric: string; name: string | null; values: number[]; evidence: number };

const METRICS = {
  healthy: /(?<!un)healthy_?host_?count/i,
  unhealthy: /un_?healthy_?host_?count/i,
  refused: /httpcode_?elb_?5xx(?:_?count)?/i,
} as const;
const NAMED_BY = [
  'TargetGroup',
  'target_group',
  'targetgroup',
  'LoadBalancer',
  'load_balancer',
  'loadbalancer',
  'LoadBalancerName',
];

/** What metrics count of the targets of load balancers: series of a cloud, of telemetry, and of Prometheus. */
export function targetCounts({ evidence }: DetectorInput, state: KubernetesState): TargetCount[] {
  const courses = [...ofCloud(evidence), ...ofTelemetry(evidence), ...ofPrinted(state)];
  const of = (kind: keyof typeof METRICS) => courses.filter(({ metric }) => METRICS[kind].test(metric));
  return of('healthy').map((healthy) => {
    const beside = (kind: keyof typeof METRICS) => {
      const all = of(kind);
      return all.find(({ name }) => name === healthy.name) ?? (all.length === 1 ? all[0] : undefined);
    };
    const [unhealthy, refused] = [beside('unhealthy'), beside('refused')];
    return {
      name: healthy.name,
      healthy: healthy.values,
      unhealthy: unhealthy?.values ?? null,
      refused: refused?.values ?? null,
      evidence: [healthy, unhealthy, refused].flatMap((one) => one?.evidence ?? []),
    };
  });
}

/** `targetgroup/orders/73e2` and `app/web/50dc` without what surrounds the name. */
const plainName = (text: string | null | undefined): string | null =>
  text ? (/^(?:targetgroup|app|net|gwy)\/([\w-]+)\//.exec(text)?.[1] ?? text) : null;

const ofCloud = (evidence: DetectorInput['evidence']): Course[] =>
  cloudSeries(evidence).map(({ metric, entity, points, evidence: number }) => ({
    metric,
    name: plainName(entity),
    values: points.map(({ value }) => value),
    evidence: number,
  }));

const ofTelemetry = (evidence: DetectorInput['evidence']): Course[] =>
  seriesOf(evidence).flatMap(({ data, number }) =>
    data.series.map(({ labels, points }) => ({
      metric: data.metric,
      name: named(labels),
      values: points.map(([, value]) => value),
      evidence: number,
    })),
  );

const ofPrinted = ({ series }: KubernetesState): Course[] =>
  series.map(({ asked, labels, points, evidence }) => ({
    metric: asked,
    name: named(labels),
    values: points.map(Number).filter(Number.isFinite),
    evidence,
  }));

const named = (labels: Record<string, string>): string | null =>
  plainName(NAMED_BY.flatMap((key) => labels[key] ?? labels[`dimension_${key}`] ?? [])[0]);
