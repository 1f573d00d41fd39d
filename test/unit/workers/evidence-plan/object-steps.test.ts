import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { kubernetesState } from '../../../../src/workers/detectors/kubernetes-state.ts';
import { widenEvidence } from '../../../../src/workers/widen-evidence.ts';
import { container, event, events, input, pod, pods } from '../../../support/evidence-fixtures.ts';

/** What the findings of a cluster lead to. */
function asked(title: string, evidence: Evidence[]) {
  const found = kubernetesState(input(title, evidence, { service: 'cart', namespace: 'shop' }));
  expect(found.map(({ detector }) => detector)).to.include('kubernetes-state');
  return widenEvidence(found, evidence, { namespace: 'shop' });
}
const kindsOf = (steps: ReturnType<typeof asked>) =>
  steps.filter(({ capability }) => capability === 'kubernetes.objects').flatMap((step) => step.arguments.kinds);

describe('the objects that findings about a cluster lead to', () => {
  const waiting = pod('cart-5d8f7c9b6d-x4b8j', [container({ ready: false, state: 'waiting' })], {
    phase: 'Pending',
    node: null,
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims.',
      },
    ],
  });

  it('are nodes, claims, volumes and storage classes where pods wait for a node', () => {
    const steps = asked('Pods of cart are pending', [pods(1, [waiting], { service: 'cart' })]);
    expect(kindsOf(steps)).to.include.members(['Node', 'PersistentVolumeClaim', 'PersistentVolume', 'StorageClass']);
    expect(steps.every((step) => step.arguments.namespace === 'shop')).to.equal(true);
  });

  it('are webhooks, quotas and accounts where pods are not created, and the service that a webhook calls', () => {
    const refused = event({
      type: 'Warning',
      reason: 'FailedCreate',
      kind: 'ReplicaSet',
      name: 'cart-5d8f7c9b6d',
      namespace: 'shop',
      message:
        'Error creating: Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy-webhook.policy.svc:443/validate?timeout=10s": no endpoints available for service "policy-webhook"',
    });
    const steps = asked('cart has no replicas', [events(1, [refused])]);
    expect(kindsOf(steps)).to.include.members([
      'ValidatingWebhookConfiguration',
      'MutatingWebhookConfiguration',
      'ResourceQuota',
    ]);
    const health = steps.find(({ capability }) => capability === 'service.health');
    expect(health?.arguments).to.deep.equal({ service: 'policy-webhook', namespace: 'policy' });
  });

  it('are config maps where containers cannot be made or end at once', () => {
    const broken = container({
      ready: false,
      state: 'waiting',
      reason: 'CreateContainerConfigError',
      message: 'configmap "cart-settings" not found',
    });
    const steps = asked('Pods of cart do not start', [pods(1, [pod('cart-5d8f7c9b6d-x4b8j', [broken])])]);
    expect(kindsOf(steps)).to.include.members(['ConfigMap', 'Deployment']);
  });

  it('are none for what the evidence says of others', () => {
    const other = { ...waiting, name: 'search-5d8f7c9b6d-x4b8j' };
    const pulls = container({ ready: false, state: 'waiting', reason: 'ImagePullBackOff', message: 'not found' });
    const known = [pods(1, [pod('cart-5d8f7c9b6d-n7w3r', [pulls]), other], { namespace: 'shop' })];
    const found = kubernetesState(input('cart does not start', known, { service: 'cart', namespace: 'shop' })).filter(
      ({ component }) => component === 'cart',
    );
    expect(found).to.not.deep.equal([]);
    expect(kindsOf(widenEvidence(found, known, {}))).to.deep.equal([]);
  });
});
