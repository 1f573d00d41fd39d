import { expect } from 'chai';
import { discountCallers } from '../../../../../src/workers/localisation/symptoms/discount-callers.ts';
import { ownExcess } from '../../../../../src/workers/localisation/symptoms/own-excess.ts';
import type { Symptom } from '../../../../../src/workers/localisation/symptoms/symptom.ts';
import { callGraph } from '../../../../../src/workers/localisation/telemetry/call-graph.ts';
import { shop } from '../../../../fixtures/rca/synthetic-shop.ts';
import { NOW } from '../../../../support/evidence-fixtures.ts';

function graphOf(...edges: [string, string][]) {
  const [base] = shop({}, ['topology']).evidence;
  const data = { edges: edges.map(([caller, callee]) => ({ caller, callee })) };
  const input = { alerts: [], evidence: [{ ...base!, data }], now: NOW };
  return callGraph(input, { before: [], unsure: [], during: [], evidence: [] });
}

const symptom = (service: string, amount: number): Symptom => ({
  component: { service, instance: null },
  amount,
  clarity: 1,
  onset: null,
  class: null,
  reason: `${service} has ${amount}`,
  evidence: [1],
});

describe('symptoms that flow from callee to caller', () => {
  const graph = graphOf(['door', 'desk'], ['desk', 'shelf'], ['desk', 'till']);

  it('leave to each service what the services it calls do not explain', () => {
    const own = ownExcess(new Map(Object.entries({ door: 12, desk: 11, shelf: 9, till: 1 })), graph);
    expect(Object.fromEntries(own)).to.deep.equal({ door: 1, desk: 1, shelf: 9, till: 1 });
  });

  it('are taken off callers as far as something below them shows as much', () => {
    const left = discountCallers([symptom('door', 5), symptom('desk', 4), symptom('shelf', 4)], graph);
    expect(left.map(({ component, amount }) => [component.service, amount])).to.deep.equal([
      ['door', 1],
      ['shelf', 4],
    ]);
  });

  it('explain nothing within a circle of calls', () => {
    const circle = graphOf(['a', 'b'], ['b', 'a']);
    expect(discountCallers([symptom('a', 3), symptom('b', 3)], circle)).to.have.length(2);
    expect([
      ...ownExcess(
        new Map([
          ['a', 3],
          ['b', 3],
        ]),
        circle,
      ).values(),
    ]).to.deep.equal([3, 3]);
  });

  it('have their entry at the services that nobody calls', () => {
    expect(graph.entries).to.deep.equal(['door']);
    expect(graph.mayCarryRequests('till')).to.equal(true);
    expect(graph.mayCarryRequests('batch')).to.equal(false);
    expect(graphOf().mayCarryRequests('batch')).to.equal(true);
  });
});
