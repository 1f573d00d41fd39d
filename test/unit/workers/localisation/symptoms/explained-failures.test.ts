import { expect } from 'chai';
import { explainFailures } from '../../../../../src/workers/localisation/symptoms/explained-failures.ts';
import type { Symptom } from '../../../../../src/workers/localisation/symptoms/symptom.ts';
import type { CallGraph } from '../../../../../src/workers/localisation/telemetry/call-graph.ts';

const graphOf = (calls: [string, string][]): CallGraph => ({
  calleesOf: (service) => calls.flatMap(([caller, callee]) => (caller === service ? [callee] : [])),
  callersOf: (service) => calls.flatMap(([caller, callee]) => (callee === service ? [caller] : [])),
  entries: [],
  mayCarryRequests: () => true,
});
const symptom = (service: string, clarity: number): Symptom => {
  return {
    component: { service, instance: null },
    amount: 10,
    clarity,
    onset: null,
    class: null,
    reason: '',
    evidence: [],
  };
};
const kinds = (callers: Symptom[], callees: Symptom[], weight = 1) => [
  { name: 'errors', weight: 0.5, showsMechanism: true, symptoms: callers },
  { name: 'silence', weight, showsMechanism: true, symptoms: callees },
];

describe('explained failures', () => {
  const graph = graphOf([
    ['door', 'desk'],
    ['desk', 'till'],
  ]);

  it('take from callers, however far up, what a broken service below explains', () => {
    const [errors, silence] = explainFailures(
      kinds([symptom('door', 1), symptom('desk', 1)], [symptom('till', 0.8)]),
      graph,
    );
    expect(errors!.symptoms.map(({ clarity }) => clarity.toFixed(2))).to.deep.equal(['0.20', '0.20']);
    expect(silence!.symptoms[0]!.clarity).to.equal(0.8);
  });

  it('leave nothing where the explanation is certain, and some where the kind is indirect', () => {
    expect(explainFailures(kinds([symptom('desk', 1)], [symptom('till', 1)]), graph)[0]!.symptoms).to.be.empty;
    const [some] = explainFailures(kinds([symptom('desk', 1)], [symptom('till', 1)], 0.5), graph);
    expect(some!.symptoms[0]!.clarity).to.be.within(0.2, 0.4);
  });

  it('explain nothing by a caller, and nothing in a circle of calls', () => {
    const upwards = explainFailures(kinds([symptom('till', 1)], [symptom('desk', 1)]), graph);
    expect(upwards[0]!.symptoms[0]!.clarity).to.equal(1);
    const circle = graphOf([
      ['desk', 'till'],
      ['till', 'desk'],
    ]);
    expect(
      explainFailures(kinds([symptom('desk', 1)], [symptom('till', 1)]), circle)[0]!.symptoms[0]!.clarity,
    ).to.equal(1);
  });
});
