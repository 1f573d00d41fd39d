import { expect } from 'chai';
import { renderBlocksForTerminal } from '../../../../scripts/render-terminal.ts';
import { writeReport } from '../../../../src/workers/write-report.ts';
import { sampleEvidence, sampleReport, sampleView } from './sample-views.ts';

const shown = (view: ReturnType<typeof sampleView>) =>
  renderBlocksForTerminal(writeReport(view).reply.blocks, { width: 1_000 });

describe('the parts of a written report', () => {
  it('show what was asked as name=value with short times, and list by number what no claim rests on', () => {
    const query = { service: 'a', severity: 'ERROR', limit: 100, errorsOnly: false, groupBy: [] };
    const range = { from: '2026-11-20T02:42:00Z', to: '2026-11-20T03:12:04Z' };
    const evidence = [1, 2, 3, 4].map((number) => sampleEvidence(number, { query: { ...query, ...range }, ...range }));
    const rootCause = { statement: 'x', component: null, confidence: 0.9, evidence: [1] };
    const report = sampleReport({ rootCause, hypotheses: [], timeline: [], metrics: [] });
    const text = shown(sampleView({ evidence, report }));
    expect(text).to.contain('[1] logs.query service=a severity=ERROR, 02:42:00–03:12:04 UTC\n');
    expect(text).to.contain('Also looked at: logs.query [2] [3] [4]');
  });

  it('say of cited evidence that its source has more', () => {
    const range = { from: '2026-11-20T02:42:00Z', to: '2026-11-20T03:12:04Z' };
    const evidence = [sampleEvidence(1, { query: { service: 'a', ...range }, ...range, hasMore: true })];
    const rootCause = { statement: 'x', component: null, confidence: 0.9, evidence: [1] };
    const text = shown(sampleView({ evidence, report: sampleReport({ rootCause }) }));
    expect(text).to.contain('[1] logs.query service=a, 02:42:00–03:12:04 UTC (not all: the source has more)');
  });

  it('say once why a source left many questions open', () => {
    const couldNotCheck = Array.from({ length: 9 }, (_, index) => ({
      what: `question ${index}`,
      why: 'SigNoz is away',
    }));
    const text = shown(sampleView({ report: sampleReport({ couldNotCheck }) }));
    expect(text.match(/SigNoz is away/g)).to.have.length(1);
    expect(text).to.contain('question 3, question 4 and 4 more: SigNoz is away');
  });

  it('do not repeat the root cause among the hypotheses, and say no chance of what is ruled out', () => {
    const rootCause = {
      statement: 'The pool is full. As a result, a waits',
      component: null,
      confidence: 1,
      evidence: [1],
    };
    const of = (statement: string, standing: 'supported' | 'possible' | 'ruled_out', confidence: number) => ({
      statement,
      standing,
      confidence,
      evidence: [1],
    });
    const hypotheses = [
      of('The pool is full', 'supported', 0.9),
      of('faint', 'possible', 0.2),
      of('likely', 'possible', 0.6),
      of('dns failure: it resolves', 'ruled_out', 0.8),
    ];
    const text = shown(sampleView({ report: sampleReport({ rootCause, hypotheses }) }));
    expect(text.match(/The pool is full/g)).to.have.length(1);
    expect(text.indexOf('likely')).to.be.lessThan(text.indexOf('faint'));
    expect(text).to.contain('Ruled out: dns failure: it resolves');
  });

  it('mark commands that only look, and name the risk of the others', () => {
    const immediateActions = [
      { title: 'Look', command: 'kubectl get pods', risk: null },
      { title: 'Think', command: null, risk: null },
      { title: 'Undo', command: 'kubectl rollout undo deployment/a', risk: 'Replaces pods.' },
    ];
    const text = shown(sampleView({ report: sampleReport({ immediateActions }) }));
    expect(text).to.contain('1. Look (read-only)').and.contain('Risk: Replaces pods.').and.not.contain('none named');
  });
});
