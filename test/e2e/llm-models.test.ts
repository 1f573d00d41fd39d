import { expect } from 'chai';
import { MODELS, type ModelName } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { quickBackend } from '../support/backends.ts';
import {
  CHANNEL,
  type IncidentJson,
  incidentOfThread,
  repliesIn,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

const TITLE = 'Database connection pool exhausted for user-service';

/** Whole investigations over HTTP: the alert in Slack, the evidence of the simulated world, and a model that does as it is. */
describe('the fleet with models of every kind', function () {
  this.timeout(40_000);
  let llm: LlmSandbox;
  let test: TestFleet;
  let count = 0;
  before(async () => {
    llm = await startLlmSandbox();
    test = await startTestFleet(quickBackend(), {
      environment: {
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: llm.baseUrl,
        OPENAI_MODEL: 'test-model',
        LLM_TIMEOUT_SECONDS: '2',
        LLM_PRICES: 'test-model=2/8',
      },
    });
  });
  after(async () => {
    await test?.close();
    await llm?.close();
  });

  async function answerOf(model: ModelName) {
    llm.setModel(MODELS[model]);
    llm.requests.splice(0);
    const ts = test.sandbox.slack.postAsBot(CHANNEL, `${TITLE} (occurrence ${'abcdefghijklmnopqrstuvwxyz'[count++]})`);
    const incident = await untilState(test.fleet, await incidentOfThread(test.fleet, ts), 'posted', 25_000);
    const replies = repliesIn(test.sandbox, ts);
    expect(replies).to.have.length(1);
    return { incident, report: incident.report, text: JSON.stringify(replies[0]!.blocks) };
  }
  const whys = (report: IncidentJson, what: string): string =>
    report.couldNotCheck
      .filter((gap: { what: string }) => gap.what === what)
      .map((gap: { why: string }) => gap.why)
      .join();
  const FURTHER = 'further evidence that the LLM asked for';

  it('takes the report of a good model, which cites evidence that it asked for itself', async () => {
    const { incident, report, text } = await answerOf('good');
    expect(report).to.include({ tier: 'llm', verdict: 'identified', class: 'database' });
    expect(incident.investigations[0].usage).to.include({ model: 'test-model', calls: 2, toolCalls: 1 });
    expect(incident.investigations[0].usage.costUsd).to.be.greaterThan(0);
    const asked = llm.requests[1]!.body.messages.find(({ role }) => role === 'tool')?.content;
    const number = Number(/BEGIN EVIDENCE (\d+)/.exec(asked ?? '')?.[1]);
    expect(incident.evidence.map((item: { number: number }) => item.number)).to.include(number);
    expect(text).to.include('test-model').and.not.include('Preliminary');
  });

  it('does not follow a model that blames another service than the detectors have identified', async () => {
    const { report } = await answerOf('wrong');
    expect(report).to.include({ tier: 'detectors', verdict: 'identified', class: 'database' });
    expect(report.rootCause.component).to.equal('users-db');
    expect(report.hypotheses.at(-1))
      .to.include({ standing: 'possible' })
      .and.have.property('confidence')
      .that.is.at.most(0.3);
    expect(report.hypotheses.at(-1).statement).to.include('overloaded');
    expect(whys(report, 'the conclusion of the LLM')).to.not.equal('');
  });

  it('strikes what a lying model invents', async () => {
    const { incident, report } = await answerOf('lying');
    expect(report).to.include({ verdict: 'identified', class: 'database' });
    // The time of day alone would be that of this run once a day.
    expect(JSON.stringify(report)).to.not.match(/db-77|73\.1|\b4711\b|2026-01-01|since 03:17/);
    const numbers = incident.evidence.map((item: { number: number }) => item.number);
    const cited = [report.rootCause, ...report.hypotheses, ...report.timeline, ...report.metrics].flatMap(
      ({ evidence }) => evidence,
    );
    expect(numbers).to.include.members([...new Set(cited)]);
  });

  it('is not led by a model that obeys what it reads', async () => {
    const { report } = await answerOf('injected');
    expect(report).to.include({ tier: 'detectors', verdict: 'identified', class: 'database' });
  });

  it('makes a model conclude that asks the same for ever', async () => {
    const { incident, report } = await answerOf('looping');
    expect(report).to.include({ tier: 'llm', verdict: 'identified' });
    expect(incident.investigations[0].usage.toolCalls).to.equal(3);
    expect(whys(report, FURTHER)).to.include('third time');
  });

  it('makes a model conclude that always finds something new to ask', async () => {
    const { incident, report } = await answerOf('hungry');
    expect(report).to.include({ tier: 'llm', verdict: 'identified' });
    expect(incident.investigations[0].usage.toolCalls).to.be.at.most(12);
    expect(whys(report, FURTHER)).to.match(/limit of \d+ (?:tool calls|rounds) was reached/);
  });

  it('calls nothing for a model that asks for other tools than it was given, or about other things', async () => {
    for (const model of ['unknown-tool', 'broken-arguments', 'curious'] as const) {
      const { incident, report } = await answerOf(model);
      expect(report).to.include({ tier: 'llm', verdict: 'identified' });
      expect(JSON.stringify(incident.evidence)).to.not.match(/vault-internal|169\.254|evil\.example/);
      const refused = llm.requests.at(-1)!.body.messages.filter(({ role }) => role === 'tool');
      for (const { content } of refused) expect(content).to.match(/^Refused, nothing was called/);
    }
    const posts = test.sandbox.slack.calls('chat.postMessage');
    expect(JSON.stringify(posts)).to.not.include('<!channel> hello');
  });

  it('takes the report of a model that does not say what it used, and of one with a small window', async () => {
    for (const model of ['without-usage', 'small-window'] as const) {
      const { report } = await answerOf(model);
      expect(report).to.include({ tier: 'llm', verdict: 'identified' });
    }
  });

  for (const model of [
    'stubborn',
    'garbage',
    'cut-json',
    'wrong-schema',
    'slow',
    'refusing',
    'rate-limited',
  ] as const) {
    it(`posts the detectors' report, labelled preliminary, when the model is ${model}`, async () => {
      const { report, text } = await answerOf(model);
      expect(report).to.include({ tier: 'detectors', verdict: 'identified', class: 'database' });
      expect(whys(report, 'reasoning by the LLM')).to.not.equal('');
      expect(text).to.include('Preliminary');
    });
  }

  it('counts what the models cost', async () => {
    const metrics = await test.fleet.services.metrics.registry.metrics();
    expect(metrics)
      .to.match(/rca_fleet_llm_tool_calls_total [1-9]/)
      .and.match(/llm_cost_usd_total\{model="test-model"\} \d*\.\d/);
  });
});
