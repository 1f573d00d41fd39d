import { expect } from 'chai';
import type { Pod } from '../../../../../../src/shared/mcp/servers/kubernetes/kubernetes-types.ts';
import { readPod } from '../../../../../../src/shared/mcp/servers/kubernetes/read-pod.ts';

const status = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  image: `${name}:1`,
  ready: false,
  restartCount: 0,
  ...more,
});

describe('read-pod', () => {
  it('shows init containers that hold a pod up, not those that are done', () => {
    const pod: Pod = {
      metadata: { name: 'p', namespace: 'n' },
      spec: { initContainers: [{ name: 'done' }, { name: 'stuck' }], containers: [{ name: 'app' }] },
      status: {
        phase: 'Pending',
        initContainerStatuses: [
          status('done', { state: { terminated: { exitCode: 0, reason: 'Completed' } } }),
          status('stuck', { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }),
        ],
      },
    };
    const { containers, ready, phase } = readPod(pod);
    expect([ready, phase]).to.deep.equal([false, 'Pending']);
    expect(containers.map(({ name, state, reason }) => [name, state, reason])).to.deep.equal([
      ['stuck', 'waiting', 'ImagePullBackOff'],
      ['app', 'unknown', null],
    ]);
  });

  it('tells how the last run ended', () => {
    const finishedAt = new Date('2026-11-20T10:00:00Z');
    const pod: Pod = {
      spec: { nodeName: 'node-1', containers: [{ name: 'app', resources: { limits: { memory: '1Gi' } } }] },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          status('app', {
            ready: true,
            restartCount: 3,
            state: { running: { startedAt: finishedAt } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt } },
          }),
        ],
      },
    };
    const { containers, ready } = readPod(pod);
    expect(ready).to.equal(true);
    expect(containers[0]).to.deep.include({
      state: 'running',
      restarts: 3,
      startedAt: '2026-11-20T10:00:00.000Z',
      lastTermination: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-11-20T10:00:00.000Z' },
      limits: { memory: '1Gi' },
    });
  });
});
