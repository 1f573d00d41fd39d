import { expect } from 'chai';
import fc from 'fast-check';
import { alertFacts, alertText } from '../../../src/workers/alert-facts.ts';
import { alert, at, NOW } from '../../support/evidence-fixtures.ts';

const factsOf = (title: string, more: Parameters<typeof alert>[1] = {}) => alertFacts([alert(title, more)], NOW);

describe('the facts of an alert', () => {
  it('finds the host in a sentence', () => {
    expect(factsOf('SSL certificate for api.example.com expires in 24 hours')).to.include({
      host: 'api.example.com',
      from: at(30),
      to: at(0),
    });
  });

  it('finds the service in a sentence', () => {
    const facts = factsOf('Database connection pool exhausted for user-service');
    expect(facts.service).to.equal('user-service');
    expect(facts.host).to.equal(undefined);
  });

  const SENTENCES: [string, string, string | undefined][] = [
    ['High latency in the checkout service', 'service', 'checkout'],
    ['billing is down: no ready endpoints', 'service', 'billing'],
    ['web-frontend: connection refused', 'service', 'web-frontend'],
    ['Database is down', 'service', undefined],
    ['Connection errors for the last 5 minutes', 'service', undefined],
    ['Pod shop/orders-5d8f7c9b6d-d3k7b is not ready', 'pod', 'orders-5d8f7c9b6d-d3k7b'],
    ['Slow queries of checkout', 'service', 'checkout'],
    ['Connection refused by catalog', 'service', 'catalog'],
    ['Slow queries on inventory database', 'service', 'inventory'],
    ['report-builder OOMKilled 4 times', 'service', 'report-builder'],
    ['billing keeps restarting', 'service', 'billing'],
    ['Errors in production', 'service', undefined],
    ['Pod is in CrashLoopBackOff', 'service', undefined],
    ['Pod shop/orders-5d8f7c9b6d-d3k7b is not ready', 'service', 'orders'],
    ['Pods failing in namespace payments', 'namespace', 'payments'],
    ['Timeouts on db.prod.internal:5432', 'port', '5432'],
    ['Timeouts on db.prod.internal:5432', 'host', 'db.prod.internal'],
    ['Slow queries in database "orders_eu"', 'database', 'orders_eu'],
    ['java.net.SocketException in worker.js and config.yaml', 'host', undefined],
    ['http.server.duration is high, see db.client.connections.usage', 'host', undefined],
    ['Probe of https://shop.example.org/health?key=1 failed', 'url', 'https://shop.example.org/health'],
    ['Probe of https://shop.example.org/health failed', 'port', '443'],
  ];
  for (const [title, name, value] of SENTENCES) {
    it(`reads ${name} ${value ?? '(none)'} from: ${title}`, () => {
      expect(factsOf(title)[name]).to.equal(value);
    });
  }

  it('believes labels before the text', () => {
    const labels = { service: 'cart', namespace: 'shop', pod: 'cart-0', port: '8443', instance: 'cart.shop.svc:9100' };
    const facts = factsOf('trouble for user-service on api.example.com', { labels });
    expect(facts).to.include({
      service: 'cart',
      namespace: 'shop',
      pod: 'cart-0',
      host: 'cart.shop.svc',
      port: '9100',
    });
  });

  it('takes a named host before an exporter address', () => {
    const facts = factsOf('Probe of api.example.com fails', { labels: { instance: '10.0.0.5:9115' } });
    expect(facts).to.include({ host: 'api.example.com' });
    expect(factsOf('Target down', { labels: { instance: '10.0.0.5:9115' } })).to.include({
      host: '10.0.0.5',
      port: '9115',
    });
  });

  it('leaves links to runbooks and dashboards alone', () => {
    expect(factsOf('Trouble, see https://grafana.example.com/d/1 and https://wiki.example.com/runbook').host).to.equal(
      undefined,
    );
  });

  it('begins thirty minutes before the first firing, at most a day ago, and never in the future', () => {
    const window = (startsAt: string | null) => factsOf('x', { startsAt });
    expect(window(at(60))).to.include({ from: at(90), to: at(0) });
    expect(window(at(60 * 24 * 9)).from).to.equal(at(60 * 24));
    expect(window(at(-600))).to.include({ from: at(30), to: at(0) });
    expect(window('yesterday')).to.include({ from: at(30) });
    expect(window(null)).to.include({ from: at(30) });
  });

  it('takes only values of the right shape, whatever strangers write', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom('--help', '$(reboot)', 'a b', '../../etc', "x'; drop", '-n kube-system', '{service}'),
    );
    const names = ['service', 'namespace', 'pod', 'host', 'port', 'url', 'instance', 'database', 'deployment'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), hostile), hostile, hostile, (labels, title, service) => {
        const facts = factsOf(title, { labels, service, description: `for ${service}` });
        for (const [name, value] of Object.entries(facts)) {
          expect(value, name).to.match(/^[A-Za-z0-9_[][A-Za-z0-9._:/%~\][-]*$/);
          expect(value.length).to.be.lessThan(400);
        }
      }),
    );
  });

  it('joins the words of several alerts once', () => {
    const alerts = [alert('One'), alert('One'), alert('Two', { annotations: { summary: 'more of it' } })];
    expect(alertText(alerts)).to.equal('One\nTwo\nmore of it');
  });
});
