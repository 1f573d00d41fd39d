import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { addressesIn, PLANTED_ADDRESSES } from '../../scripts/sandbox/scenarios/planted-secrets.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type FreshBackend, preparedBackend } from '../support/backends.ts';
import { type IncidentJson, sendAlert, untilState } from '../support/fleet.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';

/** A fleet as a process with MASK_IP_ADDRESSES, in a world where every field of everything holds addresses. */
describe('masking of IP addresses from end to end', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let llm: LlmSandbox;
  let backend: FreshBackend;
  let role: RoleProcess;
  let incident: IncidentJson;

  before(async () => {
    sandbox = await startSandbox({ scenarios: ['leaky-addresses'], slack: { rateLimits: null } });
    llm = await startLlmSandbox();
    llm.setModel(MODELS.good);
    backend = await preparedBackend('embedded');
    const environment = {
      ...sandboxEnvironment(sandbox),
      ...backend.environment,
      SLACK_POSTS_PER_MINUTE: '6000',
      SLACK_WORKSPACE_PER_MINUTE: '60000',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: llm.baseUrl,
      MASK_IP_ADDRESSES: 'true',
    };
    role = await startRole('main.ts', environment, 'debug');
    const producer = String((await role.untilLogged('the producer listens')).url).replace('localhost', '127.0.0.1');
    const texts = PLANTED_ADDRESSES.map(({ text }) => text);
    const sent = await sendAlert(producer, 'generic', {
      title: `Connection pool of billing exhausted, ${texts[0]}`,
      description: texts.join('\n'),
      service: 'billing',
      labels: { namespace: 'shop', ...Object.fromEntries(texts.map((text, index) => [`label_${index}`, text])) },
    });
    incident = await untilState(
      { producer, adminToken: ADMIN_TOKEN },
      sent.body.alerts![0]!.incidentId,
      'posted',
      80_000,
    );
  });
  after(async () => {
    await role?.kill();
    await llm?.close();
    await sandbox?.close();
    await backend?.remove();
  });

  it('has met addresses in every kind of evidence, and kept none', () => {
    const kinds = new Set(incident.evidence.map(({ capability }: { capability: string }) => capability));
    expect([...kinds]).to.include.members([
      'logs.query',
      'traces.query',
      'pods.status',
      'events.list',
      'metrics.query',
    ]);
    expect(JSON.stringify(incident.evidence)).to.include('[masked:ip]');
    expect(addressesIn(JSON.stringify([incident.evidence, incident.report]))).to.deep.equal([]);
  });

  it('sends the model none', () => {
    expect(llm.requests.length).to.be.greaterThan(0);
    for (const { body } of llm.requests) expect(addressesIn(JSON.stringify(body))).to.deep.equal([]);
  });

  it('sends Slack none', () => {
    const methods = ['chat.postMessage', 'chat.update', 'files.getUploadURLExternal', 'files.completeUploadExternal'];
    const sent = methods.flatMap((method) => sandbox.slack.calls(method));
    expect(sent.length).to.be.greaterThan(1);
    for (const call of sent) expect(addressesIn(JSON.stringify(call.args))).to.deep.equal([]);
  });

  it('logs none, at the level of debug', () => {
    expect(role.log.length).to.be.greaterThan(10);
    expect(addressesIn(JSON.stringify(role.log))).to.deep.equal([]);
  });
});
