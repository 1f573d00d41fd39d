import type { Evidence, Finding } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { isServiceName } from '../detectors/support/names.ts';
import type { PlannedStep } from './question.ts';

/** Below this a suspect is one of many, and a look at it would be a guess. */
const WORTH_A_LOOK = 0.4;

/**
 * A closer look at where the trouble seems to have begun: its pods, endpoints and events, its logs of both times and its slow
 * spans. Its rollouts are among those that every investigation asks for.
 */
export function stepsForSuspect(
  { component: service, confidence }: Finding,
  evidence: Evidence[],
  facts: Record<string, string>,
): PlannedStep[] {
  if (!service || !isServiceName(service) || confidence < WORTH_A_LOOK) return [];
  const namespace = namespaceOf(service, evidence) ?? (service === facts.service ? facts.namespace : undefined);
  const where = namespace ? { namespace } : {};
  const [before, during] = [
    { from: facts.usualFrom ?? facts.from, to: facts.usualTo ?? facts.from },
    { from: facts.troubleFrom ?? facts.from, to: facts.troubleTo ?? facts.to },
  ];
  const steps: Omit<PlannedStep, 'required'>[] = [
    { capability: 'pods.status', arguments: { service, ...where }, label: `pods of ${service}` },
    { capability: 'events.list', arguments: { object: service, ...where }, label: `Kubernetes events of ${service}` },
    { capability: 'service.health', arguments: { service, ...where }, label: `endpoints of ${service}` },
    { capability: 'logs.query', arguments: { service, ...during, limit: 200 }, label: `logs of ${service}` },
    {
      capability: 'logs.query',
      arguments: { service, ...before, limit: 200 },
      label: `logs of ${service} before the trouble`,
    },
    {
      capability: 'traces.query',
      arguments: { service, order: 'slowest', ...during, limit: 50 },
      label: `slowest spans of ${service}`,
    },
  ];
  return steps.map((one) => ({ ...one, required: false }));
}

/** Where the telemetry says that a service runs. */
export function namespaceOf(service: string, evidence: Evidence[]): string | undefined {
  for (const { data } of evidenceOf(evidence, 'logs.query')) {
    const row = data.rows.find((one) => one.service === service && one.attributes['k8s.namespace.name']);
    if (row) return row.attributes['k8s.namespace.name'];
  }
  const series = evidenceOf(evidence, 'metrics.query').flatMap(({ data }) => data.series);
  return series.find(({ labels }) => labels['k8s.deployment.name'] === service)?.labels['k8s.namespace.name'];
}
