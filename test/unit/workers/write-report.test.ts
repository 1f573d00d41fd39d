import { expect } from 'chai';
import { renderBlocksForTerminal } from '../../../scripts/render-terminal.ts';
import type { ReportView, SlackMessage } from '../../../src/workers/report-view.ts';
import { writeReport } from '../../../src/workers/write-report.ts';
import { sampleEvidence, sampleIncident, sampleReport, sampleView } from './report-blocks/sample-views.ts';

const NOW = Date.parse('2026-11-20T03:14:00Z');

function shown({ blocks }: SlackMessage): string {
  return renderBlocksForTerminal(blocks, { now: NOW, width: 1_000 });
}

function reply(fields: Partial<ReportView> = {}): string {
  return shown(writeReport(sampleView(fields)).reply);
}

describe('write-report', () => {
  it('puts the verdict first and every part of the RCA after it', () => {
    const text = reply();
    expect(text.split('\n')[0]).to.equal('🎯 Database: root cause identified');
    const parts = ['Root cause', 'Immediate actions', 'Timeline (UTC)', 'Key metrics', 'Hypotheses', 'Prevention'];
    const places = [...parts, 'Could not check', 'Evidence'].map((title) => text.indexOf(`\n${title}\n`));
    expect(places.every((place) => place > 0)).to.equal(true);
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
  });

  it('names confidence in words and per cent, the component and the evidence', () => {
    expect(reply()).to.contain('Confidence: high (87 %) · component user-service · evidence [1] [3]');
  });

  it('says what the answer stands for and how long it took', () => {
    const text = reply();
    expect(text).to.contain('Stands for 3 alerts').and.contain('Severity critical · database');
    expect(text).to.contain('Response time 41 s · model gpt-5.2, 12107 tokens · tier llm · incident 0199a1c2');
  });

  it('shows a command letter by letter in a code block, with its risk before it', () => {
    const command = 'echo "```" | grep -c "<b>&amp;*x*" > /tmp/out';
    const action = { title: 'Count', command, risk: 'Writes a file.' };
    const view = sampleView({ report: sampleReport({ immediateActions: [action] }) });
    const blocks = JSON.stringify(writeReport(view).reply.blocks);
    const code = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: command }] };
    expect(blocks).to.contain(JSON.stringify(code));
    expect(blocks.indexOf('Writes a file.')).to.be.lessThan(blocks.indexOf('rich_text_preformatted'));
  });

  it('never shows half a command', () => {
    const action = { title: 'Delete', command: `rm -rf /data/${'x'.repeat(5_000)}`, risk: null };
    const text = reply({ report: sampleReport({ immediateActions: [action] }) });
    expect(text).to.contain('The command is too long to show whole (5013 characters)').and.not.contain('rm -rf');
  });

  it('says at the top that a report of the detectors alone is preliminary', () => {
    const { reply: message } = writeReport(sampleView({ usage: null, report: sampleReport({ tier: 'detectors' }) }));
    expect(message.text).to.contain('(preliminary)');
    expect(shown(message)).to.match(/^.*root cause identified \(preliminary\)\n\n⚠️ Preliminary: /);
    expect(shown(message)).to.contain('detectors only, no model');
  });

  it('says who stands in and what the alert was first taken for', () => {
    const text = reply({
      routingNote: 'application has no pool yet, Database stands in',
      incident: sampleIncident({ class: 'application' }),
    });
    expect(text).to.contain('Routing: application has no pool yet, Database stands in');
    expect(text).to.contain('database (alerted as application)');
  });

  it('leaves parts out that have nothing to say', () => {
    const text = reply({ report: sampleReport({ timeline: [], metrics: [], prevention: [] }), evidence: [] });
    expect(text).to.not.match(/Timeline|Key metrics|Prevention|\nEvidence/);
  });

  it('gives inconclusive and healthy verdicts a headline of their own', () => {
    expect(reply({ report: sampleReport({ verdict: 'inconclusive' }) })).to.contain('Root cause not established');
    expect(reply({ report: sampleReport({ verdict: 'healthy' }) })).to.contain('Database: nothing wrong found');
  });

  it('masks secrets in everything that goes out', () => {
    const secret = 'postgres://app:Sup3rS3cret@db:5432/users';
    const view = sampleView({
      incident: sampleIncident({ title: `cannot reach ${secret}` }),
      evidence: [sampleEvidence(1, { query: { dsn: secret } })],
      report: sampleReport({
        immediateActions: [{ title: 'Try', command: `psql ${secret}`, risk: null }],
        prevention: [secret],
      }),
    });
    expect(JSON.stringify(writeReport(view))).to.not.contain('Sup3rS3cret');
  });

  it('lets what does not fit flow into the thread, and says in the first message what follows', () => {
    const timeline = Array.from({ length: 60 }, (_, index) => ({
      at: '2026-11-20T03:00:00Z',
      what: `event number ${index} ${'with a long tail '.repeat(10)}`,
      evidence: [1],
    }));
    const { reply: first, overflow } = writeReport(sampleView({ report: sampleReport({ timeline }) }));
    const all = [first, ...overflow].map(shown).join('\n');
    const order = timeline.map((_, index) => all.indexOf(`event number ${index} `));
    expect(order.every((place) => place >= 0)).to.equal(true);
    expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
    expect(shown(first)).to.contain('More below in this thread: timeline (UTC)');
    expect(shown(overflow[0]!)).to.contain('Database RCA, continued (1 of ').and.contain('Timeline (UTC), continued');
  });

  it('says where the whole report is when four more messages are not enough', () => {
    const timeline = Array.from({ length: 2_000 }, () => ({ at: 'now', what: 'again '.repeat(50), evidence: [] }));
    const { overflow } = writeReport(sampleView({ report: sampleReport({ timeline }) }));
    expect(overflow).to.have.length(4);
    const last = shown(overflow[3]!);
    expect(last).to.match(/timeline \(UTC\) \(\d+ more\)\. The whole report: GET \/api\/incidents\/0199a1c2/);
  });

  it('shows one line per progress entry while it works, and keeps to one message', () => {
    const progress: ReportView['progress'] = [
      { stage: 'investigate', what: 'gathering evidence', status: 'done', outcome: '7 of 8 sources answered' },
      { stage: 'investigate', what: 'reasoning', status: 'running', outcome: null },
      { stage: 'report', what: 'writing', status: 'waiting', outcome: null },
    ];
    const { reply: card, overflow } = writeReport(sampleView({ phase: 'working', report: null, progress }));
    expect(shown(card)).to.contain(
      '✅ investigate gathering evidence: 7 of 8 sources answered\n⏳ investigate reasoning\n',
    );
    expect(shown(card)).to.contain('Alert received 2 minutes ago');
    expect(overflow).to.deep.equal([]);
  });

  it('keeps the latest steps of a long run on the card', () => {
    const progress = Array.from({ length: 100 }, (_, index) => ({
      stage: 'investigate' as const,
      what: `step ${index}`,
      status: 'done' as const,
      outcome: null,
    }));
    const text = reply({ phase: 'working', progress });
    expect(text).to.contain('76 earlier steps are not shown').and.contain('step 99').and.not.contain('step 75');
  });

  it('says honestly that and why an analysis failed', () => {
    const text = reply({ phase: 'failed', report: null, failure: 'signoz refused the connection' });
    expect(text).to.contain('⚠️ Database: analysis failed').and.contain('Why: signoz refused the connection');
    expect(text).to.contain('GET /api/incidents/0199a1c2');
  });

  it('calls a finished run without a report failed', () => {
    expect(reply({ report: null })).to.contain('Why: the run ended without a stored report');
  });
});
