import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { concluded, inputOf, printed } from '../conclude-evidence.ts';

const ALERT = 'parcel-labels: half of the labels are not printed';
const server = (...lines: string[]) =>
  printed('kubectl logs -n kube-system coredns-7d9f8c-x2k4p --tail=50', `${lines.join('\n')}\n`);
const program = (...lines: string[]) =>
  printed('kubectl logs -n post deploy/parcel-labels --tail=20', `${lines.join('\n')}\n`);
const LOST = [
  '[ERROR] plugin/errors: 2 labels.carrier.example. AAAA: dial tcp 192.168.7.53:53: connect: connection refused',
  '[ERROR] plugin/errors: 2 labels.carrier.example. A: dial tcp 192.168.7.53:53: connect: connection refused',
];
const MISSED = 'Error: getaddrinfo EAI_AGAIN labels.carrier.example';

const found = (...recorded: Parameters<typeof inputOf>[1]) =>
  diagnose(inputOf(ALERT, recorded)).diagnoses.find(({ kind }) => kind === 'upstream-name-server');

describe('a name server to which CoreDNS forwards', () => {
  it('is told where it does not answer and a program misses the names', () => {
    const one = found(server(...LOST), program(MISSED));
    expect(one?.component).to.equal('coredns');
    expect(one?.statement).to.include('192.168.7.53').and.to.include('labels.carrier.example');
    const { report, struck } = concluded(ALERT, [server(...LOST), program(MISSED)]);
    expect(struck).to.deep.equal([]);
    expect(report).to.include({ class: 'network', verdict: 'identified' });
  });

  it('is told with who set it', () => {
    const set = printed(
      'kubectl get configmap coredns -n kube-system -o yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns\n  namespace: kube-system\ndata:\n  Corefile: |\n    .:53 {\n        kubernetes cluster.local\n        forward . 192.168.7.53\n    }\n',
    );
    expect(found(server(...LOST), program(MISSED), set)?.statement).to.include('forward . 192.168.7.53');
  });

  it('is not told where the program got over it', () => {
    const over = [`2031-04-02T09:01:00Z ${MISSED}`, '2031-04-02T09:01:02Z POST /labels 200 31ms'];
    const since = Array.from(
      { length: 90 },
      (_, at) =>
        `2031-04-02T${at < 30 ? '09' : '10'}:${String((at * 2) % 60).padStart(2, '0')}:30Z POST /labels 200 3${at % 10}ms`,
    );
    expect(found(server(...LOST), program(...over, ...since.toSorted()))).to.equal(undefined);
  });

  it('is not told for one question in vain, for its own questions, or where nobody misses a name', () => {
    expect(found(server(LOST[0] ?? ''), program(MISSED))).to.equal(undefined);
    expect(found(server(...LOST), program('printed 40 labels'))).to.equal(undefined);
    const own =
      '[ERROR] plugin/errors: 2 4417203841120387.7741209938471203. HINFO: read udp 10.1.0.4:4112->192.168.7.53:53: i/o timeout';
    expect(found(server(own, own), program(MISSED))).to.equal(undefined);
  });
});
