import { expect } from 'chai';
import type { Evidence, Finding } from '../../../src/shared/report.ts';
import type { PlannedStep } from '../../../src/workers/evidence-plan/question.ts';
import { gatherInRounds, MAX_EVIDENCE_ROUNDS } from '../../../src/workers/gather-in-rounds.ts';
import { logRow, logs } from '../../support/evidence-fixtures.ts';

const FACTS = { from: '2026-11-20T11:30:00.000Z', to: '2026-11-20T12:00:00.000Z' };

function refusedBy(component: string): Finding {
  const nothing = { timeline: [], actions: [], prevention: [], metrics: [] };
  const about = { detector: 'connection-failure', class: 'network' as const, statement: 's', component };
  return { ...about, confidence: 0.8, cause: false, evidence: [1], ...nothing };
}

const step = (service: string): PlannedStep => ({
  capability: 'service.health',
  arguments: { service },
  label: service,
  required: false,
});

/** Rounds in which every analysis finds another peer that refuses connections. */
async function run(findings: (round: number) => Finding[], plan: PlannedStep[] = [step('web')]) {
  const asked: string[][] = [];
  const result = await gatherInRounds(
    {
      async gather(steps) {
        asked.push(steps.map(({ label }) => label));
        const evidence: Evidence[] = [logs(1, [logRow('x')])];
        return { evidence, gaps: [{ what: `round ${asked.length}`, why: 'w' }] };
      },
      analyse: async () => ({
        findings: findings(asked.length),
        gaps: [{ what: 'a check', why: `after ${asked.length}` }],
      }),
    },
    { steps: plan, gaps: [{ what: 'planned', why: 'w' }] },
    FACTS,
  );
  return { ...result, rounds: asked };
}

describe('the rounds of gathering', () => {
  it('end with the plan when the findings suggest nothing', async () => {
    const { rounds, gaps } = await run(() => []);
    expect(rounds).to.deep.equal([['web']]);
    expect(gaps.map(({ what }) => what)).to.deep.equal(['planned', 'round 1', 'a check']);
  });

  it('follow what the findings suggest, and tell the gaps of all rounds and of the last analysis', async () => {
    const { rounds, gaps, findings } = await run((round) => [refusedBy(`peer-${round}`)]);
    expect(rounds).to.have.length(MAX_EVIDENCE_ROUNDS);
    expect(rounds[1]).to.deep.equal(['endpoints of peer-1', 'pods of peer-1', 'Kubernetes events of peer-1']);
    expect(rounds[2]?.[0]).to.equal('endpoints of peer-2');
    expect(findings[0]?.component).to.equal('peer-3');
    expect(gaps.map(({ what }) => what)).to.deep.equal(['planned', 'round 1', 'round 2', 'round 3', 'a check']);
    expect(gaps.at(-1)?.why).to.equal('after 3');
  });

  it('ask nothing twice, also what failed', async () => {
    const { rounds } = await run(() => [refusedBy('peer')]);
    expect(rounds[1]).to.have.length(3);
    expect(rounds).to.have.length(2);
  });

  it('count every question', async () => {
    const result = await gatherInRounds(
      {
        gather: async () => ({ evidence: [], gaps: [] }),
        analyse: async () => ({ findings: [refusedBy('peer')], gaps: [] }),
      },
      { steps: [step('web')], gaps: [] },
      FACTS,
    );
    expect(result.asked).to.equal(4);
  });

  it('tell once that a whole survey went unanswered for one reason', async () => {
    const plan = ['a', 'b', 'c', 'd'].map((name) => ({
      ...step(name),
      survey: name === 'd' ? undefined : 'all services',
    }));
    const { gaps } = await gatherInRounds(
      {
        gather: async (steps) => ({
          evidence: [],
          gaps: steps.map(({ label }) => ({ what: label, why: 'it is away' })),
        }),
        analyse: async () => ({ findings: [], gaps: [] }),
      },
      { steps: plan, gaps: [] },
      FACTS,
    );
    expect(gaps.map(({ what }) => what)).to.deep.equal(['all services (3 questions)', 'd']);
  });
});
