import { expect } from 'chai';
import { buildState } from '../../../../src/workers/kubernetes-state/build-state.ts';
import {
  configuredCalls,
  configuredFor,
  dependenciesOf,
  reachedBy,
} from '../../../../src/workers/kubernetes-state/configured-calls.ts';
import { manifestEvidence, service, workload } from '../../../support/configured-workloads.ts';

const stateOf = (...objects: Record<string, unknown>[]) => buildState([manifestEvidence(1, objects)]);
const SHOP = stateOf(
  workload('door', { DESK_URL: 'http://desk.shop.svc.cluster.local:8080/orders', GREETING: 'hello' }),
  workload('desk', { TILL_ADDR: 'till:9000', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' }),
  workload('coins', { STORE_HOST: 'postgres', BANK_URL: 'https://api.bank.example.com' }),
  service('till', 'coins'),
);

describe('calls that workloads are configured to make', () => {
  it('are read from addresses in the environment, under the names of the Service and of what it selects', () => {
    const pairs = configuredCalls(SHOP).map(({ caller, callee }) => `${caller} > ${callee}`);
    expect(pairs).to.deep.equal(['door > desk', 'desk > till', 'desk > coins', 'coins > postgres']);
    expect(configuredCalls(SHOP)[0]!.evidence).to.deep.equal([1]);
  });

  it('are none where the environment holds settings only, and none of where telemetry goes', () => {
    const plain = workload('door', { GREETING: 'hello', RETRIES: '3', JAEGER_AGENT_HOST: 'jaeger' });
    expect(configuredCalls(stateOf(plain))).to.deep.equal([]);
    expect(configuredCalls(stateOf())).to.deep.equal([]);
  });

  it('are told of one workload, and of what those that it calls call in turn', () => {
    expect([...configuredFor(SHOP, 'door', 'shop')]).to.deep.equal(['desk']);
    expect([...configuredFor(SHOP, 'door', 'another')]).to.deep.equal([]);
    expect([...reachedBy(SHOP, 'door', 'shop')]).to.include.members(['desk', 'till']);
    expect([...dependenciesOf(SHOP, new Set(['desk']))]).to.deep.equal(['till', 'collector']);
  });
});
