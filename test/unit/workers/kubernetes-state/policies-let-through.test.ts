import { expect } from 'chai';
import { concluded, manifests } from './conclude-evidence.ts';

type Spec = Record<string, unknown>;
const workload = (name: string, more: Spec, replicas = 2) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'dairy' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, zone: 'inner' } },
      spec: { containers: [{ name: 'main', image: `registry.example/${name}:7`, ...more }] },
    },
  },
});
const policy = (name: string, spec: Spec) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'dairy' },
  spec,
});
const CALLER = workload('churn-web', { env: [{ name: 'LEDGER_URL', value: 'http://milk-ledger:8080/v1' }] });
const CALLEE = workload('milk-ledger', { ports: [{ name: 'http', containerPort: 9090 }] });
const service = (targetPort: string | number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'milk-ledger', namespace: 'dairy' },
  spec: { selector: { app: 'milk-ledger' }, ports: [{ port: 8080, targetPort }] },
});
const ingress = (rule: Spec) =>
  policy('ledger-in', {
    podSelector: { matchLabels: { app: 'milk-ledger' } },
    policyTypes: ['Ingress'],
    ingress: [rule],
  });
const FROM_INNER = { from: [{ podSelector: { matchLabels: { zone: 'inner' } } }] };
const egress = (...rules: Spec[]) =>
  policy('web-out', { podSelector: { matchLabels: { app: 'churn-web' } }, policyTypes: ['Egress'], egress: rules });
const TO_LEDGER = { to: [{ podSelector: { matchLabels: { app: 'milk-ledger' } } }], ports: [{ port: 9090 }] };
const names = (protocol: string) => ({ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol }] });

const ASKED = 'Do the policies of dairy block churn-web from milk-ledger?';
const verdict = (objects: Spec[], title = ASKED): string => concluded(title, [manifests(...objects)]).report.verdict;
const fits = [CALLER, CALLEE, service('http')];

describe('the question whether policies stop a caller', () => {
  it('is answered well where both sides, the service and the names are open', () => {
    expect(verdict([...fits, ingress({ ...FROM_INNER, ports: [{ port: 'http' }] })])).to.equal('healthy');
    expect(verdict([...fits, ingress({ ...FROM_INNER, ports: [{ port: 9000, endPort: 9100 }] })])).to.equal('healthy');
    expect(verdict([...fits, egress(TO_LEDGER, names('UDP'))], 'Is churn-web allowed to call milk-ledger?')).to.equal(
      'healthy',
    );
  });

  it('is answered well where a script would only say so if it failed', () => {
    const asks = (script: string) => workload('churn-web', { command: ['sh', '-c', script], image: 'busybox:1.37' });
    const open = ingress({ ...FROM_INNER, ports: [{ port: 9090 }] });
    const of = (script: string) => verdict([asks(script), CALLEE, service('http'), open]);
    const call = 'wget -qO- -T 3 http://milk-ledger:8080/';
    expect(
      of(`while true; do if ${call}; then echo fine; else echo "connection timed out"; fi; sleep 9; done`),
    ).to.equal('healthy');
    expect(of(`while true; do if ! ${call}; then echo "connection timed out"; fi; sleep 9; done`)).to.equal('healthy');
    expect(of(`${call}; echo "connection timed out"; exit 1`)).not.to.equal('healthy');
  });

  it('is not where a port, a protocol, a label, a range of addresses or another policy may stop it, or somebody complains', () => {
    const open = ingress(FROM_INNER);
    const closed: Spec[][] = [
      [...fits, ingress({ ...FROM_INNER, ports: [{ port: 8080 }] })],
      [...fits, ingress({ ...FROM_INNER, ports: [{ port: 9090, protocol: 'UDP' }] })],
      [...fits, ingress({ from: [{ podSelector: { matchLabels: { zone: 'outer' } } }] })],
      [...fits, ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] })],
      [...fits, egress(TO_LEDGER)],
      [...fits, egress(TO_LEDGER, names('TCP'))],
      [CALLER, CALLEE, service(8081), open],
      [CALLER, workload('milk-ledger', { ports: [{ name: 'http', containerPort: 9090 }] }, 0), service('http'), open],
      [
        ...fits,
        open,
        { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: 'x', namespace: 'dairy' } },
      ],
      fits,
    ];
    for (const objects of closed) expect(verdict(objects), JSON.stringify(objects.at(-1))).to.not.equal('healthy');
    expect(verdict([...fits, open], 'churn-web times out at milk-ledger. Do the policies block it?')).to.not.equal(
      'healthy',
    );
  });
});
