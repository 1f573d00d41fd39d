import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const POD = 'web-7f6d9c8b5d-zz2xq';
const PODS = `NAME                   READY   STATUS    RESTARTS   AGE   IP          NODE   LABELS\n${POD}   1/1     Running   0          3d    10.42.0.2   n1     app=web\ncall-6d5c8b7f9d-4xk2p  1/1     Running   0          3d    10.42.0.3   n1     app=call\n`;
const service = (selector: string, rest = 'TargetPort:  8080/TCP\n'): [string, string] => [
  'kubectl describe svc web -n team',
  `Name:              web\nNamespace:         team\nSelector:          ${selector}\nType:              ClusterIP\nIP:                10.96.0.9\nPort:              http  80/TCP\n${rest}Endpoints:         10.42.0.2:8080\nSession Affinity:  None\n`,
];
const REFUSED = [
  'kubectl logs call-6d5c8b7f9d-4xk2p -n team',
  'ERROR dial tcp web:80: connect: connection refused\n',
] as const;

function kinds(alert: string, ...terminal: (readonly [string, string])[]): string[] {
  const recorded = [
    printed('kubectl get pods -n team -o wide --show-labels', PODS),
    ...terminal.map(([command, output]) => printed(command, output)),
  ];
  return diagnose(inputOf(alert, recorded)).diagnoses.map(({ kind }) => kind);
}
const log = (line: string): [string, string] => [`kubectl logs ${POD} -n team`, `${line}\n`];

describe('services in recorded text', () => {
  it('a program that listens on another port is told only where callers are refused', () => {
    const other = log('Server listening on http://0.0.0.0:3000');
    expect(kinds('call of team fails', service('app=web'), other, REFUSED)[0]).to.equal('listens-elsewhere');
    expect(kinds('call of team is slow', service('app=web'), other)).not.to.include('listens-elsewhere');
    expect(kinds('call of team fails', service('app=web'), log('listening on port 8080'), REFUSED)).not.to.include(
      'listens-elsewhere',
    );
  });

  it('a program that listens on loopback alone is reached by nobody', () => {
    const found = kinds(
      'call of team fails',
      service('app=web'),
      log('Listening at: http://127.0.0.1:8080 (1)'),
      REFUSED,
    );
    expect(found[0]).to.equal('listens-on-loopback');
  });

  it('a service that selects the pods of another workload is told, where pods of its own name exist', () => {
    expect(kinds('web of team fails', service('app=call'))[0]).to.equal('selector-mismatch');
    expect(kinds('web of team fails', service('app=web'))).not.to.include('selector-mismatch');
  });

  it('a load balancer that could not be set up leaves the service without an address', () => {
    const table = (address: string): [string, string] => [
      'kubectl get svc gate -n team',
      `NAME   TYPE           CLUSTER-IP    EXTERNAL-IP   PORT(S)        AGE\ngate   LoadBalancer   10.43.9.200   ${address}     80:31512/TCP   26m\n`,
    ];
    expect(kinds('gate has no public address', table('<pending>'))).to.include('load-balancer-missing');
    expect(kinds('gate has no public address', table('203.0.113.9'))).not.to.include('load-balancer-missing');
  });

  it('network policies add up: what one of them lets through is not blocked', () => {
    const policy = (name: string, ingress: string) =>
      `- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata:\n    name: ${name}\n    namespace: team\n  spec:\n    podSelector: {}\n    policyTypes:\n    - Ingress\n${ingress}`;
    const list = (...policies: string[]): [string, string] => [
      'kubectl get netpol -n team -o yaml',
      `apiVersion: v1\nkind: List\nitems:\n${policies.join('')}`,
    ];
    const open = policy('inside', '    ingress:\n    - from:\n      - podSelector: {}\n');
    const alert = 'connections between call and web of team time out';
    expect(kinds(alert, list(policy('deny', '')))[0]).to.match(/^policy-/);
    expect(kinds(alert, list(policy('deny', ''), open)).filter((kind) => kind.startsWith('policy'))).to.deep.equal([]);
  });

  it('a table of services and endpoints is enough to see traffic that goes to a port of nobody', () => {
    const tables = (port: number): [string, string][] => [
      [
        'kubectl get svc -n team',
        'NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nweb    ClusterIP   10.96.0.9    <none>        80/TCP    3d\n',
      ],
      ['kubectl get endpoints -n team', `NAME   ENDPOINTS         AGE\nweb    10.42.0.2:${port}   3d\n`],
      [
        'kubectl describe deployment web -n team',
        'Name:       web\nNamespace:  team\nSelector:   app=web\nReplicas:   1 desired | 1 updated | 1 total | 1 available | 0 unavailable\nPod Template:\n  Labels:  app=web\n  Containers:\n   web:\n    Image:      web:4\n    Port:       8080/TCP\n    Host Port:  0/TCP\n',
      ],
    ];
    expect(kinds('call of team fails', ...tables(8008), REFUSED)[0]).to.equal('port-mismatch');
    expect(kinds('call of team fails', ...tables(8080), REFUSED)).not.to.include('port-mismatch');
    // What a container declares is for information: as long as nobody is refused, it may listen elsewhere, too.
    expect(kinds('call of team is slow', ...tables(8008))).not.to.include('port-mismatch');
    const other = log('HTTP server started on port: 8080');
    expect(kinds('call of team fails', ...tables(8008), other, REFUSED)).to.include('listens-elsewhere');
  });

  it('a list of everything shows which service is missing', () => {
    const all: [string, string] = [
      'kubectl get all -n team',
      'NAME                       READY   STATUS    RESTARTS   AGE\npod/web-7f6d9c8b5d-zz2xq   1/1     Running   0          3d\n\nNAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nservice/web   ClusterIP   10.96.0.9    <none>        80/TCP    3d\n\nNAME                  READY   UP-TO-DATE   AVAILABLE   AGE\ndeployment.apps/web   1/1     1            1           3d\n',
    ];
    const environment = (host: string, variable = 'LEDGER_ADDR'): [string, string] => [
      'kubectl get deploy call -n team -o yaml',
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: call\n  namespace: team\nspec:\n  template:\n    spec:\n      containers:\n      - name: call\n        env:\n        - name: ${variable}\n          value: ${host}:80\n`,
    ];
    expect(kinds('call of team fails', all, environment('ledger'))).to.include('address-unknown');
    expect(kinds('call of team fails', all, environment('web'))).not.to.include('address-unknown');
    // That nobody takes its spans is not what makes a program fail.
    const told = (alert: string) =>
      diagnose(
        inputOf(
          alert,
          [all, environment('tempo', 'OTEL_EXPORTER_OTLP_ENDPOINT')].map(([c, o]) => printed(c, o)),
        ),
      ).diagnoses;
    expect(told('call of team fails')[0]?.confidence).to.be.lessThan(0.3);
    expect(told('call of team sends no traces')[0]?.confidence).to.be.greaterThan(0.8);
  });

  it('a method tells whose it is: the workload of that name that somebody scaled to zero', () => {
    const scaled: [string, string] = [
      'kubectl get deploy -n team',
      'NAME     READY   UP-TO-DATE   AVAILABLE   AGE\ncall     1/1     1            1           3d\nquote    0/0     0            0           3d\nweb      1/1     1            1           3d\n',
    ];
    const failing = (method: string): [string, string] => [
      'kubectl logs call-6d5c8b7f9d-4xk2p -n team',
      `ERROR ${method}: rpc error: code = Unavailable desc = no addresses to connect to\n`.repeat(4),
    ];
    for (const method of ['GetQuotes failed', '/shop.v1.QuoteService/Price failed', 'QuoteService/Price'])
      expect(kinds('call of team answers 500', scaled, failing(method))[0], method).to.equal('scaled-to-zero');
    expect(kinds('call of team answers 500', scaled, failing('Getting ready failed'))[0]).not.to.equal(
      'scaled-to-zero',
    );
  });

  it('a selector is not blamed for endpoints that are missing because the pods crash', () => {
    const bare = (ready: string, status: string): [string, string] => [
      'kubectl get pods -n shop',
      `NAME                       READY   STATUS    RESTARTS   AGE\nrate-7f6d9c8b5d-zz2xq      ${ready}     ${status}   7          3d\n`,
    ];
    const described: [string, string] = [
      'kubectl describe svc rate -n shop',
      'Name:         rate\nNamespace:    shop\nSelector:     app=rate\nType:         ClusterIP\nIP:           10.96.0.9\nPort:         http  80/TCP\nTargetPort:   8080/TCP\nEndpoints:    <none>\n',
    ];
    const found = (...terminal: [string, string][]) =>
      diagnose(
        inputOf(
          'rate of shop fails',
          terminal.map(([command, output]) => printed(command, output)),
        ),
      ).diagnoses.map(({ kind }) => kind);
    expect(found(bare('0/1', 'CrashLoopBackOff'), described)).not.to.include('selector-mismatch');
    expect(found(bare('1/1', 'Running'), described)).to.include('selector-mismatch');
  });
});
