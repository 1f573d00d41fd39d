import { expect } from 'chai';
import { answerOfReport } from '../../../../../scripts/eval/cases/answer-of-report.ts';
import { investigateCase } from '../../../../../scripts/eval/cases/evaluate-cases.ts';
import { SUITE_ADAPTERS } from '../../../../../scripts/eval/cases/index.ts';
import { renderBlocksForTerminal } from '../../../../../scripts/render-terminal.ts';
import type { Finding, Report } from '../../../../../src/shared/report.ts';
import type { Suspect } from '../../../../../src/workers/localisation/suspect.ts';
import { writeReport } from '../../../../../src/workers/write-report.ts';
import { CULPRIT } from '../../../../fixtures/rca/suite-case-files.ts';
import { SUITE_CASES } from '../../../../fixtures/rca/suite-cases.ts';
import { caseFolder } from '../../../../support/case-folder.ts';
import { sampleReport, sampleView } from '../../../workers/report-blocks/sample-views.ts';

const suspect = (service: string, instance: string | null = null): Suspect => {
  return { service, instance, score: 1, onset: null, class: 'resource', reasons: [], evidence: [1] };
};
const SUSPECTS = [suspect('cart', 'cart-1'), suspect('pay', 'pay-1'), suspect('web')];
const finding = (component: string, statement: string): Finding => ({
  ...{ detector: 'where-it-began', class: 'network' as const, statement, component, confidence: 0.3, cause: false },
  ...{ evidence: [1], timeline: [], actions: [], prevention: [], metrics: [] },
});
const named = (component: string | null, more: Partial<Report> = {}) =>
  sampleReport({ rootCause: { statement: 'Because', component, confidence: 0.7, evidence: [1] }, ...more });
const answer = (report: Report, findings: Finding[] = []) =>
  answerOfReport(report, { findings, suspects: SUSPECTS, evidence: [] });

/** What Slack shows of a report. */
function posted(report: Report): string {
  const { reply, overflow } = writeReport(sampleView({ report }));
  const blocks = [reply, ...overflow].flatMap((message) => message.blocks);
  return renderBlocksForTerminal(blocks, { now: Date.UTC(2026, 4, 4), width: 1_000 });
}

describe('the answer that a report gives', () => {
  it('begins with the component of its cause, and goes on with the suspects of the analysis', () => {
    expect(answer(named('pay'))).to.deep.include({ ranking: ['pay', 'cart', 'web'], instances: ['pay-1', 'cart-1'] });
    expect(answer(named('pay-1'))).to.deep.include({ ranking: ['pay', 'cart', 'web'], first_by: 'cause' });
    expect(answer(named('orders-db')).ranking).to.deep.equal(['orders-db', 'cart', 'pay', 'web']);
  });

  it('leaves the other instances of the first service where localisation has them', () => {
    const suspects = [suspect('cart', 'cart-1'), suspect('pay', 'pay-1'), suspect('cart', 'cart-2')];
    const { instances } = answerOfReport(named('cart'), { findings: [], suspects, evidence: [] });
    expect(instances).to.deep.equal(['cart-1', 'pay-1', 'cart-2']);
  });

  it("begins with the first lead of a report that leaves the cause open, and has its class, not the suspect's", () => {
    const findings = [finding('web', 'Web is odd.'), finding('pay', 'Pay is odd.')];
    const hypotheses = ['Pay is odd; against it: nothing', 'Web is odd'].map((statement) => {
      return { statement, standing: 'possible' as const, confidence: 0.3, evidence: [1] };
    });
    const open = named(null, { verdict: 'inconclusive', class: 'network', hypotheses });
    expect(answer(open, findings)).to.deep.include({
      ranking: ['pay', 'cart', 'web'],
      first_by: 'lead',
      class: 'network',
    });
    expect(answer({ ...open, hypotheses: [] }, findings)).to.include({ first_by: 'analysis' });
  });

  it('suspects nobody where the report calls all well', () => {
    expect(answer(named(null, { verdict: 'healthy', class: 'healthy' }))).to.deep.include({
      ranking: [],
      first_by: null,
    });
  });

  describe('to a case of each suite', () => {
    const folder = caseFolder(SUITE_CASES);
    after(folder.remove);
    const verdicts = {
      identified: /root cause identified/,
      probable: /probable/i,
      inconclusive: /inconclusive|not established/i,
    };
    for (const { suite, list } of SUITE_ADAPTERS) {
      it(`is what is posted: ${suite}`, async () => {
        const [one] = list(folder.path);
        const { report, answer: given } = await investigateCase(one!.read());
        const { verdict, rootCause } = report;
        expect(given).to.include({ verdict, class: report.class, confidence: rootCause.confidence, first_by: 'cause' });
        expect(given.conclusion).to.equal(rootCause.statement.slice(0, 600));
        expect([given.ranking[0], given.instances[0]]).to.include(rootCause.component);
        const text = posted(report);
        expect(text).to.match(verdicts[verdict as keyof typeof verdicts]);
        expect(text).to.contain(`component ${rootCause.component}`).and.contain(given.conclusion.slice(0, 60));
        expect(text).to.match(new RegExp(`Severity critical · ${given.class}`));
        expect(given.culprit_commit).to.equal(suite === 'rootcausebench' ? CULPRIT : undefined);
        if (given.culprit_commit) expect(text).to.contain(given.culprit_commit.slice(0, 12));
      });
    }
  });
});
