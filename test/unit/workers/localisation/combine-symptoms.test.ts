import { expect } from 'chai';
import { combineSymptoms } from '../../../../src/workers/localisation/combine-symptoms.ts';
import type { Symptom } from '../../../../src/workers/localisation/symptoms/symptom.ts';

function symptom(service: string, amount: number, more: Partial<Symptom> = {}): Symptom {
  const component = { service, instance: null };
  return { component, amount, clarity: 1, onset: null, class: null, reason: `${service} 1`, evidence: [1], ...more };
}

describe('combining symptoms', () => {
  it('counts the share of a kind, so that noise that all show counts little', () => {
    const noise = ['a', 'b', 'c', 'd'].map((service) => symptom(service, 900));
    const [first, second] = combineSymptoms([
      { name: 'noise', weight: 1, showsMechanism: true, symptoms: noise },
      { name: 'clear', weight: 1, showsMechanism: true, symptoms: [symptom('d', 2)] },
    ]);
    expect(first).to.include({ service: 'd', score: 1.25 });
    expect(second?.score).to.equal(0.25);
  });

  it('names the instance that holds most of the symptoms, or none where all hold alike', () => {
    const at = (instance: string, amount: number) => symptom('a', amount, { component: { service: 'a', instance } });
    const of = (...symptoms: Symptom[]) =>
      combineSymptoms([{ name: 'cpu', weight: 1, showsMechanism: true, symptoms }])[0]?.instance;
    expect(of(at('a-1', 9), at('a-2', 1))).to.equal('a-1');
    expect(of(at('a-1', 5), at('a-2', 5))).to.equal(null);
    expect(of(symptom('a', 5))).to.equal(null);
  });

  it('explains slow work by a resource that is used up, or else by the code', () => {
    const slow = { name: 'spans', weight: 1, showsMechanism: true, symptoms: [symptom('a', 1)] };
    const cpu = {
      name: 'cpu',
      weight: 1,
      showsMechanism: true,
      symptoms: [symptom('a', 1, { class: 'resource', clarity: 0.3 })],
    };
    expect(combineSymptoms([slow, cpu])[0]?.class).to.equal('resource');
    expect(combineSymptoms([slow])[0]?.class).to.equal('application');
  });

  it('tells what of a score shows the fault itself, and what is a mere rise in use', () => {
    const kinds = [
      {
        name: 'memory',
        weight: 1,
        showsMechanism: true,
        isUse: true,
        symptoms: [symptom('a', 1, { class: 'resource', clarity: 0.75 })],
      },
      {
        name: 'gaps',
        weight: 1,
        showsMechanism: false,
        symptoms: [symptom('a', 1, { class: 'resource', clarity: 0.5 })],
      },
      {
        name: 'errors',
        weight: 0.5,
        showsMechanism: true,
        symptoms: [symptom('a', 1, { class: 'resource', clarity: 0.5 })],
      },
    ];
    expect(combineSymptoms(kinds)[0]?.support).to.deep.equal({
      shown: 0.75,
      direct: 1.25,
      use: 0.5,
      requestsOnly: false,
      rush: 0,
    });
    expect(combineSymptoms(kinds, { requestsOnly: true, rush: 0.4 })[0]?.support).to.include({
      requestsOnly: true,
      rush: 0.4,
    });
  });

  it('says the earliest onset, the strongest reasons first and all their evidence', () => {
    const [suspect] = combineSymptoms([
      {
        name: 'x',
        weight: 0.5,
        showsMechanism: true,
        symptoms: [symptom('a', 1, { onset: 5, reason: 'weak', evidence: [3] })],
      },
      {
        name: 'y',
        weight: 1,
        showsMechanism: true,
        symptoms: [symptom('a', 1, { onset: 7, reason: 'strong', evidence: [2] })],
      },
    ]);
    expect(suspect).to.deep.include({ onset: 5, reasons: ['strong', 'weak'], evidence: [2, 3] });
  });

  it('orders equal suspects by name and leaves out those without a score', () => {
    const symptoms = [symptom('b', 1), symptom('a', 1), symptom('c', 1, { clarity: 0 })];
    const suspects = combineSymptoms([{ name: 'x', weight: 1, showsMechanism: true, symptoms }]);
    expect(suspects.map(({ service }) => service)).to.deep.equal(['a', 'b']);
  });
});
