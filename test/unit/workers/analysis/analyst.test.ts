import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { loadAgents, type PoolAgent, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { Evidence } from '../../../../src/shared/report.ts';
import { analyseEvidence } from '../../../../src/workers/analysis/analyse-evidence.ts';
import { type Analyst, type AnalystOptions, createAnalyst } from '../../../../src/workers/analysis/analyst.ts';
import { weighEvidence } from '../../../../src/workers/analysis/weigh-evidence.ts';
import { concludeFindings } from '../../../../src/workers/conclude-findings.ts';
import { rejection } from '../../../support/errors.ts';
import { at, input, logRow, logs, span, spans } from '../../../support/evidence-fixtures.ts';

const network = poolAgents(loadAgents()).find(({ name }) => name === 'network') as PoolAgent;
const STUCK = new URL('./stuck-thread.ts', import.meta.url);
const RUNNING = new AbortController().signal;
const REFUSED = 'connect ECONNREFUSED 10.0.0.7:8080';

const fewLines: Evidence[] = [logs(1, [logRow(REFUSED)])];
const manySpans = Array.from({ length: 8_000 }, (_, index) => span({ spanId: `s${index}`, at: at(index % 50) }));
const much: Evidence[] = [...fewLines, spans(2, manySpans)];

describe('the analyst', () => {
  let analyst: Analyst | null = null;
  const start = (options: AnalystOptions = {}) => {
    analyst = createAnalyst(options);
    return analyst;
  };
  afterEach(async () => {
    await analyst?.close();
    analyst = null;
  });

  it('comes to the same in its thread as at once, and concludes the same', async () => {
    const all = input('web: connection refused', much);
    const { analyse, conclude } = start();
    const analysis = await analyse(network, all, RUNNING);
    expect(analysis).to.deep.equal(analyseEvidence(network, all));
    const about = { alerts: all.alerts, agent: network, evidence: much, seen: all, ...analysis };
    expect(await conclude(about, RUNNING)).to.deep.equal(concludeFindings(about));
    const withMore = { ...about, evidence: [...much, logs(3, [logRow('connection reset by peer')])] };
    expect(await conclude(withMore, RUNNING)).to.deep.equal(concludeFindings(withMore));
  });

  it('lets the event loop go on while much evidence is analysed', async () => {
    const { analyse } = start();
    let turns = 0;
    let isDone = false;
    const work = analyse(network, input('web: connection refused', much), RUNNING).finally(() => {
      isDone = true;
    });
    for (; !isDone; turns++) await nextTurn();
    await work;
    // Without a thread there is one turn for each piece of evidence and each detector.
    expect(turns).to.be.greaterThan(10 * (much.length + network.pool.detectors.length));
  });

  it('stops a check that never ends or takes all memory, says so, and keeps what the others find', async () => {
    const { analyse } = start({ deadlineMs: 8_000, program: STUCK });
    const all = input('web: connection refused', much);
    const { findings, gaps } = await analyse(network, all, RUNNING);
    const whole = analyseEvidence(network, all);
    expect(findings).to.deep.equal(whole.findings);
    const faulty = gaps.filter(({ what }) => what.startsWith('the check'));
    expect(faulty.map(({ what }) => what)).to.have.members(['the check "crash-loop"', 'the check "oom-kill"']);
    expect(faulty.find(({ what }) => what.includes('oom'))?.why).to.include('took longer than 8000 ms');
    expect(faulty.find(({ what }) => what.includes('crash'))?.why).to.include('memory');
  });

  it('serves several at once, and gives up when told to', async () => {
    const { analyse } = start({ apartFrom: 10 });
    const all = ['web', 'cart', 'orders'].map((name) => input(`${name}: connection refused`, much));
    const stop = new AbortController();
    const stopped = rejection(analyse(network, all[0]!, stop.signal));
    stop.abort(new Error('the lease is lost'));
    const others = await Promise.all(all.map((one) => analyse(network, one, RUNNING)));
    expect(others).to.deep.equal(all.map((one) => analyseEvidence(network, one)));
    expect(await stopped).to.have.property('message', 'the lease is lost');
  });

  it('takes nothing more once it is closed', async () => {
    const closed = start({ apartFrom: 10 });
    await closed.close();
    const all = input('web: connection refused', much);
    expect(await rejection(closed.analyse(network, all, RUNNING))).to.have.property('code', 'shutting_down');
  });
});

describe('the weight of evidence', () => {
  it('counts values and text, and no further than it must', () => {
    const [few] = fewLines;
    expect(weighEvidence([few!], 1_000)).to.be.within(5, 200);
    expect(weighEvidence(much, 500)).to.equal(500);
    expect(weighEvidence([{ ...few!, data: null, text: 'x'.repeat(4_000) }], 10_000)).to.equal(1_001);
  });
});
