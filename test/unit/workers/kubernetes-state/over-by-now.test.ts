import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const snapshot = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});

const ready = (name: string, start: string) => ({
  name,
  namespace: 'depot',
  phase: 'Running',
  node_name: 'n2',
  start_time: start,
  containers: [{ name: 'main', ready: true, restart_count: 0, state: { running: true, started_at: start } }],
  conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
});

const deployments = (name: string, desired: number, now = desired) =>
  snapshot('deployments', {
    deployments: [{ name, namespace: 'depot', desired, ready: now, available: now, unavailable: desired - now }],
  });

const row = (at: string, service: string, message: string, status = 'info') => ({
  timestamp: at,
  message,
  status,
  service,
  host: 'ip-10-0-4-9.compute.internal',
  tags: [],
});

describe('a workload that an autoscaler took to zero', () => {
  const alert = 'Deployment invoice-render has 0 available replicas for 20 minutes';
  const seen = (...rows: Record<string, unknown>[]) => [
    snapshot('pods', { pods: [ready('invoice-api-7d9f8b6c5d-k2xvp', '2031-03-30T08:00:00Z')] }),
    deployments('invoice-render', 0),
    snapshot('logs', { logs: rows }),
  ];
  const toZero = row(
    '2031-04-02T10:01:00Z',
    'keda-operator',
    '{"level":"info","msg":"Successfully set ScaleTarget replicas count to ScaledObject minReplicaCount","scaledobject.Name":"invoice-render","Original Replicas Count":2,"New Replicas Count":0}',
  );

  it('rests by design, by the logs of KEDA and others', () => {
    expect(concluded(alert, seen(toZero)).report.rootCause.statement).to.include('rests at zero replicas by design');
    const knative = row(
      '2031-04-02T10:02:00Z',
      'knative-autoscaler',
      'Scaling invoice-render from 1 to 0, no requests',
    );
    expect(concluded(alert, seen(knative)).report.verdict).to.equal('healthy');
  });

  it('is not ill for the last probe of a pod that is gone', () => {
    const probed = snapshot('events', {
      warning_events: [
        {
          namespace: 'depot',
          reason: 'Unhealthy',
          message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
          type: 'Warning',
          count: 2,
          involved_object: 'Pod/invoice-render-67d5f9c8b-kd6mz',
          last_time: '2031-04-02T10:01:19Z',
        },
      ],
    });
    const verdict = (desired: number) =>
      concluded(alert, [deployments('invoice-render', desired, 0), probed, snapshot('logs', { logs: [toZero] })]).report
        .verdict;
    expect(verdict(0)).to.not.be.oneOf(['identified', 'probable']);
    expect(verdict(2)).to.be.oneOf(['identified', 'probable']);
  });

  it('does not where nobody tells why, where work waits, or where the autoscaler cannot see it', () => {
    expect(concluded(alert, seen()).report.class).to.equal('infrastructure');
    const waits = row(
      '2031-04-02T10:20:00Z',
      'keda-operator',
      '{"level":"info","msg":"queue of invoice-render","messages":412}',
    );
    expect(concluded(alert, seen(toZero, waits)).report.verdict).to.equal('probable');
    const blind = row(
      '2031-04-02T10:21:00Z',
      'keda-operator',
      '{"level":"error","msg":"error getting scale decision","scaledObject.Name":"invoice-render","error":"AccessDenied"}',
      'error',
    );
    expect(concluded(alert, seen(toZero, blind)).report.verdict).to.not.equal('healthy');
  });
});

describe('what is left of an evicted pod', () => {
  const lying = {
    name: 'resizer-66b9d7c8f5-aa2bb',
    namespace: 'depot',
    phase: 'Failed',
    node_name: 'n1',
    start_time: '2031-03-20T08:00:00Z',
    containers: [
      { name: 'main', ready: false, restart_count: 0, state: { terminated: true, reason: 'Error', exit_code: 137 } },
    ],
    conditions: [
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'TerminationByKubelet',
        message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. ',
      },
      { type: 'Ready', status: 'False', reason: 'PodFailed', message: '' },
    ],
  };
  const alert = 'Pod resizer-66b9d7c8f5-aa2bb of Deployment resizer is Failed (Evicted)';
  const others = (start: string) => [
    snapshot('pods', {
      pods: [
        lying,
        ready('resizer-66b9d7c8f5-cc3dd', '2031-03-20T08:00:00Z'),
        ready('resizer-66b9d7c8f5-ee4ff', start),
      ],
    }),
  ];

  it('is no fault where another pod stands in its place for long', () => {
    const { report } = concluded(alert, [...others('2031-03-28T09:00:00Z'), deployments('resizer', 2)]);
    expect(report.verdict).to.equal('healthy');
  });

  it('is told where that was a short while ago, or where the workload is short of pods', () => {
    const lately = concluded(alert, [...others('2031-04-02T10:20:00Z'), deployments('resizer', 2)]).report;
    expect(lately.verdict).to.not.equal('healthy');
    expect(lately.rootCause.statement).to.include('was evicted from node n1');
    const short = concluded(alert, [...others('2031-03-28T09:00:00Z'), deployments('resizer', 3, 2)]).report;
    expect(short.rootCause.statement).to.include('was evicted from node n1');
  });
});

describe('a pod that its node gave up', () => {
  const deployment = (ready: string) =>
    printed(
      'kubectl get deploy -n media',
      `NAME      READY   UP-TO-DATE   AVAILABLE   AGE\nencoder   ${ready}     2            2           80d\n`,
    );
  const pods = (status: string) =>
    printed(
      'kubectl get pods -n media',
      `NAME                       READY   STATUS    RESTARTS   AGE
encoder-6d5f9b7c84-m2k8d   1/1     Running   0          3d
encoder-6d5f9b7c84-p9x4t   1/1     Running   0          2d
encoder-6d5f9b7c84-bbbbb   0/1     ${status}   0          9d
`,
    );
  const alert = 'KubernetesPodNotHealthy: pod encoder-6d5f9b7c84-bbbbb is in phase Failed';

  it('is no fault where its workload is complete, whatever its last state is called', () => {
    for (const status of ['Evicted', 'ContainerStatusUnknown', 'NodeShutdown', 'OutOfcpu'])
      expect(concluded(alert, [deployment('2/2'), pods(status)]).report.verdict, status).to.equal('healthy');
  });

  it('is none of those that crash, and not of a workload that misses it', () => {
    expect(concluded(alert, [deployment('2/2'), pods('CrashLoopBackOff')]).report.verdict).to.not.equal('healthy');
    expect(concluded(alert, [deployment('2/3'), pods('Evicted')]).report.verdict).to.not.equal('healthy');
    const seen = `${alert}; customers complain about timeouts`;
    expect(concluded(seen, [deployment('2/2'), pods('Evicted')]).report.verdict).to.not.equal('healthy');
  });
});

describe('an image that could not be pulled', () => {
  const alert = 'ImagePullBackOff: pod labels-5c9d8f7b6-zz9xk of Deployment labels could not pull its image';
  const kubelet = (...lines: string[]) => [
    snapshot('pods', { pods: [ready('labels-5c9d8f7b6-zz9xk', '2031-04-02T09:30:00Z')] }),
    deployments('labels', 1),
    snapshot('logs', {
      logs: lines.map((line) => row('2031-04-02T09:31:00Z', 'kubelet', line, /fail/i.test(line) ? 'error' : 'info')),
    }),
  ];
  const failed =
    'Failed to pull image "registry.example/labels:7": unexpected status code 502 Bad Gateway: connection refused';

  it('is over once the same image was pulled', () => {
    const pulled = 'Successfully pulled image "registry.example/labels:7" in 4.2s (4.2s including waiting)';
    expect(concluded(alert, kubelet(failed, failed, pulled)).report.verdict).to.equal('healthy');
  });

  it('is not over where another one was pulled, or where it failed once more', () => {
    const other = 'Successfully pulled image "registry.example/other:2" in 4.2s';
    expect(concluded(alert, kubelet(failed, other)).report.verdict).to.not.equal('healthy');
    const pulled = 'Successfully pulled image "registry.example/labels:7" in 4.2s';
    expect(concluded(alert, kubelet(pulled, failed)).report.verdict).to.not.equal('healthy');
  });
});

describe('the samples of a metric', () => {
  const question = 'Many answers of CoreDNS are NXDOMAIN: do names resolve in the cluster?';
  const pods = printed(
    'kubectl get pods -n kube-system',
    'NAME                       READY   STATUS    RESTARTS   AGE\ncoredns-5d78c9869d-7xk2p   1/1     Running   0          41d\n',
  );
  const samples = printed(
    'kubectl exec -n kube-system coredns-5d78c9869d-7xk2p -- wget -qO- localhost:9153/metrics',
    'coredns_dns_responses_total{server="dns://:53",zone=".",rcode="NOERROR"} 120934\ncoredns_dns_responses_total{server="dns://:53",zone=".",rcode="NXDOMAIN"} 5.5161e+05\n',
  );
  const lookup = (answer: string) => printed('kubectl exec -n web api-0 -- nslookup cart.web', answer);

  it('are no errors in a log: the search list makes such answers for every name', () => {
    const { report } = concluded(question, [
      pods,
      samples,
      lookup(
        'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tcart.web.svc.cluster.local\nAddress: 10.96.4.7\n',
      ),
    ]);
    expect(report.verdict).to.equal('healthy');
  });

  it('do not clear up a name that does not resolve', () => {
    const { report } = concluded(question, [
      pods,
      samples,
      lookup("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n** server can't find cart.web: NXDOMAIN\n"),
    ]);
    expect(report.verdict).to.not.equal('healthy');
  });
});

describe('probes that an alert tells of', () => {
  const alert =
    'Fewer replicas of parcel-scan in namespace depot\nReadiness probe failed: dial tcp 10.1.2.3:80: connect: connection refused';
  const pods = (state: string) =>
    printed(
      'kubectl get pods -n depot',
      `NAME                           READY   STATUS        RESTARTS   AGE\nparcel-scan-7d9f8b6c5d-k2xvp   1/1     Running       0          9d\nparcel-scan-7d9f8b6c5d-m7c4q   ${state}   0          9d\n`,
    );
  const deployment = (ready: string) =>
    printed(
      'kubectl get deployments -n depot',
      `NAME          READY   UP-TO-DATE   AVAILABLE   AGE\nparcel-scan   ${ready}     1            1           40d\n`,
    );

  const served = printed(
    'kubectl logs parcel-scan-7d9f8b6c5d-k2xvp -n depot',
    'INFO GET /scan/1 200 4ms\nINFO GET /scan/2 200 3ms\n',
  );

  it('are refused by pods that end, and that is no fault of those that stay', () => {
    const { report } = concluded(alert, [pods('0/1     Terminating'), deployment('1/1'), served]);
    expect(report.verdict).to.equal('healthy');
  });

  it('are a fault where the pod should serve', () => {
    const { report } = concluded(alert, [pods('0/1     Running    '), deployment('1/2'), served]);
    expect(report.verdict).to.not.equal('healthy');
  });
});
