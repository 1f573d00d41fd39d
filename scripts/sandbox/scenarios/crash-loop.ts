import { kubernetesEvent, podName, workload } from './kubernetes-objects.ts';
import { log, MINUTE } from './telemetry-rows.ts';
import type { Scenario } from './telemetry-world.ts';

const ERROR_LINE = 'Error: required setting BILLING_LEDGER_URL is not set';

/** billing: the container ends at once because a setting is missing after a release. */
export const crashLoop: Scenario = (now) => {
  const pod = {
    suffix: 'n7w3r',
    createdAt: now - 18 * MINUTE,
    ready: false,
    restarts: 8,
    waiting: {
      reason: 'CrashLoopBackOff',
      message: 'back-off 5m0s restarting failed container=billing pod=billing-5d8f7c9b6d-n7w3r_shop',
    },
    lastTermination: { reason: 'Error', exitCode: 1, at: now - 2 * MINUTE },
  };
  const name = podName('billing', pod);
  const where = { service: 'billing', namespace: 'shop', pod: name };
  const about = { namespace: 'shop', kind: 'Pod', name };
  return {
    objects: [
      ...workload({ name: 'billing', namespace: 'shop', image: 'ghcr.io/shop/billing:1.9.0', port: 8080, pods: [pod] }),
      kubernetesEvent({
        namespace: 'shop',
        kind: 'Deployment',
        name: 'billing',
        reason: 'ScalingReplicaSet',
        message: `Scaled up replica set ${name.slice(0, -'-n7w3r'.length)} from 0 to 1`,
        firstSeen: now - 18 * MINUTE,
        component: 'deployment-controller',
      }),
      kubernetesEvent({
        ...about,
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container billing in pod ${name}_shop`,
        firstSeen: now - 17 * MINUTE,
        lastSeen: now - 20_000,
        count: 61,
      }),
      kubernetesEvent({
        ...about,
        reason: 'Pulled',
        message: 'Container image "ghcr.io/shop/billing:1.9.0" already present on machine',
        firstSeen: now - 18 * MINUTE,
        lastSeen: now - 2 * MINUTE,
        count: 9,
      }),
    ],
    logs: [17, 16, 14, 11, 7, 2].map((ago) => log(now - ago * MINUTE, where, 'FATAL', ERROR_LINE)),
    podLogs: [
      { namespace: 'shop', pod: name, container: 'billing', previous: false, lines: [] },
      {
        namespace: 'shop',
        pod: name,
        container: 'billing',
        previous: true,
        lines: ['billing 1.9.0 starting', ERROR_LINE],
      },
    ],
  };
};
