import { expect } from 'chai';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { quickBackend } from '../support/backends.ts';
import { CHANNEL, incidentOfThread, repliesIn, startTestFleet, type TestFleet, untilState } from '../support/fleet.ts';

describe('the fleet with an LLM that answers, fails or lies', function () {
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
      },
    });
  });
  after(async () => {
    await test.close();
    await llm.close();
  });
  afterEach(() => llm.setFault(null));

  async function answerOf(title: string) {
    count++;
    const ts = test.sandbox.slack.postAsBot(CHANNEL, `${title} (occurrence ${'abcdefghij'[count]})`);
    const incident = await untilState(test.fleet, await incidentOfThread(test.fleet, ts), 'posted', 20_000);
    const replies = repliesIn(test.sandbox, ts);
    expect(replies).to.have.length(1);
    return { incident, text: JSON.stringify(replies[0]!.blocks), versions: replies[0]!.versions };
  }
  const gapsOf = (incident: { report: { couldNotCheck: { what: string; why: string }[] } }) =>
    incident.report.couldNotCheck.filter((gap) => gap.what === 'reasoning by the LLM').map((gap) => gap.why);

  it('posts the report of the LLM, with its model and tokens, when it answers', async () => {
    const { incident, text } = await answerOf('Database connection pool exhausted for user-service');
    expect(incident.report.tier).to.equal('llm');
    expect(incident.investigations[0].usage).to.include({ model: 'test-model' });
    expect(text).to.include('test-model').and.not.include('Preliminary');
    const prompt = JSON.stringify(llm.requests.at(-1)!.body);
    expect(prompt).to.include('HikariPool').and.include('json_schema');
  });

  it('shows a card while the LLM is waited for, which becomes the RCA', async () => {
    llm.setFault({ kind: 'hang' });
    const { versions, text } = await answerOf('Database connection pool exhausted for user-service');
    expect(versions.length).to.be.greaterThan(1);
    expect(JSON.stringify(versions.slice(0, -1))).to.include('⏳');
    expect(text).to.include('Preliminary').and.not.include('⏳');
  });

  it('posts the preliminary report of the detectors when the LLM is down, and says so', async () => {
    llm.setFault({ kind: 'status', status: 503 });
    const { incident, text } = await answerOf('Database connection pool exhausted for user-service');
    expect(incident.report).to.include({ tier: 'detectors', verdict: 'identified' });
    expect(gapsOf(incident)).to.have.length(1);
    expect(text).to.include('Preliminary');
  });

  for (const fault of [
    { kind: 'garbage' },
    { kind: 'wrong_schema' },
    { kind: 'refusal' },
    { kind: 'content_filter', when: 'prompt' },
    { kind: 'hang' },
    { kind: 'trickle', everyMs: 400 },
    { kind: 'close' },
  ] as const) {
    it(`answers all the same when the LLM's fault is "${fault.kind}"`, async () => {
      llm.setFault(fault);
      const { incident } = await answerOf('SSL certificate for api.example.com expires in 24 hours');
      expect(incident.report).to.include({ tier: 'detectors', verdict: 'identified', class: 'network' });
      expect(gapsOf(incident)).to.have.length(1);
    });
  }

  it('takes the repaired answer when the first one was unreadable', async () => {
    llm.failNext({ kind: 'content', content: 'Sure! {"verdict":' });
    const { incident } = await answerOf('Database connection pool exhausted for user-service');
    expect(incident.report.tier).to.equal('llm');
  });
});
