import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const snapshot = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});
const PENDING = snapshot('eks_events', {
  warning_events: [
    {
      type: 'Warning',
      reason: 'FailedScheduling',
      message: '0/3 nodes are available: 3 Insufficient cpu.',
      involved_object: 'Pod/till-6f5d8c7b9-x2k4q',
      namespace: 'shop',
      count: 2,
      last_timestamp: '2031-04-02T10:20:00Z',
    },
  ],
});
const deployment = (ready: number, unavailable: number) =>
  snapshot('eks_deployments', {
    deployments: [{ name: 'till', namespace: 'shop', desired: 3, ready, available: ready, unavailable }],
  });
const verdict = (ready: number, unavailable: number) =>
  concluded('Pods of till are pending', [PENDING, deployment(ready, unavailable)]).report.verdict;

describe('what an event told of a pod that nobody saw', () => {
  it('is over where nothing is missing of its Deployment, and stands where something is', () => {
    expect(verdict(3, 0)).to.not.be.oneOf(['identified', 'probable']);
    expect(verdict(2, 1)).to.be.oneOf(['identified', 'probable']);
    expect(verdict(3, 1)).to.be.oneOf(['identified', 'probable']);
  });

  it('is over also where the nodes were seen beside it', () => {
    const nodes = snapshot('eks_node_health', {
      nodes: [{ name: 'n1', ready: 'True', allocatable_cpu: '3920m', allocatable_memory: '7000Mi' }],
    });
    const seen = (ready: number) =>
      concluded('Pods of till are pending', [PENDING, deployment(ready, 3 - ready), nodes]).report.verdict;
    expect(seen(3)).to.not.be.oneOf(['identified', 'probable']);
    expect(seen(2)).to.be.oneOf(['identified', 'probable']);
  });

  it('is over for pods of a StatefulSet that has all of them, and where a rollout came to its end', () => {
    const events = printed(
      'kubectl get events -n shop',
      'LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE\n4m          Warning   Unhealthy   pod/ledger-1               Readiness probe failed: HTTP probe failed with statuscode: 503\n',
    );
    const sets = (ready: string) =>
      printed('kubectl get statefulset -n shop', `NAME     READY   AGE\nledger   ${ready}     9d\n`);
    const rollout = (said: string) => printed('kubectl rollout status sts/ledger -n shop', said);
    const verdictOf = (...rest: Parameters<typeof concluded>[1]) =>
      concluded('ledger is not ready', [events, ...rest]).report.verdict;
    expect(verdictOf(sets('2/2'))).to.not.be.oneOf(['identified', 'probable']);
    expect(verdictOf(sets('1/2'))).to.be.oneOf(['identified', 'probable']);
    expect(verdictOf(rollout('deployment "ledger" successfully rolled out\n'))).to.not.be.oneOf([
      'identified',
      'probable',
    ]);
  });
});
