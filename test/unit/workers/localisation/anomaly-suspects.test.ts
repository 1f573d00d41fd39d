import { expect } from 'chai';
import fc from 'fast-check';
import type { EvidenceFormData } from '../../../../src/shared/evidence-forms.ts';
import { anomalySuspects } from '../../../../src/workers/localisation/anomaly-suspects.ts';
import { formEvidence } from '../../../fixtures/rca/change-incident.ts';
import { NOW } from '../../../support/evidence-fixtures.ts';

type Anomaly = EvidenceFormData<'anomalies.list'>['anomalies'][number];

const INSTANCES = ['web-0', 'web-1', 'basket-0', 'basket-1', 'stock-0', 'stock-db-0'];

const metric = (instance: string, signal: string, deviation: 'up' | 'down'): Anomaly => {
  return { kind: 'metric', instance, caller: null, signal, deviation };
};
const call = (caller: string | null, instance: string, signal: string, deviation = 'slow'): Anomaly => {
  return { kind: 'trace', instance, caller, signal, deviation };
};
const line = (instance: string, signal: string): Anomaly => {
  return { kind: 'log', instance, caller: null, signal, deviation: 'new' };
};

const input = (anomalies: Anomaly[], instances = INSTANCES) => ({
  alerts: [],
  now: NOW,
  evidence: [formEvidence(7, 'anomalies.list', { instances, anomalies })],
});
const suspects = (anomalies: Anomaly[], instances?: string[]) => anomalySuspects(input(anomalies, instances));

describe('suspects from detected anomalies', () => {
  it('blames an instance that is short of CPU, and not those that call it and wait', () => {
    const [first] = suspects([
      metric('stock-0', 'container_cpu_usage', 'up'),
      metric('web-0', 'client_latency_p90', 'up'),
      metric('basket-0', 'client_latency_p90', 'up'),
      metric('basket-1', 'client_latency_p90', 'up'),
      metric('web-1', 'client_latency_p90', 'up'),
      call('web-0', 'basket-0', 'GET /basket'),
      call('basket-0', 'stock-0', 'GET /stock'),
    ]);
    expect(first).to.include({ instance: 'stock-0', service: 'stock', class: 'resource' });
    expect(first!.reasons[0]).to.contain('short of CPU').and.contain('more cpu');
    expect(first!.evidence).to.deep.equal([7]);
  });

  it('blames the replica that deviates alone, and not two that deviate alike', () => {
    const both = ['web-0', 'web-1'].flatMap((web) => [metric(web, 'memory_usage', 'up'), line(web, 'retry')]);
    const [first] = suspects([...both, metric('basket-1', 'memory_usage', 'up'), line('basket-1', 'starting')]);
    expect(first!.instance).to.equal('basket-1');
  });

  it('takes an instance that writes what it writes when it starts for one that was killed', () => {
    const starting = ['boot', 'config', 'listening', 'ready'].map((template) => line('basket-0', template));
    const [first] = suspects([
      ...starting,
      metric('basket-0', 'mem_usage', 'up'),
      metric('web-0', 'requests_qps', 'down'),
    ]);
    expect(first).to.include({ instance: 'basket-0', class: 'infrastructure' });
  });

  it('takes an instance that sends and receives less and is asked less for one whose network is lossy', () => {
    const [first] = suspects([
      metric('stock-0', 'net_transmit', 'down'),
      metric('stock-0', 'server_qps', 'down'),
      metric('stock-0', 'client_qps', 'down'),
      metric('web-0', 'server_success_rate', 'down'),
    ]);
    expect(first).to.include({ instance: 'stock-0', class: 'network' });
  });

  it('blames the service that slow client spans name although its own spans are fast: the network is between', () => {
    const [first, second] = suspects([
      call('web-0', 'web-0', '/shop.Stock/Reserve'),
      call('web-0', 'web-0', '/shop.Stock/Release'),
      call(null, 'web-0', 'POST /orders'),
    ]);
    expect([first, second].map((suspect) => suspect!.instance)).to.include('stock-0');
    expect(suspects([call(null, 'web-0', 'POST /orders')])[0]!.instance).to.equal('web-0');
  });

  it('does not count the load of machines as the load of instances', () => {
    const found = suspects([metric('machine-7', 'node_cpu_usage', 'up'), metric('web-0', 'cpu_usage', 'up')]);
    expect(found.map(({ instance }) => instance)).to.not.include('machine-7');
  });

  it('suspects nobody where nothing deviates, and nobody without such evidence', () => {
    expect(suspects([])).to.deep.equal([]);
    expect(anomalySuspects({ alerts: [], evidence: [], now: NOW })).to.deep.equal([]);
    const broken = {
      ...formEvidence(1, 'anomalies.list', { instances: [], anomalies: [] }),
      data: { anomalies: 'many' },
    };
    expect(anomalySuspects({ alerts: [], evidence: [broken], now: NOW })).to.deep.equal([]);
  });

  const anomalies = fc.array(
    fc.record({
      kind: fc.constantFrom('metric' as const, 'trace' as const, 'log' as const),
      instance: fc.oneof(fc.constantFrom(...INSTANCES), fc.string()),
      caller: fc.option(fc.oneof(fc.constantFrom(...INSTANCES), fc.string())),
      signal: fc.oneof(fc.constantFrom('cpu', 'mem', 'net_rx', 'p99', 'dest_qps', '/shop.Stock/Get'), fc.string()),
      deviation: fc.oneof(fc.constantFrom('up', 'down', 'slow', '500', 'new'), fc.string()),
    }),
    { maxLength: 40 },
  );

  it('suspects only known instances with scores above 0, whatever the anomalies are', () => {
    fc.assert(
      fc.property(anomalies, fc.array(fc.oneof(fc.constantFrom(...INSTANCES), fc.string())), (list, instances) => {
        for (const { instance, score, probability } of suspects(list, instances)) {
          expect(instances).to.include(instance);
          expect(score).to.be.above(0);
          // An instance with one class of trouble is at most as probable as the instance.
          expect(probability).to.be.within(0, score + 1e-9);
        }
      }),
    );
  });

  it('gives the same suspects for the same anomalies in any order', () => {
    const shuffled = anomalies.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(suspects(other, INSTANCES.toReversed())).to.deep.equal(suspects(list));
      }),
    );
  });
});
