import { expect } from 'chai';
import { concluded } from '../conclude-evidence.ts';

const rows = (...logs: [at: string, service: string, namespace: string, message: string, status?: string][]) => [
  {
    capability: 'snapshot.json' as const,
    data: {
      name: 'logs',
      body: {
        logs: logs.map(([timestamp, service, namespace, message, status = 'info']) => ({
          timestamp,
          service,
          message,
          status,
          host: 'ip-10-0-4-9.compute.internal',
          tags: [`kube_namespace:${namespace}`],
        })),
      },
    },
  },
];

const ALERT = 'booking: error rate 40% since 10:12';
const failing = (at: string, message: string) => [at, 'booking', 'travel', message, 'error'] as const;
const EAI = 'Error: getaddrinfo EAI_AGAIN fares.travel.svc.cluster.local';

describe('a network policy that was just applied', () => {
  it('is told where name servers are silent since then, in the words of Flux, kubectl and the audit log', () => {
    for (const line of [
      'server-side apply completed, output: NetworkPolicy/travel/only-inside: created',
      'networkpolicy.networking.k8s.io/only-inside created',
      'Applied network policy only-inside in namespace travel',
      '{"kind":"Event","verb":"create","objectRef":{"resource":"networkpolicies","namespace":"travel","name":"only-inside"},"responseStatus":{"code":201}}',
    ]) {
      const { report, struck } = concluded(
        ALERT,
        rows(['2031-04-02T10:11:40Z', 'gitops', 'ops', line], [...failing('2031-04-02T10:12:05Z', EAI)]),
      );
      expect(struck).to.deep.equal([]);
      expect(report.rootCause.statement, line).to.include('only-inside').and.to.include('DNS');
      expect(report.class).to.equal('network');
    }
  });

  it('is surer where the pod network tells of a denied packet, in the words of several agents', () => {
    for (const line of [
      'xx drop (Policy denied) flow 0x0 to endpoint 0, ifindex 5, identity 4711->2: 10.1.2.3:51514 -> 10.1.9.9:53 udp',
      'calico-packet: IN=cali12 OUT=eth0 SRC=10.1.2.3 DST=10.1.9.9 LEN=71 PROTO=UDP SPT=51514 DPT=53 action=DROP',
      '{"connection":{"src_ip":"10.1.2.3","dest_ip":"10.1.9.9","dest_port":53,"protocol":"udp"},"disposition":"denied"}',
    ]) {
      const { report } = concluded(
        ALERT,
        rows(
          ['2031-04-02T10:11:40Z', 'gitops', 'ops', 'NetworkPolicy/travel/only-inside configured'],
          ['2031-04-02T10:12:01Z', 'pod-network-agent', 'kube-system', line],
          [...failing('2031-04-02T10:12:05Z', EAI)],
        ),
      );
      expect(report.verdict, line).to.equal('identified');
      expect(report.rootCause.statement).to.include('denied such a packet');
    }
  });

  it('is not told where it belongs to another namespace, came later, or names are answered', () => {
    const policy = (at: string, namespace: string) =>
      [at, 'gitops', 'ops', `NetworkPolicy/${namespace}/only-inside created`] as const;
    const unknown = 'lookup fares.travel.svc.cluster.local on 10.96.0.10:53: no such host';
    for (const logs of [
      rows([...policy('2031-04-02T10:11:40Z', 'billing')], [...failing('2031-04-02T10:12:05Z', EAI)]),
      rows([...failing('2031-04-02T10:05:05Z', EAI)], [...policy('2031-04-02T10:11:40Z', 'travel')]),
      rows([...policy('2031-04-02T10:11:40Z', 'travel')], [...failing('2031-04-02T10:12:05Z', unknown)]),
    ])
      expect(concluded(ALERT, logs).report.rootCause.statement).to.not.include('only-inside');
  });
});

describe('packets that the pod network denies by their addresses', () => {
  const pods = {
    capability: 'command.output' as const,
    data: {
      command: 'kubectl get pods -n travel -o wide',
      output:
        'NAME                       READY   STATUS    RESTARTS   AGE   IP          NODE\nbooking-6d5f9b7c84-m2k8d   1/1     Running   0          9d    10.1.2.3    n1\nfares-5b7c9d8f64-x2v7q     1/1     Running   0          9d    10.1.3.8    n2\n',
    },
  };
  const denied =
    '{"logger":"ebpf-client","msg":"Flow Info:  ","Src IP":"10.1.2.3","Src Port":41222,"Dest IP":"10.1.3.8","Dest Port":8443,"Proto":"TCP","Verdict":"DENY"}';

  it('explain calls that get no answer', () => {
    const { report, struck } = concluded(ALERT, [
      pods,
      ...rows(
        ['2031-04-02T10:11:40Z', 'gitops', 'ops', 'NetworkPolicy/travel/only-inside configured'],
        ['2031-04-02T10:12:01Z', 'aws-network-policy-agent', 'kube-system', denied],
        [...failing('2031-04-02T10:12:05Z', 'Post "https://fares:8443/quote": dial tcp 10.1.3.8:8443: i/o timeout')],
      ),
    ]);
    expect(struck).to.deep.equal([]);
    expect(report.rootCause.statement).to.include('only-inside').and.to.include('on port 8443');
  });

  it('are no trouble of anybody who does not miss an answer', () => {
    const { report } = concluded(ALERT, [
      pods,
      ...rows(
        ['2031-04-02T10:12:01Z', 'aws-network-policy-agent', 'kube-system', denied],
        [...failing('2031-04-02T10:12:05Z', 'NullPointerException in Basket.total')],
      ),
    ]);
    expect(report.rootCause.statement).to.not.include('policy');
  });
});
