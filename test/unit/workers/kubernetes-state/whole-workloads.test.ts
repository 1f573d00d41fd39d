import { expect } from 'chai';
import { concluded } from './conclude-evidence.ts';

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
});
