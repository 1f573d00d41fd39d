import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { ALL_PLANTED, leakedIn, PLANTED } from '../../scripts/sandbox/scenarios/planted-secrets.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type FreshBackend, freshBackend } from '../support/backends.ts';
import { CHANNEL, type IncidentJson, incidentOfThread, sendAlert, untilState } from '../support/fleet.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';

/** A fleet as a process, with debug logs, in a world where every field of everything holds secrets. */
describe('masking from end to end', function () {
  this.timeout(90_000);
  let sandbox: Sandbox;
  let llm: LlmSandbox;
  let backend: FreshBackend;
  let role: RoleProcess;
  let address: { producer: string; adminToken: string };
  const incidents: IncidentJson[] = [];

  before(async () => {
    sandbox = await startSandbox({ scenarios: ['leaky'], slack: { rateLimits: null } });
    llm = await startLlmSandbox();
    llm.setModel(MODELS.good);
    backend = await freshBackend('embedded');
    const environment = {
      ...sandboxEnvironment(sandbox),
      ...backend.environment,
      SLACK_POSTS_PER_MINUTE: '6000',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: llm.baseUrl,
    };
    role = await startRole('main.ts', environment, 'debug');
    const url = String((await role.untilLogged('the producer listens')).url).replace('localhost', '127.0.0.1');
    address = { producer: url, adminToken: ADMIN_TOKEN };
    sandbox.slack.setRequestUrl(`${url}/alerts/slack`);
  });
  after(async () => {
    await role?.kill();
    await llm?.close();
    await sandbox?.close();
    await backend?.remove();
  });

  const labels = Object.fromEntries(PLANTED.slice(0, 30).map(({ text }, index) => [`label_${index}`, text]));
  const ALERTS: [string, string, Record<string, unknown>][] = [
    [
      'title and description',
      'generic',
      { title: `Pool of billing exhausted ${ALL_PLANTED.slice(0, 300)}`, description: ALL_PLANTED, service: 'billing' },
    ],
    [
      'labels, annotations and links',
      'generic',
      {
        title: 'Pool of billing is full',
        service: 'billing',
        labels: { ...labels, namespace: 'shop' },
        annotations: labels,
        url: 'https://a:Tr0ub4dor-n3ver-shown@x.example.com/',
      },
    ],
    [
      'what Alertmanager sends',
      'alertmanager',
      {
        version: '4',
        status: 'firing',
        alerts: [
          {
            status: 'firing',
            labels: {
              alertname: 'BillingConnectionPoolExhausted',
              service: 'billing',
              namespace: 'shop',
              severity: 'critical',
              ...labels,
            },
            annotations: { summary: `Connection pool of billing ${PLANTED[0]?.text}`, description: ALL_PLANTED },
            startsAt: new Date(Date.now() - 600_000).toISOString(),
            generatorURL: `https://prometheus.example.com/graph?token=${PLANTED[1]?.secret}`,
          },
        ],
      },
    ],
  ];
  for (const [what, source, alert] of ALERTS) {
    it(`investigates an alert with secrets in ${what}`, async () => {
      const sent = await sendAlert(address.producer, source, alert);
      expect(sent.status, JSON.stringify(sent.body)).to.equal(202);
      incidents.push(await untilState(address, sent.body.alerts![0]!.incidentId, 'posted', 40_000));
    });
  }

  it('investigates a Slack message with secrets', async () => {
    const ts = sandbox.slack.postAsBot(
      CHANNEL,
      `billing is down: connection pool exhausted ${ALL_PLANTED.slice(0, 2_500)}`,
    );
    incidents.push(await untilState(address, await incidentOfThread(address, ts), 'posted', 40_000));
  });

  it('has asked every kind of source, and the model has asked for more', () => {
    const capabilities = new Set(
      incidents.flatMap(({ evidence }) => evidence.map(({ capability }: { capability: string }) => capability)),
    );
    expect([...capabilities]).to.include.members([
      'logs.query',
      'traces.query',
      'pods.status',
      'events.list',
      'metrics.query',
    ]);
    expect(llm.requests.some(({ body }) => body.messages.some(({ role: by }) => by === 'tool'))).to.equal(true);
    expect(JSON.stringify(incidents.map(({ evidence }) => evidence))).to.include('[masked:');
  });

  it('stores no secret in evidence, findings and reports', () => {
    for (const { evidence, report, investigations } of incidents) {
      expect(leakedIn(JSON.stringify([evidence, report, investigations]))).to.deep.equal([]);
    }
  });

  it('sends the model no secret', () => {
    expect(llm.requests.length).to.be.greaterThan(4);
    for (const { body } of llm.requests) expect(leakedIn(JSON.stringify(body))).to.deep.equal([]);
    expect(
      leakedIn(llm.requests.flatMap(({ body }) => body.messages.map(({ content }) => content)).join('\n')),
    ).to.deep.equal([]);
  });

  it('sends Slack no secret', () => {
    const methods = ['chat.postMessage', 'chat.update', 'files.getUploadURLExternal', 'files.completeUploadExternal'];
    const sent = methods.flatMap((method) => sandbox.slack.calls(method));
    expect(sent.length).to.be.greaterThan(8);
    for (const call of sent) expect(leakedIn(JSON.stringify(call.args))).to.deep.equal([]);
  });

  it('logs no secret, at the level of debug', () => {
    expect(role.log.length).to.be.greaterThan(20);
    expect(leakedIn(JSON.stringify(role.log))).to.deep.equal([]);
  });
});
