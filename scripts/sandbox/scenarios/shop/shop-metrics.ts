import { MINUTE, series } from '../telemetry-rows.ts';
import type { MetricSeries } from '../telemetry-world.ts';
import type { ShopFault } from './fault.ts';
import { longTail } from './random.ts';
import { NAMESPACE, SHOP_SERVICES, type ShopService } from './services.ts';

export type MetricDeps = {
  random: () => number;
  /** Epoch ms. */
  began: number;
  fault?: ShopFault;
  podsOf(service: string): string[];
};

/** CPU and memory of every pod, as the kubelet's receiver of OpenTelemetry names them. */
export function shopMetrics(now: number, deps: MetricDeps): MetricSeries[] {
  return SHOP_SERVICES.flatMap((service) =>
    deps.podsOf(service.name).flatMap((pod) => podMetrics(now, deps, service, pod)),
  );
}

function podMetrics(now: number, { random, began, fault }: MetricDeps, service: ShopService, pod: string) {
  const labels = { 'k8s.pod.name': pod, 'k8s.namespace.name': NAMESPACE, 'k8s.deployment.name': service.name };
  const starved = fault?.starved?.service === service.name;
  const cpu = (ago: number) =>
    starved && now - ago * MINUTE >= began ? 0.97 + random() * 0.03 : longTail(random, service.cpu);
  const memory = () => (service.memory + random() * 12) * 1_048_576;
  return [
    series(now, { metric: 'k8s.pod.cpu.usage', unit: '{cpu}', labels }, cpu),
    series(now, { metric: 'k8s.pod.memory.working_set', unit: 'By', labels }, memory),
  ];
}
