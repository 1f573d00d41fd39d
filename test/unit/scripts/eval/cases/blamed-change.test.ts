import { expect } from 'chai';
import { blamedChange } from '../../../../../scripts/eval/cases/blamed-change.ts';
import type { Report } from '../../../../../src/shared/report.ts';
import { formEvidence, incident } from '../../../../fixtures/rca/change-incident.ts';
import { CHANGE_SCENARIOS } from '../../../../fixtures/rca/change-scenarios.ts';
import { sampleReport } from '../../../workers/report-blocks/sample-views.ts';

const { evidence } = incident(CHANGE_SCENARIOS[0]!.incident);
const { culprit } = CHANGE_SCENARIOS[0]!;
const DETECTORS = `The change "chore: right-size ledger resources" (commit ${culprit.slice(0, 12)}) fits: it makes the pool small`;

type Told = {
  tier?: Report['tier'];
  verdict?: Report['verdict'];
  cause?: string;
  hypotheses?: [Report['hypotheses'][number]['standing'], string][];
};

function reportOf({ tier = 'detectors', verdict = 'probable', cause = 'Ledger fails', hypotheses = [] }: Told): Report {
  return sampleReport({
    ...{ tier, verdict },
    rootCause: { statement: cause, component: 'ledger', confidence: 0.6, evidence: [1] },
    hypotheses: hypotheses.map(([standing, statement]) => ({ standing, statement, confidence: 0.4, evidence: [1] })),
  });
}
const blamed = (told: Told, from = evidence) => blamedChange(reportOf(told), from);

describe('the change that a report blames', () => {
  it('is the one that its cause or a supported hypothesis names', () => {
    expect(blamed({ cause: `Ledger fails. ${DETECTORS}` })).to.equal(culprit);
    expect(blamed({ hypotheses: [['supported', DETECTORS]] })).to.equal(culprit);
  });

  it('is none where the report names none, rules it out, blames a flag or calls all well', () => {
    expect(blamed({})).to.equal('none');
    expect(blamed({ hypotheses: [['ruled_out', DETECTORS]] })).to.equal('none');
    expect(blamed({ verdict: 'healthy', hypotheses: [['possible', DETECTORS]] })).to.equal('none');
    const flag = {
      kind: 'flag' as const,
      id: 'lunar_mode',
      service: 'kiln',
      at: null,
      title: 'on',
      detail: '',
      files: [],
    };
    const flags = [formEvidence(1, 'changes.list', { changes: [flag] })];
    expect(blamed({ cause: 'The change "on" (flag lunar_mode) fits' }, flags)).to.equal('none');
  });

  it('is left open where the report calls it possible, whatever else it concludes', () => {
    for (const verdict of ['probable', 'inconclusive'] as const)
      expect(blamed({ verdict, hypotheses: [['possible', DETECTORS]] }), verdict).to.equal(null);
    expect(blamed({ verdict: 'inconclusive' })).to.equal('none');
  });

  it('is not told by a log line that is quoted and holds an id', () => {
    expect(blamed({ cause: `Ledger logs "release ${culprit} is live"` })).to.equal('none');
  });

  it('is what a model means by the first digits of an id, but for what it rules out', () => {
    const other = evidence.flatMap(({ data }) => (data as { changes?: { id: string }[] }).changes ?? [])[0]!.id;
    const cause = `Not ${other} but ${culprit.slice(0, 8)} made the pool too small`;
    expect(blamed({ tier: 'llm', cause, hypotheses: [['ruled_out', `${other} only tidies`]] })).to.equal(culprit);
    expect(blamed({ tier: 'llm', cause: `Commit ${culprit.slice(0, 6)} did it` })).to.equal('none');
  });

  it('is unknown where no changes are known', () => {
    expect(blamed({ cause: DETECTORS }, [])).to.equal(null);
  });
});
