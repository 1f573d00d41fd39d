import { expect } from 'chai';
import { concluded } from './conclude-evidence.ts';

const snapshot = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});
type Monitor = [name: string, query: string, state?: string];
type Cluster = { replicas?: number; logs: [service: string, message: string][]; monitors: Monitor[] };

const NODE = 'ip-10-0-4-9.compute.internal';

function verdict(alert: string, { replicas = 1, logs, monitors }: Cluster): string {
  const pod = {
    name: 'tiles-7d9f8b6c5d-k2xvp',
    namespace: 'maps',
    phase: 'Running',
    node_name: NODE,
    containers: [{ name: 'main', ready: true, restart_count: 0, state: { running: true } }],
    conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
  };
  return concluded(alert, [
    snapshot('deployments', {
      deployments: [{ name: 'tiles', namespace: 'maps', desired: replicas, ready: replicas, available: replicas }],
    }),
    snapshot('pods', { pods: replicas > 0 ? [pod] : [] }),
    snapshot('logs', {
      logs: logs.map(([service, message], at) => ({
        timestamp: `2031-04-02T10:3${at}:00Z`,
        message,
        status: message.includes('handshake') ? 'error' : 'info',
        service,
        host: NODE,
        tags: [`kube_namespace:maps`, ...(service === 'tiles' ? [`pod_name:${pod.name}`] : [])],
      })),
    }),
    snapshot('monitors', {
      monitors: monitors.map(([name, query, overall_state = 'Alert']) => ({
        name,
        type: 'query alert',
        query,
        message: '',
        overall_state,
        tags: ['service:tiles'],
      })),
    }),
  ]).report.verdict;
}

const memory = (available: string): [string, string] => [
  'node-agent',
  `memory total 15.3GiB: anonymous 4.1GiB, page cache 10.6GiB; MemAvailable ${available}`,
];
const USED: Monitor = ['memory used', 'avg(last_30m):avg:system.mem.used{*} by {host} > 0.95'];

describe('a monitor in alarm that is no sign of harm', () => {
  it('counts the memory of a machine as used that pages of files were lent', () => {
    const alert = `Memory of ${NODE} above 95%: tiles runs there, pods may be OOM killed`;
    expect(verdict(alert, { logs: [memory('10.9GiB')], monitors: [USED] })).to.equal('healthy');
    // Little is available, nobody told how much is, or the monitor counts what a container itself holds.
    expect(verdict(alert, { logs: [memory('1.1GiB')], monitors: [USED] })).not.to.equal('healthy');
    expect(verdict(alert, { logs: [['node-agent', 'ready']], monitors: [USED] })).not.to.equal('healthy');
    const held: Monitor = ['held', 'avg(last_30m):avg:kubernetes.memory.working_set{*} > 0.95'];
    expect(verdict(alert, { logs: [memory('10.9GiB')], monitors: [held] })).not.to.equal('healthy');
  });

  it('has no data of a workload that rests until there is work', () => {
    const alert = 'No available replicas: Deployment tiles has 0 available replicas, drawing of tiles is down';
    const done: Monitor = ['tiles drawn', 'avg(last_10m):sum:tiles.drawn{*}.as_rate() < 0.1', 'No Data'];
    const rests: [string, string] = [
      'keda-operator',
      'Successfully set ScaleTarget replicas count: maps/tiles, Original Replicas Count 1, New Replicas Count 0',
    ];
    expect(verdict(alert, { replicas: 0, logs: [rests], monitors: [done] })).to.equal('healthy');
    expect(verdict(alert, { replicas: 0, logs: [], monitors: [done] })).not.to.equal('healthy');
    expect(verdict(alert, { replicas: 0, logs: [rests], monitors: [[done[0], done[1], 'Alert']] })).not.to.equal(
      'healthy',
    );
  });
});

describe('a monitor of certificates that is in order', () => {
  it('speaks for them where nobody looked at them', () => {
    const alert = 'Error lines on tiles: tiles logs "TLS handshake error", certificate suspected';
    const handshake: [string, string] = ['tiles', 'http: TLS handshake error from 10.0.4.11:24410: EOF'];
    const logs: Cluster['logs'] = [handshake, ['tiles', 'GET /tile/7 200 22ms'], ['tiles', 'GET /tile/9 200 21ms']];
    const expiry = (state: string): Monitor => [
      'certificate expiry',
      'min(last_1h):min:tls.days_left{host:tiles.example} < 14',
      state,
    ];
    expect(verdict(alert, { logs, monitors: [expiry('OK')] })).to.equal('healthy');
    expect(verdict(alert, { logs, monitors: [expiry('Alert')] })).not.to.equal('healthy');
    expect(verdict(alert, { logs, monitors: [] })).not.to.equal('healthy');
  });
});
