import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

type Recorded = ReturnType<typeof printed>;
const kinds = (...recorded: Recorded[]): string[] =>
  diagnose(inputOf('gate in namespace team fails', recorded))
    .diagnoses.filter(({ confidence }) => confidence >= 0.6)
    .map(({ kind }) => kind);

const pods = (...rows: string[]) =>
  printed(
    'kubectl get pods -n team --show-labels',
    `NAME   READY   STATUS   RESTARTS   AGE   LABELS\n${rows.join('\n')}\n`,
  );
const GATE = 'gate-7f6d9c8b5d-zz2xq   1/1   Running   0   9d   app=gate,part=front';
const log = (...lines: string[]) => printed('kubectl logs gate-7f6d9c8b5d-zz2xq -n team', `${lines.join('\n')}\n`);
const ingress = (target: string) =>
  printed(
    'kubectl get ingress gate -n team -o yaml',
    `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: gate\n  namespace: team\n  annotations:\n    nginx.ingress.kubernetes.io/rewrite-target: ${target}\nspec:\n  rules:\n  - host: gate.example\n    http:\n      paths:\n      - path: /api\n        pathType: Prefix\n        backend:\n          service:\n            name: gate\n            port:\n              number: 80\n`,
  );
const certificate = (ready: string) =>
  printed('kubectl get certificate -n team', `NAME   READY   SECRET   AGE\ngate   ${ready}   gate-tls   3d\n`);
const dns = (ready: string) =>
  printed(
    'kubectl get deploy -n kube-system',
    `NAME      READY   UP-TO-DATE   AVAILABLE   AGE\ncoredns   ${ready}     2            2           41d\n`,
  );
const apis = (available: string) =>
  printed(
    'kubectl get apiservice',
    `NAME                     SERVICE                      AVAILABLE   AGE\nv1beta1.metrics.k8s.io   kube-system/metrics-server   ${available}   33d\n`,
  );
const service = (selector: string) =>
  printed(
    'kubectl get svc -n team -o wide',
    `NAME   TYPE   CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   SELECTOR\ngate   ClusterIP   10.96.8.14   <none>   80/TCP   9d   ${selector}\n`,
  );
const series = (...values: number[]) =>
  printed(
    'execute_prometheus_range_query query=container_memory_working_set_bytes',
    JSON.stringify({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { pod: 'gate-7f6d9c8b5d-zz2xq', namespace: 'team' },
            values: values.map((value, index) => [1938849240 + index * 60, String(value)]),
          },
        ],
      },
    }),
  );
const mesh = (mode: string) =>
  printed('kubectl get peerauthentication -n team', `NAME      MODE     AGE\ndefault   ${mode}   18m\n`);
const namespaceYaml = (status: string) =>
  printed(
    'kubectl get ns team -o yaml',
    `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\nstatus:\n${status}`,
  );
const ADMIN = 'admin-6f5b4c7d8-9xxlw   1/1   Running   0   22m   app=admin,part=front';
const refused = printed('kubectl logs admin-6f5b4c7d8-9xxlw -n team', '10.1.1.1 - "GET /v1/lifts HTTP/1.1" 404\n');
const unrouted =
  '10.0.0.1 - - "GET / HTTP/2.0" 404 19 "-" 41 0.000 [upstream-default-backend] [] 127.0.0.1:8181 19 404';

/** What shows the fault, and the same where all is well. */
const FAULTS: Record<string, [ill: Recorded[], well: Recorded[]]> = {
  'ingress-rewrite': [
    [ingress('/'), pods(GATE), log('WARN 404 No mapping for GET /')],
    [ingress('/$2'), pods(GATE), log('WARN 404 No mapping for GET /x')],
  ],
  'certificate-not-issued': [[certificate('False')], [certificate('True')]],
  'name-servers-down': [[dns('0/2')], [dns('2/2')]],
  'api-service-away': [[apis('False (MissingEndpoints)')], [apis('True')]],
  'selector-shared': [
    [service('part=front'), pods(GATE, ADMIN), refused],
    [service('app=gate'), pods(GATE, ADMIN), refused],
  ],
  'request-without-rule': [
    [ingress('/$2'), log(unrouted, unrouted)],
    [ingress('/$2'), log(unrouted)],
  ],
  'metric-memory-grows': [[series(100, 110, 160, 190, 240, 260, 300)], [series(100, 300, 90, 310, 95, 300, 100)]],
  'mesh-mtls': [
    [mesh('STRICT'), pods(GATE), log('ERROR Connection reset by peer (http://tide:8000)')],
    [mesh('PERMISSIVE'), pods(GATE), log('ERROR Connection reset by peer (http://tide:8000)')],
  ],
  'deletion-stuck': [
    [
      namespaceYaml(
        '  phase: Terminating\n  conditions:\n  - type: NamespaceFinalizersRemaining\n    status: "True"\n    message: finalizers remain\n',
      ),
    ],
    [namespaceYaml('  phase: Active\n')],
  ],
};

describe('objects of the platform', () => {
  for (const [kind, [ill, well]] of Object.entries(FAULTS))
    it(`show ${kind}, and nothing where all is well`, () => {
      expect(kinds(...ill)).to.include(kind);
      expect(kinds(...well)).to.not.include(kind);
    });

  it('tell that usual warnings about a ready pod are no cause', () => {
    const events = printed(
      'kubectl get events -n team',
      'LAST SEEN   TYPE      REASON             OBJECT                      MESSAGE\n4m          Warning   DNSConfigForming   pod/gate-7f6d9c8b5d-zz2xq   Nameserver limits were exceeded, some nameservers have been omitted\n',
    );
    expect(kinds(pods(GATE), events)).to.deep.equal([]);
  });

  it("tell the kubelet's reason of an eviction, and no success as a warning", () => {
    const gone = pods('gate-7f6d9c8b5d-zz2xq   0/1   Evicted   0   4m   app=gate');
    const events = printed(
      'kubectl get events -n team',
      'LAST SEEN   TYPE      REASON              OBJECT                      MESSAGE\n4m          Warning   Evicted             pod/gate-7f6d9c8b5d-zz2xq   Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.\n4m          Warning   SuccessfulRescale   horizontalpodautoscaler/gate   New size: 1\n',
    );
    const found = diagnose(inputOf('gate in namespace team fails', [gone, events])).diagnoses;
    expect(found[0]?.statement).to.include('ephemeral local storage usage exceeds');
    expect(found.filter(({ kind, confidence }) => /SuccessfulRescale/.test(kind) && confidence >= 0.3)).to.deep.equal(
      [],
    );
  });

  it('are no less short of pods because some of them run', () => {
    const short = printed(
      'kubectl get deploy -n team',
      'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\ngate   1/3     1            1           12d\n',
    );
    const refusal = printed(
      'kubectl get events -n team',
      'LAST SEEN   TYPE      REASON         OBJECT                       MESSAGE\n30s         Warning   FailedCreate   replicaset/gate-7f6d9c8b5d   Error creating: pods "gate-7f6d9c8b5d-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1\n',
    );
    expect(kinds(pods(GATE), short, refusal)[0]).to.equal('quota-exceeded');
  });

  it('are asked by other tools, too: a client of a store, and streams of Loki', () => {
    expect(kinds(printed('redis-cli -h queue.team.svc INFO persistence', 'rdb_last_bgsave_status:err\n'))).to.include(
      'store-persistence',
    );
    const streams = {
      status: 'success',
      data: {
        resultType: 'streams',
        result: [
          {
            stream: { pod: 'gate-7f6d9c8b5d-zz2xq', namespace: 'team' },
            values: [
              ['2', 'ERROR deadlock detected'],
              ['1', 'INFO begin'],
            ],
          },
        ],
      },
    };
    expect(kinds(printed('loki query={app="gate"}', JSON.stringify(streams)))).to.include('log-lock');
  });
});
