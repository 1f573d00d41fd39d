import { expect } from 'chai';
import { concluded, manifests } from './conclude-evidence.ts';

const ASKED = 'Deployment label-printer in depot has zero replicas. Is that a fault?';
type Spec = Record<string, unknown>;

function verdict(scaler: Record<string, unknown> | null, title = ASKED, workload: Spec = {}): string {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'label-printer', namespace: 'depot', ...(workload.metadata as Spec) },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'label-printer' } },
      template: {
        metadata: { labels: { app: 'label-printer', ...(workload.labels as Spec) }, annotations: workload.notes },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.example/label-printer:4.2',
              env: [{ name: 'KAFKA_TOPIC', value: 'parcels' }],
            },
          ],
        },
      },
    },
  };
  return concluded(title, [manifests(deployment, ...(scaler ? [scaler] : []))]).report.verdict;
}

const keda = (spec: Spec = {}, annotations: Spec = {}, metadata: Spec = {}) => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'label-printer', namespace: 'depot', annotations },
  spec: {
    scaleTargetRef: { name: 'label-printer' },
    triggers: [
      { type: 'kafka', metadata: { topic: 'parcels', consumerGroup: 'printers', lagThreshold: '50', ...metadata } },
    ],
    ...spec,
  },
});
const hpa = (minReplicas: number, type: string) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'label-printer', namespace: 'depot' },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'label-printer' },
    minReplicas,
    maxReplicas: 5,
    metrics: [{ type, external: { metric: { name: 'parcels_ready' }, target: { type: 'Value', value: '30' } } }],
  },
});

describe('a workload that is wanted at zero replicas', () => {
  it('rests where an autoscaler may take it there and back', () => {
    expect(verdict(keda())).to.equal('healthy');
    expect(verdict(hpa(0, 'External'))).to.equal('healthy');
    expect(verdict(null, ASKED, { metadata: { labels: { 'com.openfaas.scale.zero': 'true' } } })).to.equal('healthy');
    expect(verdict(null, ASKED, { labels: { 'serving.knative.dev/revision': 'label-printer-00003' } })).to.equal(
      'healthy',
    );
  });

  it('is not proven well without one that may, is on, and looks at its work', () => {
    const others = [
      null,
      keda({ minReplicaCount: 1 }),
      keda({ maxReplicaCount: 0 }),
      keda({ scaleTargetRef: { name: 'label-printers' } }),
      keda({}, { 'autoscaling.keda.sh/paused-replicas': '0' }),
      keda({}, {}, { topic: 'parcel' }),
      keda({ triggers: [{ type: 'cpu', metadata: { value: '60' } }] }),
      keda({
        triggers: [{ type: 'kafka', metadata: { topic: 'parcels' }, authenticationRef: { name: 'not-there' } }],
      }),
      hpa(1, 'External'),
      hpa(0, 'Resource'),
    ];
    for (const other of others) expect(verdict(other), JSON.stringify(other?.spec)).to.not.equal('healthy');
    const notes = { 'autoscaling.knative.dev/min-scale': '2' };
    expect(verdict(null, ASKED, { labels: { 'serving.knative.dev/revision': 'x' }, notes })).to.not.equal('healthy');
  });

  it('is not where somebody says that work waits', () => {
    for (const title of [
      'Deployment label-printer has zero replicas while 4000 messages are waiting',
      'Label-printer fails: zero replicas',
      'The backlog of label-printer grows. Is it at zero replicas?',
    ])
      expect(verdict(keda(), title), title).to.not.equal('healthy');
  });
});
