import { expect } from 'chai';
import { withSlowWays } from '../../../../../src/workers/localisation/symptoms/slow-ways.ts';
import type { Symptom } from '../../../../../src/workers/localisation/symptoms/symptom.ts';
import type { CallGraph } from '../../../../../src/workers/localisation/telemetry/call-graph.ts';

const graphOf = (calls: [string, string][]): CallGraph => ({
  calleesOf: (service) => calls.flatMap(([caller, callee]) => (caller === service ? [callee] : [])),
  callersOf: (service) => calls.flatMap(([caller, callee]) => (callee === service ? [caller] : [])),
  entries: [],
  mayCarryRequests: () => true,
});
const slower = (service: string): Symptom => {
  const component = { service, instance: null };
  return {
    component,
    amount: 0.5,
    clarity: 0.9,
    onset: null,
    class: 'application',
    reason: `${service} is slower`,
    evidence: [1],
  };
};
const graph = graphOf([
  ['desk', 'till'],
  ['door', 'till'],
  ['door', 'clock'],
]);

describe('slow ways without spans', () => {
  it('are blamed on the service that all slower callers share', () => {
    const found = withSlowWays([slower('desk'), slower('door')], graph).toSorted((a, b) => b.amount - a.amount);
    expect(found[0]).to.deep.include({ component: { service: 'till', instance: null }, class: 'network' });
  });

  it('are not told by one caller alone, which may be slow by itself', () => {
    expect(withSlowWays([slower('door')], graph)).to.deep.equal([slower('door')]);
    expect(withSlowWays([], graph)).to.deep.equal([]);
  });
});
