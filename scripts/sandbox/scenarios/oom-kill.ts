import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { HOUR, log, MINUTE, ramp, series } from './telemetry-rows.ts';
import type { KubernetesObject, Scenario } from './telemetry-world.ts';

const MIB = 1024 * 1024;

function killEvents(now: number, name: string): KubernetesObject[] {
  return [
    kubernetesEvent({
      namespace: 'shop',
      kind: 'Pod',
      name,
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container report-builder in pod ${name}_shop`,
      firstSeen: now - 40 * MINUTE,
      lastSeen: now - 3 * MINUTE,
      count: 6,
    }),
    kubernetesEvent({
      namespace: 'default',
      kind: 'Node',
      name: 'node-1',
      type: 'Warning',
      reason: 'OOMKilling',
      message: 'Memory cgroup out of memory: Killed process 48213 (node) total-vm:1893240kB, anon-rss:521884kB',
      firstSeen: now - 40 * MINUTE,
      lastSeen: now - 3 * MINUTE,
      count: 4,
    }),
  ];
}

/** report-builder: killed for memory four times, the working set climbs to its limit of 512 MiB each time. */
export const oomKill: Scenario = (now) => {
  const pod = {
    suffix: 'x4b8j',
    createdAt: now - 6 * HOUR,
    restarts: 4,
    lastTermination: { reason: 'OOMKilled', exitCode: 137, at: now - 3 * MINUTE },
  };
  const name = podName('report-builder', pod);
  const where = { service: 'report-builder', namespace: 'shop', pod: name };
  const labels = { 'service.name': 'report-builder', 'k8s.pod.name': name, 'k8s.namespace.name': 'shop' };
  return {
    objects: [
      ...workload({
        name: 'report-builder',
        namespace: 'shop',
        image: 'ghcr.io/shop/report-builder:2.2.7',
        port: 8080,
        pods: [pod],
        limits: { cpu: '1', memory: '512Mi' },
        requests: { cpu: '100m', memory: '256Mi' },
      }),
      ...killEvents(now, name),
    ],
    logs: [9, 7, 5, 4].map((ago) =>
      log(
        now - ago * MINUTE,
        where,
        'WARN',
        `heap ${520 - ago * 6} MB, building report with ${90_000 - ago * 4000} rows`,
      ),
    ),
    podLogs: [
      {
        namespace: 'shop',
        pod: name,
        container: 'report-builder',
        previous: true,
        lines: ['report-builder 2.2.7 starting', 'building report with 88000 rows', 'heap 505 MB'],
      },
    ],
    metrics: [
      series(
        now,
        { metric: 'k8s.pod.memory.working_set', unit: 'By', labels },
        (ago) => ramp(180, 511, 14, 3)(ago) * MIB,
      ),
      series(now, { metric: 'k8s.container.memory_limit', unit: 'By', labels }, () => 512 * MIB),
    ],
  };
};
