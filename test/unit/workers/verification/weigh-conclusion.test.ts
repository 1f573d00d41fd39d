import { expect } from 'chai';
import type { Finding, Report } from '../../../../src/shared/report.ts';
import { weighConclusion } from '../../../../src/workers/verification/weigh-conclusion.ts';

type Given = Partial<Report['rootCause']> & Pick<Partial<Report>, 'verdict' | 'class'>;

function report({ verdict = 'identified', class: kind = 'database', ...rootCause }: Given): Report {
  return {
    tier: 'llm',
    verdict,
    class: kind,
    rootCause: { statement: 'The pool is full', component: 'cart', confidence: 0.9, evidence: [1], ...rootCause },
    hypotheses: [],
    timeline: [],
    immediateActions: [],
    prevention: [],
    metrics: [],
    couldNotCheck: [],
  };
}

const finding = (more: Partial<Finding> = {}): Finding => ({
  detector: 'pool-exhaustion',
  class: 'database',
  statement: 'x',
  component: 'cart',
  confidence: 0.8,
  cause: true,
  evidence: [1],
  timeline: [],
  actions: [],
  prevention: [],
  metrics: [],
  ...more,
});
const outcome = (model: Given, own: Given, findings: Finding[] = []) =>
  weighConclusion(report(model), report(own), findings).outcome;

describe('the weight of a model’s conclusion', () => {
  it('lets it refine what the detectors have identified', () => {
    expect(outcome({ statement: 'A slow query fills the pool' }, {})).to.equal('stands');
    expect(outcome({ component: 'cart-7d9f8c6b54-x2x4z' }, {})).to.equal('stands');
    expect(outcome({ component: 'db', statement: 'db is slow, so that cart waits' }, {})).to.equal('stands');
    expect(outcome({ component: 'db' }, { statement: 'Statements of cart at db are slow' })).to.equal('stands');
  });

  it('does not let it replace what they have identified', () => {
    expect(outcome({ component: 'payment', statement: 'payment is overloaded' }, {})).to.equal('overruled');
    expect(outcome({ class: 'network', evidence: [7] }, {})).to.equal('overruled');
    expect(outcome({ class: 'network' }, { component: null })).to.equal('overruled');
  });

  it('does not take another class for another fault where both blame the same by the same evidence', () => {
    expect(outcome({ class: 'network' }, {})).to.equal('stands');
  });

  it('lets it differ where they have only a guess or none, but not call it identified', () => {
    expect(outcome({ component: 'payment', class: 'network' }, { verdict: 'probable' })).to.equal('capped');
    expect(outcome({ component: 'payment', class: 'network', verdict: 'probable' }, { verdict: 'probable' })).to.equal(
      'stands',
    );
    expect(outcome({}, { verdict: 'inconclusive' }, [finding({ confidence: 0.4 })])).to.equal('capped');
    expect(outcome({}, { verdict: 'inconclusive' }, [finding({ evidence: [7] })])).to.equal('capped');
  });

  it('lets it be sure where a finding supports it', () => {
    expect(outcome({}, { verdict: 'inconclusive' }, [finding()])).to.equal('stands');
    expect(outcome({}, { verdict: 'probable' }, [finding()])).to.equal('stands');
  });

  it('does not let it be sure of another fault, or of another kind of fault, than they hold likely', () => {
    const probable = { verdict: 'probable' } as const;
    const payment = finding({ component: 'payment', class: 'network', evidence: [2] });
    const blamesPayment: Given = {
      component: 'payment',
      statement: 'payment is away',
      class: 'network',
      evidence: [2],
    };
    expect(outcome(blamesPayment, probable, [finding(), payment])).to.equal('capped');
    expect(outcome({ class: 'network' }, probable, [finding()])).to.equal('capped');
    expect(outcome({ class: 'network' }, { verdict: 'inconclusive' }, [finding()])).to.equal('capped');
  });

  it('raises no alarm of its own where they have proof that all is well', () => {
    expect(outcome({}, { verdict: 'healthy' })).to.equal('doubted');
    expect(outcome({ verdict: 'probable' }, { verdict: 'healthy' }, [finding({ confidence: 0.2 })])).to.equal(
      'doubted',
    );
    expect(outcome({ verdict: 'probable' }, { verdict: 'healthy' }, [finding()])).to.equal('stands');
  });

  it('gives no all-clear without the detectors’ proof', () => {
    expect(outcome({ verdict: 'healthy' }, { verdict: 'inconclusive' })).to.equal('overruled');
    expect(outcome({ verdict: 'healthy' }, { verdict: 'healthy' })).to.equal('stands');
  });
});
