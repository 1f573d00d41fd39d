import { expect } from 'chai';
import { concluded } from './conclude-evidence.ts';

const snapshot = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});
const LAST = 'max:kube_pod_container_status_last_terminated_reason{reason:OOMKilled} by {pod} > 0';

function verdict(finishedAt: string | null, query: string | null = LAST): string {
  const last = finishedAt
    ? { last_state: { terminated: true, reason: 'OOMKilled', exit_code: 137, finished_at: finishedAt } }
    : {};
  const pod = {
    name: 'hay-broker-7d9f8b6c5d-k2xvp',
    namespace: 'farm',
    phase: 'Running',
    containers: [{ name: 'main', ready: true, restart_count: 1, state: { running: true }, ...last }],
    conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
  };
  const monitor = { name: 'kills', type: 'metric alert', query, message: '', overall_state: 'Alert', tags: [] };
  const deployment = { name: 'hay-broker', namespace: 'farm', desired: 1, ready: 1, available: 1, unavailable: 0 };
  return concluded('[k8s] OOMKilled: container main of hay-broker', [
    snapshot('deployments', { deployments: [deployment] }),
    snapshot('pods', { pods: [pod] }),
    ...(query ? [snapshot('monitors', { monitors: [monitor] })] : []),
  ]).report.verdict;
}

describe('a monitor that tells how containers ended last', () => {
  it('is of the past where every end is long over', () => {
    expect(verdict('2031-03-28T04:10:00Z')).to.equal('healthy');
  });

  it('is of now where one ended today, where nobody tells when, and where it counts what was added of late', () => {
    expect(verdict('2031-04-02T10:31:00Z')).to.not.equal('healthy');
    expect(verdict('2031-04-02T10:31:00Z', null)).to.not.equal('healthy');
    expect(verdict(null)).to.not.equal('healthy');
    expect(
      verdict('2031-03-28T04:10:00Z', 'change(sum(last_5m),last_5m):sum:kubernetes.containers.oomkilled{*} > 0'),
    ).to.not.equal('healthy');
  });
});
