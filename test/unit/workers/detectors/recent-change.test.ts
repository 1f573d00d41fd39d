import { expect } from 'chai';
import { recentChange } from '../../../../src/workers/detectors/recent-change.ts';
import { at, container, event, events, input, pod, pods } from '../../../support/evidence-fixtures.ts';

const TITLE = 'user-service is down';
const rollout = (more: Parameters<typeof event>[0] = {}) =>
  event({
    type: 'Normal',
    kind: 'Deployment',
    name: 'user-service',
    reason: 'ScalingReplicaSet',
    message: 'Scaled up replica set user-service-7c6d8b5f4d from 0 to 3',
    firstSeen: at(20),
    ...more,
  });
const changed = (namespace: string) =>
  event({
    type: 'Normal',
    kind: 'ConfigMap',
    name: 'coredns',
    namespace,
    reason: 'ConfigMapUpdated',
    message: 'forward changed from 10.0.0.2 to 10.0.9.2',
    firstSeen: at(14),
  });

describe('the recent-change detector', () => {
  it('finds a rollout with its time, its image and the way back', () => {
    const [finding] = recentChange(
      input(TITLE, [events(1, [rollout()]), pods(2, [pod('user-service-7c6d8b5f4d-q4x8n', [container()])])]),
    );
    expect(finding?.statement).to.equal(
      'user-service was rolled out at 2026-11-20 11:40:00 UTC (replica set user-service-7c6d8b5f4d, image registry.example.com/app:1.0.0)',
    );
    expect(finding?.evidence).to.deep.equal([1, 2]);
    expect(finding).to.include({ cause: false });
    expect(finding?.actions.map(({ command, risk }) => [command, risk === null])).to.deep.equal([
      ['kubectl rollout history deployment/user-service --namespace shop', true],
      ['kubectl rollout undo deployment/user-service --namespace shop', false],
    ]);
  });

  it('finds changed configuration of the cluster, and none of other namespaces', () => {
    const found = recentChange(input(TITLE, [events(1, [changed('kube-system'), changed('shop')])]));
    expect(found.map(({ statement }) => statement)).to.deep.equal([
      'ConfigMap coredns was changed at 2026-11-20 11:46:00 UTC: forward changed from 10.0.0.2 to 10.0.9.2',
    ]);
  });

  const SILENT: [string, ReturnType<typeof event>][] = [
    ['autoscaling', rollout({ message: 'Scaled up replica set user-service-7c6d8b5f4d from 3 to 4' })],
    ['a rollout of yesterday', rollout({ firstSeen: at(24 * 60) })],
    ['the rollout of another service', rollout({ name: 'billing' })],
    ['a message that only looks like one', rollout({ message: 'Scaled up replica set x;reboot from 0 to 1' })],
    ['a warning', rollout({ type: 'Warning' })],
  ];
  for (const [what, one] of SILENT) {
    it(`is silent about ${what}`, () => {
      expect(recentChange(input(TITLE, [events(1, [one])]))).to.deep.equal([]);
    });
  }
});
