import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { callGraph } from '../../../../../src/workers/localisation/telemetry/call-graph.ts';
import { incidentWindow } from '../../../../../src/workers/localisation/telemetry/incident-window.ts';
import { readTraces } from '../../../../../src/workers/localisation/telemetry/read-spans.ts';
import { manifestEvidence, workload } from '../../../../support/configured-workloads.ts';
import { at, NOW, span, spans } from '../../../../support/evidence-fixtures.ts';

const called = [
  span({ at: at(0), service: 'door', spanId: 'a' }),
  span({ at: at(0), service: 'desk', spanId: 'b', parentSpanId: 'a' }),
];
/** Spans of all services: what was asked for one of them shows its callers alone. */
const SEEN = spans(1, called, {});
const CONFIGURED = manifestEvidence(2, [
  workload('door', { DESK_URL: 'http://desk:8080' }),
  workload('desk', { DOOR_CALLBACK_URL: 'http://door:8080', TILL_ADDR: 'till:9000' }),
]);

function graphOf(items: Evidence[], services: string[] = []) {
  const input = { alerts: [], evidence: items, now: NOW };
  return callGraph(input, readTraces(input, incidentWindow(input)), services);
}

describe('the call graph', () => {
  it('knows calls that workloads are configured to make, and that nobody saw them', () => {
    const graph = graphOf([CONFIGURED]);
    expect(graph.calleesOf('desk')).to.have.members(['door', 'till']);
    expect(graph.configuredBy('desk', 'till')).to.deep.equal([2]);
    expect(graph.isSeen('desk')).to.equal(false);
    expect(graph.entries).to.deep.equal([]);
  });

  it('holds seen calls for surer: none that is configured goes against them, or tells where requests enter', () => {
    const graph = graphOf([SEEN, CONFIGURED]);
    expect(graph.calleesOf('desk')).to.deep.equal(['till']);
    expect(graph.calleesOf('door')).to.deep.equal(['desk']);
    expect(graph.configuredBy('door', 'desk')).to.deep.equal([]);
    expect([graph.isSeen('desk'), graph.isSeen('till')]).to.deep.equal([true, false]);
    expect(graph.entries).to.deep.equal(['door']);
    expect(graph.mayCarryRequests('till')).to.equal(true);
    expect(graph.mayCarryRequests('batch')).to.equal(false);
  });

  it('is as ever where nothing is configured: of seen calls, or else guessed from names', () => {
    expect(graphOf([SEEN, manifestEvidence(2, [workload('desk', {})])]).calleesOf('desk')).to.deep.equal([]);
    expect(graphOf([], ['orders', 'orders-db']).calleesOf('orders')).to.deep.equal(['orders-db']);
  });

  it('guesses no call between services of which it is configured whom they call', () => {
    const known = manifestEvidence(2, [
      workload('orders', { LEDGER_URL: 'http://ledger' }),
      workload('mail', { POST_HOST: 'orders-db' }),
    ]);
    const graph = graphOf([known], ['orders', 'orders-db', 'ledger', 'mail']);
    expect(graph.calleesOf('orders')).to.deep.equal(['ledger']);
    expect(graph.calleesOf('mail')).to.deep.equal(['orders-db']);
  });

  it('calls configured services as the telemetry does', () => {
    const known = manifestEvidence(2, [workload('order-desk', { LEDGER_URL: 'http://ledger' })]);
    expect(graphOf([known], ['Order_Desk', 'ledger']).calleesOf('Order_Desk')).to.deep.equal(['ledger']);
  });

  it('knows a call from a time of which nobody can say whether it is before or during the trouble', () => {
    const unsure = called.map((one) => ({ ...one, at: at(8) }));
    expect(graphOf([spans(1, unsure, {})]).calleesOf('door')).to.deep.equal(['desk']);
  });
});
