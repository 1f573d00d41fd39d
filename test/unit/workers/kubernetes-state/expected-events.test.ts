import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { healthyState } from '../../../../src/workers/kubernetes-state/healthy-state.ts';
import { concluded, inputOf, printed } from './conclude-evidence.ts';

type Recorded = Parameters<typeof concluded>[1];
const verdict = (alert: Parameters<typeof concluded>[0], ...recorded: Recorded) =>
  concluded(alert, recorded).report.verdict;

describe('a node that is gone', () => {
  const alert = 'KubeNodeUnreachable: ip-10-9-4-77.ec2.internal is unreachable';
  const nodes = printed(
    'kubectl get nodes',
    'NAME                        STATUS   ROLES    AGE   VERSION\nip-10-9-4-12.ec2.internal   Ready    <none>   8d    v1.31.2\nip-10-9-4-31.ec2.internal   Ready    <none>   8d    v1.31.2\n',
  );
  const pods = (status = 'Running', ready = '1/1') =>
    printed(
      'kubectl get pods -A',
      `NAMESPACE   NAME                    READY   STATUS    RESTARTS   AGE\ntolls       gate-6d5f8b7c9d-2xk4l   ${ready}     ${status}   0          14m\ntolls       gate-6d5f8b7c9d-q8zvp   1/1     Running   0          8d\n`,
    );
  const events = (...rows: string[]) =>
    printed(
      'kubectl get events -A',
      `NAMESPACE   LAST SEEN   TYPE     REASON   OBJECT   MESSAGE\n${rows.join('\n')}\n`,
    );
  const NODE = 'node/ip-10-9-4-77.ec2.internal';
  const karpenter = (age: string) =>
    `default     ${age}         Normal   DisruptionTerminating   ${NODE}   Disrupting Node: Underutilized/Delete`;
  const silent = (age: string) =>
    `default     ${age}         Normal   NodeNotReady   ${NODE}   Node status is now: NodeNotReady`;

  it('was not needed where its autoscaler took it away before it fell silent', () => {
    const { report, struck } = concluded(alert, [nodes, pods(), events(karpenter('16m'), silent('14m'))]);
    expect(struck).to.deep.equal([]);
    expect(report.verdict).to.equal('healthy');
    const log = printed(
      'kubectl logs -n kube-system deploy/cluster-autoscaler --since=1h',
      'I0402 10:20:11.004 1 scale_down.go:1102] Scale-down: removing empty node "ip-10-9-4-77.ec2.internal"\n',
    );
    expect(verdict(alert, nodes, pods(), log)).to.equal('healthy');
  });

  it('is not cleared up where it fell silent first, was lost, is still listed, or its pods found no place', () => {
    expect(verdict(alert, nodes, pods(), events(karpenter('12m'), silent('33m')))).to.not.equal('healthy');
    expect(verdict(alert, nodes, pods(), events(silent('14m')))).to.not.equal('healthy');
    const unready = karpenter('16m').replace('Underutilized/Delete', 'Unhealthy/Delete, scale down of unready node');
    expect(verdict(alert, nodes, pods(), events(unready, silent('14m')))).to.not.equal('healthy');
    expect(verdict(alert, nodes, pods('Pending', '0/1'), events(karpenter('16m'), silent('14m')))).to.not.equal(
      'healthy',
    );
    const there = printed(
      'kubectl get nodes',
      'NAME                        STATUS     ROLES    AGE   VERSION\nip-10-9-4-77.ec2.internal   NotReady   <none>   8d    v1.31.2\n',
    );
    expect(verdict(alert, there, pods(), events(karpenter('16m'), silent('14m')))).to.not.equal('healthy');
    expect(
      verdict(`${alert}. Customers complain`, nodes, pods(), events(karpenter('16m'), silent('14m'))),
    ).to.not.equal('healthy');
  });
});

describe('a node that was drained', () => {
  const alert = 'KubeNodeUnreachable: worker-4 has been unreachable for 2 minutes';
  const nodes = (status: string) =>
    printed(
      'kubectl get nodes',
      `NAME       STATUS                     ROLES    AGE   VERSION\nworker-3   Ready                      <none>   88d   v1.31.2\nworker-4   ${status.padEnd(27)}<none>   88d   v1.31.2\n`,
    );
  const pods = (ready: string) =>
    printed(
      'kubectl get pods -n tolls',
      `NAME                    READY   STATUS    RESTARTS   AGE\ngate-6d5f8b7c9d-2xk4l   ${ready}     Running   0          14m\n`,
    );
  const events = (cordoned: string, silent: string) =>
    printed(
      'kubectl get events -A',
      `NAMESPACE   LAST SEEN   TYPE     REASON               OBJECT          MESSAGE\ndefault     ${cordoned}         Normal   NodeNotSchedulable   node/worker-4   Node worker-4 status is now: NodeNotSchedulable\ndefault     ${silent}         Normal   NodeNotReady         node/worker-4   Node worker-4 status is now: NodeNotReady\n`,
    );

  it('is as it is meant to be where it was cordoned first and is ready again', () => {
    const { report, struck } = concluded(alert, [nodes('Ready,SchedulingDisabled'), pods('1/1'), events('16m', '12m')]);
    expect(struck).to.deep.equal([]);
    expect(report.verdict).to.equal('healthy');
  });

  it('is not cleared up where it fell silent before, is not ready, or its pods are not', () => {
    expect(verdict(alert, nodes('Ready'), pods('1/1'), events('10m', '16m'))).to.not.equal('healthy');
    expect(verdict(alert, nodes('NotReady,SchedulingDisabled'), pods('1/1'), events('16m', '12m'))).to.not.equal(
      'healthy',
    );
    expect(verdict(alert, nodes('Ready,SchedulingDisabled'), pods('0/1'), events('16m', '12m'))).to.not.equal(
      'healthy',
    );
  });
});

describe('a monitor that counts pods which are not ready', () => {
  const pod = (name: string, phase: string, ready: boolean) => ({
    name,
    namespace: 'tax',
    phase,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: '', message: '' }],
    containers: [
      {
        name: 'c',
        ready,
        restart_count: 0,
        state: ready
          ? { running: true }
          : {
              terminated: true,
              reason: phase === 'Failed' ? 'Error' : 'Completed',
              exit_code: phase === 'Failed' ? 1 : 0,
            },
      },
    ],
  });
  const snapshot = (name: string, body: Record<string, unknown>) => ({
    capability: 'snapshot.json' as const,
    data: { name, body },
  });
  const monitor = (query: string) =>
    snapshot('datadog_monitors', { monitors: [{ name: 'm', query, overall_state: 'Alert' }] });
  const alert = makeAlert({
    title: 'Pod not ready: quarter-report-29671300-x7kqd',
    namespace: 'tax',
    service: 'quarter-report',
  });
  const QUERY = 'sum(last_10m):sum:kubernetes_state.container.running{kube_namespace:tax} by {pod_name} < 1';
  const done = (query: string, ...others: ReturnType<typeof pod>[]) =>
    healthyState(
      inputOf(alert, [
        snapshot('eks_pods', { pods: [pod('quarter-report-29671300-x7kqd', 'Succeeded', false), ...others] }),
        monitor(query),
      ]),
    );

  it('counts those that have completed, too', () => {
    for (const query of [
      'sum:kubernetes.containers.state.terminated{kube_namespace:tax} > 0',
      'min(last_5m):kube_pod_status_ready{condition="true"} < 1',
      'sum:kubernetes_state.pod.count{kube_namespace:tax,pod_phase:succeeded} > 10',
    ])
      expect(done(query), query).to.not.equal(null);
    expect(done('sum:kubernetes_state.pod.count{kube_namespace:tax,pod_phase:failed} > 0')).to.equal(null);
    expect(done(QUERY, pod('tax-api-6c7d9f8b5b-kv9tg', 'Running', true))?.statement).to.include('have completed');
  });

  it('speaks against health where another pod is not ready, or it counts failures', () => {
    expect(done(QUERY, pod('tax-api-6c7d9f8b5b-kv9tg', 'Running', false))).to.equal(null);
    expect(done('sum:kubernetes_state.container.terminated{reason:error}.as_count() > 0')).to.equal(null);
    expect(done('sum:trace.http.request.errors{service:tax-api} > 10')).to.equal(null);
  });
});

describe('a Rollout of Argo', () => {
  const alert = makeAlert({ title: '[RESOLVED] errors of fare-table', namespace: 'transit', service: 'fare-table' });
  const page = (status: string, pod = '✔ Running', ready = '1/1') =>
    printed(
      'kubectl argo rollouts get rollout fare-table -n transit',
      `Name:            fare-table\nNamespace:       transit\nStatus:          ${status}\nStrategy:        BlueGreen\n\nNAME                                    KIND        STATUS        AGE  INFO\n⟳ fare-table                            Rollout     ${status}  40d\n└──# revision:9\n   └──⧉ fare-table-5b8d7c6f9            ReplicaSet  ✔ Healthy     2h   stable,active\n      ├──□ fare-table-5b8d7c6f9-4kxqz   Pod         ${pod}     2h   ready:${ready},restarts:1\n      └──□ fare-table-5b8d7c6f9-z8v2m   Pod         ✔ Running     2h   ready:1/1\n`,
    );
  const log = printed(
    'kubectl logs -n transit fare-table-5b8d7c6f9-4kxqz --tail=3',
    '2031-04-02T10:39:58Z INFO GET /fares/12 200 8ms\n2031-04-02T10:39:59Z INFO GET /fares/7 200 6ms\n2031-04-02T10:39:59Z INFO GET /fares/3 200 7ms\n',
  );

  it('is well by the pods of its tree, where it is healthy itself', () => {
    expect(verdict(alert, page('✔ Healthy'), log)).to.equal('healthy');
  });

  it('is not cleared up by its pods where it is degraded', () => {
    expect(verdict(alert, page('✖ Degraded'), log)).to.not.equal('healthy');
    expect(verdict(alert, page('✔ Healthy', '✖ CrashLoopBackOff', '0/1'), log)).to.not.equal('healthy');
  });
});

describe('one colour of a pair', () => {
  const alert = 'tickets-green has no pods';
  const listed = (live: string, blue = '2/2     2            2') =>
    [
      printed(
        'kubectl get deploy -n rail',
        `NAME            READY   UP-TO-DATE   AVAILABLE   AGE\ntickets-blue    ${blue}           40d\ntickets-green   0/0     0            0           40d\n`,
      ),
      printed(
        'kubectl get svc -n rail -o wide',
        `NAME      TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   SELECTOR\ntickets   ClusterIP   10.3.0.9     <none>        80/TCP    40d   app=tickets,slot=${live}\n`,
      ),
    ] as const;

  it('rests while the service sends everything to the other one', () => {
    expect(verdict(alert, ...listed('blue'))).to.equal('healthy');
  });

  it('does not rest where the service asks for it, or the other one lacks pods', () => {
    expect(verdict(alert, ...listed('green'))).to.not.equal('healthy');
    expect(verdict(alert, ...listed('blue', '1/2     2            1'))).to.not.equal('healthy');
    expect(verdict('tickets-green is slow', ...listed('blue'))).to.not.equal('healthy');
  });
});

describe('a topic that somebody asks about', () => {
  const alert = 'What is wrong with the topic sea-levels? Its consumer lag is above 20000';
  const HEAD = 'GROUP  TOPIC  PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID  HOST  CLIENT-ID';
  const groups = (member: string, ...lags: number[]) =>
    printed(
      'kafka-consumer-groups.sh --bootstrap-server :9092 --describe --group tide-tables',
      [HEAD, ...lags.map((lag, at) => `tide-tables  sea-levels  ${at}  900  ${900 + lag}  ${lag}  ${member}`), ''].join(
        '\n',
      ),
    );
  const PODS =
    'NAME                          READY   STATUS    RESTARTS   AGE\ntide-tables-6d5f8b7c9d-2xk4l   1/1     Running   0          8d\n';
  const pods = printed('kubectl get pods -n coast', PODS);
  const log = (line = 'INFO folded 500 levels in 44 ms') =>
    printed('kubectl logs -n coast tide-tables-6d5f8b7c9d-2xk4l', `2031-04-02T10:39:58Z ${line}\n`.repeat(3));
  const lag = (...points: number[]) =>
    printed(
      `curl -s 'http://prometheus:9090/api/v1/query_range?query=kafka_consumergroup_lag_sum{consumergroup="tide-tables"}'`,
      JSON.stringify({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [{ metric: {}, values: points.map((point, at) => [at, String(point)]) }],
        },
      }),
    );

  it('is well where its groups keep up', () => {
    const { report, struck } = concluded(alert, [groups('c-1 /10.1.0.2 c', 12, 0, 31), pods, log()]);
    expect(struck).to.deep.equal([]);
    expect(report.verdict).to.equal('healthy');
  });

  it('is well where a group without members comes back and reads everything', () => {
    const gone = groups('- - -', 9000, 9100);
    const course = [100, 9000, 18_100, 140, 9100, 18_000, 90, 9050, 18_100];
    expect(verdict(alert, gone, pods, log(), lag(...course))).to.equal('healthy');
    expect(verdict(alert, gone, pods, log())).to.not.equal('healthy');
    expect(verdict(alert, gone, pods, log(), lag(...course, 27_000, 36_000))).to.not.equal('healthy');
    expect(verdict(alert, gone, pods, log(), lag(100, 9000, 4000, 13_000, 6500, 22_000))).to.not.equal('healthy');
  });

  it('is not cleared up where records are wrong or lost, somebody complains, or nobody is seen at work', () => {
    const well = groups('c-1 /10.1.0.2 c', 12, 0);
    expect(verdict('Duplicate records in topic sea-levels', well, pods, log())).to.not.equal('healthy');
    expect(verdict(alert, well, pods, log('ERROR could not store the level: connection refused'))).to.not.equal(
      'healthy',
    );
    expect(verdict(alert, well, pods)).to.not.equal('healthy');
    expect(
      verdict(
        alert,
        well,
        printed('kubectl get pods -n coast', PODS.replace('1/1     Running', '0/1     Pending')),
        log(),
      ),
    ).to.not.equal('healthy');
  });
});

describe('a site that was down some time ago, as somebody says', () => {
  const alert = 'Somebody says that the library catalogue was unreachable this morning. Was it down?';
  const counted = (failed: string[], good = ['40', '41', '44', '42']) =>
    printed(
      `curl -s 'http://prometheus:9090/api/v1/query_range?query=sum by (status)(rate(http_requests_total{app="catalogue"}[5m]))'`,
      JSON.stringify({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [
            { metric: { status: '200' }, values: good.map((point, at) => [at, point]) },
            { metric: { status: '503' }, values: failed.map((point, at) => [at, point]) },
          ],
        },
      }),
    );
  const NONE = ['0', '0', '0', '0'];
  const pages = (output = '200 0.041\n200 0.039\n') =>
    printed(
      'for i in 1 2; do curl -s -o /dev/null -w "%{http_code} %{time_total}\\n" https://catalogue.library.example/; done',
      output,
    );
  const pods = (ready = '1/1     Running') =>
    printed(
      'kubectl get pods -n library',
      `NAME                         READY   STATUS    RESTARTS   AGE\ncatalogue-6d5f8b7c9d-2xk4l   ${ready}   0          8d\n`,
    );

  it('answered all the time where its requests went on without failures', () => {
    const { report, struck } = concluded(alert, [counted(NONE), pages(), pods()]);
    expect(struck).to.deep.equal([]);
    expect(report.verdict).to.equal('healthy');
  });

  it('is not cleared up by failures, a dip, a bad page, a pod that is ill, or where only some are concerned', () => {
    expect(verdict(alert, counted(['0', '3', '0', '0']), pages(), pods())).to.not.equal('healthy');
    expect(verdict(alert, counted(NONE, ['40', '12', '41', '40']), pages(), pods())).to.not.equal('healthy');
    expect(verdict(alert, counted(NONE), pages('200 0.041\n502 0.039\n'), pods())).to.not.equal('healthy');
    expect(verdict(alert, counted(NONE), pages(), pods('0/1     Running'))).to.not.equal('healthy');
    expect(verdict(alert, pages(), pods())).to.not.equal('healthy');
    expect(verdict(`${alert} Only some readers saw it`, counted(NONE), pages(), pods())).to.not.equal('healthy');
  });
});

const snapshotOf = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});

describe('a monitor that counts fewer pods', () => {
  const QUERY = 'change(avg(last_5m),last_30m):sum:kubernetes.pods.running{*} < -3';
  const fewer = (reason: string, ready = 2, query = QUERY) =>
    healthyState(
      inputOf('Pod count of desk dropped', [
        snapshotOf('eks_pods', {
          pods: ['a', 'b'].map((letter) => ({
            name: `desk-6f5d8c7b9-x2k4${letter}`,
            namespace: 'bank',
            phase: 'Running',
            conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
            containers: [{ name: 'desk', ready: true, restart_count: 0, state: { running: true } }],
          })),
        }),
        snapshotOf('eks_deployments', {
          deployments: [
            { name: 'desk', namespace: 'bank', desired: 2, ready, available: ready, unavailable: 2 - ready },
          ],
        }),
        snapshotOf('datadog_logs', {
          logs: [
            {
              timestamp: '2031-04-02T10:20:00Z',
              message: `[horizontal-pod-autoscaler] New size: 2; reason: ${reason}`,
              service: 'kube-controller-manager',
            },
          ],
        }),
        snapshotOf('datadog_monitors', {
          monitors: [
            {
              name: 'm',
              overall_state: 'Alert',
              query,
            },
          ],
        }),
      ]),
    );

  it('is no alarm where the autoscaler needs no more, and one where it says otherwise or some are not ready', () => {
    expect(fewer('All metrics below target')).to.not.equal(null);
    expect(fewer('failed to get cpu utilization')).to.equal(null);
    expect(fewer('All metrics below target', 1)).to.equal(null);
  });

  it('is none that counts the events of the last hour, where all is ready now', () => {
    const events = 'events("source:kubernetes reason:FailedScheduling").rollup("count").last("1h") > 0';
    expect(fewer('unknown', 2, events)).to.not.equal(null);
    expect(fewer('unknown', 1, events)).to.equal(null);
  });
});

describe('a machine that was lent and is taken back', () => {
  const told = printed(
    'kubectl get events -A',
    'NAMESPACE   LAST SEEN   TYPE      REASON            OBJECT          MESSAGE\ndefault     6m          Warning   SpotInterrupted   node/n-spot-4   Spot Interruption Warning: the node will be reclaimed\n',
  );
  const deployment = (ready: string) =>
    printed(
      'kubectl get deploy gate -n tolls',
      `NAME   READY   UP-TO-DATE   AVAILABLE   AGE\ngate   ${ready}     2            2           40d\n`,
    );

  it('is missed by nobody where no workload lacks a pod, also where no node was seen', () => {
    expect(verdict('pod of gate was killed', told, deployment('2/2'))).to.not.be.oneOf(['identified', 'probable']);
    expect(verdict('pod of gate was killed', told, deployment('1/2'))).to.be.oneOf(['identified', 'probable']);
  });
});
