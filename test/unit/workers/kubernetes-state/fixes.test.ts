import { expect } from 'chai';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { checkCommand } from '../../../../src/workers/verification/check-command.ts';
import { inputOf } from './conclude-evidence.ts';

type Thing = Record<string, unknown>;

const live = (...objects: Thing[]): Recorded => ({
  capability: 'kubernetes.objects',
  data: { withStatus: true, objects },
});
const meta = (name: string, more: Thing = {}): Thing => ({ name, namespace: 'shop', ...more });
const LABELS = { app: 'api' };

/** The commands of a diagnosis that change something, each allowed to be shown, with its risk stated. */
function fixes(alert: string, ...objects: Thing[]): string[] {
  const actions = diagnose(inputOf(alert, [live(...objects)])).diagnoses.flatMap((one) => one.actions);
  const changes = actions.filter(({ command }) => command !== null && checkCommand(command).effect !== 'read');
  for (const { command, risk } of changes) {
    expect(checkCommand(command ?? '').effect, command ?? '').to.equal('write');
    expect(risk, command ?? '')
      .to.be.a('string')
      .with.length.above(10);
  }
  return [...new Set(changes.flatMap(({ command }) => command ?? []))];
}

const container = (more: Thing = {}): Thing => ({ name: 'api', image: 'shop/api:2', ...more });
const deployment = (spec: Thing = {}, status: Thing = {}, more: Thing = {}): Thing => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta('api', more),
  spec: {
    replicas: 2,
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec: { containers: [container()] } },
    ...spec,
  },
  status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});
const pod = (name: string, status: Thing = {}, more: Thing = {}, labels: Thing = LABELS): Thing => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta(name, { labels }),
  spec: { containers: [container(more)], nodeName: 'node-a' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...status },
});
const service = (selector: Thing, targetPort: number): Thing => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('api'),
  spec: { type: 'ClusterIP', selector, ports: [{ port: 80, targetPort, protocol: 'TCP' }] },
});
const NONE = { replicas: 0, readyReplicas: 0, updatedReplicas: 0, availableReplicas: 0 };

describe('fixes', () => {
  it('scale a workload up to what its last manifest tells, else to one pod', () => {
    const applied = JSON.stringify({ spec: { replicas: 3 } });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied };
    const idle = { replicas: 0 };
    expect(fixes('api fails', deployment(idle, NONE, { annotations }), service(LABELS, 8080))).to.deep.equal([
      'kubectl scale deployment/api --replicas=3 --namespace shop',
    ]);
    expect(fixes('api fails', deployment(idle, NONE), service(LABELS, 8080))).to.deep.equal([
      'kubectl scale deployment/api --replicas=1 --namespace shop',
    ]);
  });

  it('scale a workload up to what its event tells', () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: 'Scaled down replica set api-6d5c8b7f9d to 0 from 4',
      metadata: meta('api.1'),
      involvedObject: { kind: 'Deployment', name: 'api', namespace: 'shop' },
    };
    expect(fixes('api fails', deployment({ replicas: 0 }, NONE), service(LABELS, 8080), event)).to.deep.equal([
      'kubectl scale deployment/api --replicas=4 --namespace shop',
    ]);
  });

  it('resume a paused rollout', () => {
    expect(fixes('api is old', deployment({ paused: true }, { updatedReplicas: 0 }))).to.include(
      'kubectl rollout resume deployment/api --namespace shop',
    );
  });

  it('go back to the image of the pods that still run, and to none where there are two', () => {
    const stuck = pod(
      'api-7f9d8c6b5d-k4m8q',
      {
        conditions: [{ type: 'Ready', status: 'False' }],
        phase: 'Pending',
        containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ImagePullBackOff' } }, ready: false }],
      },
      { image: 'shop/api:3' },
    );
    const old = pod('api-6d5c8b7f9d-4xk2p');
    const older = pod('api-5b4c7d8f9b-x2x4z', {}, { image: 'shop/api:1' });
    const command = 'kubectl set image deployment/api api=shop/api:2 --namespace shop';
    expect(fixes('api fails', deployment(), stuck, old)).to.include(command);
    expect(fixes('api fails', deployment(), stuck, old, older).join()).to.not.contain('set image');
    expect(fixes('api fails', stuck, old).join()).to.not.contain('set image');
  });

  it('let pods onto a cordoned node', () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-a' },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    expect(fixes('pods are not scheduled', node)).to.deep.equal(['kubectl uncordon node-a']);
  });

  it('set the target port to the one port of the containers, and to none of two', () => {
    const ports = (...numbers: number[]) => ({ ports: numbers.map((containerPort) => ({ containerPort })) });
    expect(fixes('api fails', service(LABELS, 9090), pod('api-0', {}, ports(8080)))).to.deep.equal([
      `kubectl patch service api -p '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}' --namespace shop`,
    ]);
    expect(fixes('api fails', service(LABELS, 9090), pod('api-0', {}, ports(8080, 8081)))).to.deep.equal([]);
  });

  it('set the selector to the labels of the pods that it was meant for', () => {
    const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: meta('api'), subsets: [] };
    expect(fixes('api fails', service({ app: 'apii' }, 8080), endpoints, pod('api-0'))).to.deep.equal([
      'kubectl set selector service/api app=api --namespace shop',
    ]);
    const narrow = service({ app: 'apii', tier: 'web' }, 8080);
    expect(fixes('api fails', narrow, endpoints, pod('api-0')).join()).to.not.contain('set selector');
  });

  it('raise a quota to what the missing pods need', () => {
    const template = {
      metadata: { labels: LABELS },
      spec: { containers: [container({ resources: { requests: { memory: '512Mi' }, limits: { memory: '512Mi' } } })] },
    };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: meta('space'),
      spec: { hard: { 'limits.memory': '1Gi' } },
      status: { hard: { 'limits.memory': '1Gi' }, used: { 'limits.memory': '1Gi' } },
    };
    const short = deployment({ replicas: 4, template }, { replicas: 2, readyReplicas: 2 });
    expect(fixes('api lacks pods', short, quota)).to.include(
      `kubectl patch resourcequota space -p '{"spec":{"hard":{"limits.memory":"2048Mi"}}}' --namespace shop`,
    );
  });

  it('let a suspended CronJob start jobs again', () => {
    const cron = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: meta('report'),
      spec: { schedule: '0 3 * * *', suspend: true },
    };
    expect(fixes('report did not run', cron)).to.deep.equal([
      `kubectl patch cronjob report -p '{"spec":{"suspend":false}}' --namespace shop`,
    ]);
  });

  it('take finalizers off, but none that protects data', () => {
    const claim = (finalizer: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta('data', { deletionTimestamp: '2031-04-02T09:00:00Z', finalizers: [finalizer] }),
      status: { phase: 'Bound' },
    });
    expect(fixes('data hangs', claim('backup.example.com/keep'))).to.deep.equal([
      `kubectl patch persistentvolumeclaim data --type=merge -p '{"metadata":{"finalizers":null}}' --namespace shop`,
    ]);
    expect(fixes('data hangs', claim('kubernetes.io/pvc-protection'))).to.deep.equal([]);
  });

  it('change nothing in a namespace that is not known', () => {
    const { metadata: _metadata, ...rest } = deployment({ replicas: 0 }, NONE);
    expect(fixes('something fails', { ...rest, metadata: { name: 'api' } })).to.deep.equal([]);
  });

  it('carry no value that could be more than a value', () => {
    const lying = deployment({ paused: true }, { updatedReplicas: 0 }, { name: 'api; reboot' });
    expect(fixes('api is old', lying)).to.deep.equal([]);
  });
});
