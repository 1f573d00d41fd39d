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
});
