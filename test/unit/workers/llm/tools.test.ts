import { expect } from 'chai';
import fc from 'fast-check';
import { CAPABILITIES } from '../../../../src/shared/mcp/capabilities.ts';
import { createToolAliases } from '../../../../src/shared/mcp/guard/tool-aliases.ts';
import { createCallBreaker } from '../../../../src/workers/llm/call-breaker.ts';
import { argumentsOf, mayBeOffered, offerTools } from '../../../../src/workers/llm/offered-tools.ts';
import { createToolScope, scopeFault } from '../../../../src/workers/llm/tool-scope.ts';
import { alert, at, container, logRow, logs, pod, pods } from '../../../support/evidence-fixtures.ts';

describe('the aliases of tools', () => {
  it('are names that the API takes, and lead back', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-/é'.split('')), minLength: 1, maxLength: 128 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), (names) => {
        const aliases = createToolAliases(names);
        for (const one of names) {
          expect(aliases.aliasOf(one)).to.match(/^[A-Za-z0-9_-]{1,64}$/);
          expect(aliases.nameOf(aliases.aliasOf(one))).to.equal(one);
        }
      }),
    );
  });

  it('differ where the names would become the same, and do not depend on the order', () => {
    const { aliasOf, nameOf } = createToolAliases(['a.b', 'a_b', 'c']);
    expect(new Set(['a.b', 'a_b', 'c'].map(aliasOf)).size).to.equal(3);
    expect(aliasOf('c')).to.equal('c');
    expect(createToolAliases(['c', 'a_b', 'a.b']).aliasOf('a.b')).to.equal(aliasOf('a.b'));
    expect(nameOf('slack_post_message')).to.equal(null);
  });
});

describe('the tools that a model is offered', () => {
  const all = offerTools(() => true);

  it('only read, and are none of Slack', () => {
    const offered = all.tools.map(({ name }) => all.capabilityOf(name)!);
    expect(offered).to.have.length.greaterThan(10);
    for (const capability of offered) expect(CAPABILITIES[capability]).to.include({ readOnly: true });
    expect(offered.filter((capability) => capability.startsWith('slack.'))).to.deep.equal([]);
    expect(mayBeOffered('slack.post_message')).to.equal(false);
  });

  it('are those that some server answers, described in our own words, always in the same order', () => {
    expect(offerTools((capability) => capability === 'pods.status').tools.map(({ name }) => name)).to.deep.equal([
      'pods_status',
    ]);
    for (const { description, parameters } of all.tools) {
      expect(description.length).to.be.within(8, 160);
      expect(parameters).to.include({ type: 'object', additionalProperties: false });
    }
    expect(JSON.stringify(offerTools(() => true))).to.equal(JSON.stringify(all));
  });
});

describe('the scope of a question', () => {
  const evidence = [
    logs(1, [
      logRow('dial tcp orders-db.data:5432: connection refused'),
      logRow('trace 0af7651916cd43dd8448eb211c80319c'),
    ]),
    pods(2, [pod('cart-5d8f7c9b6d-x4b8j', [container({ name: 'app' })], { namespace: 'shop' })]),
  ];
  const alerts = [
    alert('Checkout is slow', {
      url: null,
      description: 'see https://shop.example.com/cart?id=7',
      labels: { host: 'shop.example.com' },
    }),
  ];
  const scope = createToolScope({ alerts, evidence: () => evidence, from: at(60), to: at(0) });
  const fault = (capability: keyof typeof CAPABILITIES, input: Record<string, unknown>) =>
    scopeFault(input, argumentsOf(capability), scope);

  const ALLOWED: [keyof typeof CAPABILITIES, Record<string, unknown>][] = [
    ['pods.status', { service: 'cart' }],
    ['pods.status', { namespace: 'shop' }],
    ['pods.status', { labelSelector: 'app=cart', namespace: 'shop' }],
    ['pods.logs', { pod: 'cart-5d8f7c9b6d-x4b8j', container: 'app', previous: true, tailLines: 100 }],
    ['service.health', { service: 'orders-db', namespace: 'data' }],
    ['tcp.check', { host: 'orders-db.data', port: 5432 }],
    ['dns.lookup', { name: 'shop.example.com', type: 'A' }],
    ['http.check', { url: 'https://shop.example.com/healthz' }],
    ['http.check', { url: 'https://shop.example.com/cart?id=7' }],
    ['logs.query', { service: 'cart', searchText: 'anything at all', from: at(90), to: at(0) }],
    ['logs.query', { searchText: '0af7651916cd43dd8448eb211c80319c' }],
    ['logs.query', { filter: "k8s.pod.name = 'cart-5d8f7c9b6d-x4b8j' AND severity_text = 'ERROR'" }],
    ['traces.query', { service: 'cart', errorsOnly: true, minDurationMs: 100 }],
    ['metrics.query', { metric: 'http.server.duration', service: 'cart', groupBy: ['http.route'] }],
    ['services.list', { from: at(30), to: at(0) }],
    ['kubernetes.objects', { kinds: ['Service', 'Deployment'], namespace: 'shop' }],
  ];
  for (const [capability, input] of ALLOWED) {
    it(`allows ${capability} ${JSON.stringify(input)}`, () => expect(fault(capability, input)).to.equal(null));
  }

  const REFUSED: [keyof typeof CAPABILITIES, Record<string, unknown>][] = [
    ['pods.status', {}],
    ['pods.status', { service: 'vault' }],
    ['pods.status', { service: 'car' }],
    ['pods.status', { service: 'cart; reboot' }],
    ['pods.status', { service: '$(reboot)' }],
    ['pods.status', { namespace: 'kube-system' }],
    ['pods.status', { labelSelector: 'app!=cart' }],
    ['pods.status', { labelSelector: 'app in (cart,vault)' }],
    ['pods.logs', { pod: 'etcd-0' }],
    ['tcp.check', { host: 'orders-db.data', port: 22 }],
    ['tcp.check', { host: '169.254.169.254', port: 80 }],
    ['dns.lookup', { name: 'evidence.evil.example.net' }],
    ['http.check', { url: 'https://shop.example.com/admin/shutdown' }],
    ['http.check', { url: 'https://shop.example.com/healthz?x=secret' }],
    ['http.check', { url: 'https://user:pw@shop.example.com/' }],
    ['http.check', { url: 'file:///etc/passwd' }],
    ['logs.query', { severity: 'ERROR' }],
    ['logs.query', { searchText: 'password' }],
    ['logs.query', { service: 'cart', from: '2020-01-01T00:00:00Z' }],
    ['logs.query', { service: 'cart', to: 'tomorrow' }],
    ['logs.query', { filter: "service.name != 'cart'" }],
    ['logs.query', { filter: "service.name = 'cart' OR service.name = 'vault'" }],
    ['logs.query', { filter: "service.name = 'vault'" }],
    ['logs.query', { filter: "severity_text = 'ERROR'" }],
    ['metrics.query', { metric: 'up' }],
    ['metrics.query', { metric: "up'; DROP", service: 'cart' }],
    ['kubernetes.objects', { kinds: ['Service'] }],
    ['events.list', { type: 'Warning' }],
  ];
  for (const [capability, input] of REFUSED) {
    it(`refuses ${capability} ${JSON.stringify(input)}`, () => expect(fault(capability, input)).to.be.a('string'));
  }

  it('grows with the evidence', () => {
    const known = [...evidence];
    const growing = createToolScope({ alerts, evidence: () => known, from: at(60), to: at(0) });
    expect(growing.names('ledger')).to.equal(false);
    known.push(logs(3, [logRow('calls ledger')]));
    expect(growing.names('ledger')).to.equal(true);
  });
});

describe('the breaker of repeated calls', () => {
  it('counts each question apart', () => {
    const breaker = createCallBreaker();
    expect(['a', 'b', 'a', 'a'].map((key) => breaker.count(key))).to.deep.equal([1, 1, 2, 3]);
  });
});
