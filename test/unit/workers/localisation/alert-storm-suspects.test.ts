import { expect } from 'chai';
import fc from 'fast-check';
import { alertStormSuspects } from '../../../../src/workers/localisation/alert-storm-suspects.ts';
import { formEvidence } from '../../../fixtures/rca/change-incident.ts';
import { at, NOW } from '../../../support/evidence-fixtures.ts';

/** caller > callee */
const SHOP =
  'gateway>web web>basket web>orders orders>basket orders>billing orders>mailer orders>depot depot>quotes'.split(' ');

type Alert = {
  name: string;
  entity: string;
  kind?: string | null;
  namespace?: string | null;
  startsAt?: string | null;
  says?: string;
};

function input(alerts: Alert[], calls = SHOP) {
  const edges = calls.map((call) => call.split('>')).map(([caller = '', callee = '']) => ({ caller, callee }));
  const active = alerts.map(({ name, entity, kind = 'Service', namespace = 'shop', startsAt = null, says }) => {
    return { name, entity, kind, namespace, severity: null, startsAt, says };
  });
  return {
    alerts: [],
    now: NOW,
    evidence: [formEvidence(3, 'alerts.active', { alerts: active }), formEvidence(4, 'topology.services', { edges })],
  };
}

const suspects = (alerts: Alert[], calls?: string[]) => alertStormSuspects(input(alerts, calls));
const order = (alerts: Alert[], calls?: string[]) => suspects(alerts, calls).map(({ service }) => service);

const failing = (...entities: string[]) => entities.map((entity) => ({ name: 'HighErrorRate', entity }));
const silent = (...entities: string[]) => entities.map((entity) => ({ name: 'NoRequestsReceived', entity }));

describe('suspects of an alert storm', () => {
  it('blames the deepest of those that fail: callers fail with their callees', () => {
    expect(order(failing('gateway', 'web', 'orders', 'depot'))).to.deep.equal(['depot', 'orders', 'web', 'gateway']);
    expect(suspects(failing('web', 'mailer', 'orders'))[0]).to.include({ service: 'mailer', class: 'application' });
  });

  it('takes a service in the middle that fails while nothing it calls complains for cut off from what it calls', () => {
    expect(suspects(failing('web', 'depot', 'orders'))[0]).to.include({ service: 'depot', class: 'network' });
    const flags = SHOP.map((call) => call.replace('depot>quotes', 'depot>feature-flags'));
    expect(suspects(failing('web', 'depot', 'orders'), flags)[0]).to.include({ class: 'application' });
    expect(suspects(failing('gateway', 'web'))[0]).to.include({ service: 'web', class: 'application' });
  });

  it('hears of silence from alerts that name nobody, too', () => {
    const lost = { name: 'NoRequestsOpened', entity: 'None', kind: null, namespace: null };
    expect(suspects([lost, ...failing('mailer')])[0]).to.include({ service: 'mailer', class: 'network' });
  });

  it('blames the pod that is not ready before everything that fails with it', () => {
    const found = suspects([
      ...failing('gateway', 'web', 'basket'),
      { name: 'KubePodNotReady', entity: 'orders-6c5f7d8b9c-x2x4z', kind: 'Pod' },
    ]);
    expect(found[0]).to.include({ service: 'orders', instance: 'orders-6c5f7d8b9c-x2x4z', class: 'infrastructure' });
  });

  it('takes the topmost silent service under a failing caller for the one that stopped', () => {
    const [first] = suspects([
      ...failing('gateway', 'web'),
      ...silent('orders', 'billing', 'mailer', 'depot', 'quotes'),
    ]);
    expect(first).to.include({ service: 'orders', class: 'infrastructure' });
  });

  it('blames the failing caller when several of what it calls hear nothing any more', () => {
    const [first] = suspects([...failing('gateway', 'web', 'orders'), ...silent('billing', 'mailer')]);
    expect(first).to.include({ service: 'orders', class: 'network' });
  });

  it('follows no way that leads back to the entrance', () => {
    const affected = ['web>gateway', 'orders>web', 'depot>orders', 'depot>web', 'quotes>web'];
    expect(order(failing('gateway', 'web', 'orders', 'depot'), [...SHOP, ...affected])[0]).to.equal('depot');
  });

  it('trusts an alert less that names no object', () => {
    const lost = { name: 'HighErrorRate', entity: 'basket', kind: null, namespace: null };
    expect(order([lost, ...failing('web', 'gateway')])).to.deep.equal(['web', 'basket', 'gateway']);
  });

  it('takes different spellings for one entity, and leaves out alerts about nobody', () => {
    const found = order([
      ...failing('Basket', 'basket'),
      { name: 'HighErrorRate', entity: 'None' },
      { name: 'X', entity: '' },
    ]);
    expect(found).to.have.length(1);
  });

  it('says resource for what uses up something, database for a store', () => {
    expect(suspects([{ name: 'CPUThrottlingHigh', entity: 'depot' }])[0]!.class).to.equal('resource');
    expect(suspects([{ name: 'HighErrorRate', entity: 'orders-postgres' }])[0]!.class).to.equal('database');
  });

  it('says resource where the words of an alert tell what its name does not', () => {
    const notReady = (says: string) =>
      suspects([{ name: 'KubePodNotReady', entity: 'depot', kind: 'Pod', says }])[0]!.class;
    expect(notReady('Container depot was OOMKilled 4 times')).to.equal('resource');
    expect(notReady('pods "depot-1" is forbidden: exceeded quota: strict')).to.equal('resource');
    expect(notReady('Pod has been in a non-ready state for 15 minutes; look at its memory')).to.equal('infrastructure');
  });

  it('names what an entity would explain, and cites alerts and map', () => {
    const [first, second] = suspects(failing('web', 'basket'));
    expect(first!.reasons).to.include('it would explain the alerts at web');
    expect(second!.reasons[0]).to.equal('HighErrorRate at web may come from basket');
    expect(first!.evidence).to.deep.equal([3, 4]);
  });

  it('puts the earlier of two that nothing tells apart first, and tells when it began', () => {
    const found = suspects([
      { name: 'HighErrorRate', entity: 'billing', startsAt: at(3) },
      { name: 'HighErrorRate', entity: 'mailer', startsAt: at(9) },
    ]);
    expect(found.map(({ service }) => service)).to.deep.equal(['mailer', 'billing']);
    expect(found[0]!.onset).to.equal(Date.parse(at(9)));
  });

  it('guesses from names what explains what stands at the edge where no call is known at all', () => {
    const found = suspects(failing('gateway', 'web', 'mailer'), []);
    expect(found.map(({ service }) => service)).to.deep.equal(['mailer', 'web', 'gateway']);
    expect(order(failing('web', 'gateway'), [])).to.deep.equal(['web', 'gateway']);
    expect(order(failing('orders', 'orders-redis'), [])[0]).to.equal('orders-redis');
  });

  it('prefers an alert that names its object to one that does not, where nothing else tells them apart', () => {
    const lost = { name: 'HighErrorRate', entity: 'basket', kind: null, namespace: null };
    expect(order([lost, ...failing('mailer')], [])).to.deep.equal(['mailer', 'basket']);
  });

  it('works without a map, and suspects nobody where nothing fires', () => {
    expect(order(failing('depot'), [])).to.deep.equal(['depot']);
    expect(suspects([])).to.deep.equal([]);
    expect(alertStormSuspects({ alerts: [], evidence: [], now: NOW })).to.deep.equal([]);
  });

  const names = fc.oneof(fc.constantFrom('gateway', 'web', 'orders', 'depot', 'billing', 'None'), fc.string());
  const storm = fc.array(
    fc.record({
      name: fc.oneof(
        fc.constantFrom('HighErrorRate', 'NoRequestsReceived', 'KubePodNotReady', 'HighLatency'),
        fc.string(),
      ),
      entity: names,
      kind: fc.option(fc.constantFrom('Service', 'Pod', 'Node')),
      namespace: fc.option(fc.string()),
    }),
    { maxLength: 20 },
  );
  const map = fc.array(
    fc.tuple(names, names).map(([caller, callee]) => `${caller}>${callee}`),
    { maxLength: 20 },
  );

  it('never fails, keeps all blame, and gives the same order for the same storm in any order', () => {
    const shuffled = storm.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, map, ([list, other], calls) => {
        const found = suspects(list, calls);
        expect(suspects(other, calls.toReversed())).to.deep.equal(found);
        for (const { score } of found) expect(score).to.be.above(0);
      }),
    );
  });
});
