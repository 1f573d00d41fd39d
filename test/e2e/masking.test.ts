import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { ALL_PLANTED, leakedIn, PLANTED } from '../../scripts/sandbox/scenarios/planted-secrets.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { type FreshBackend, preparedBackend } from '../support/backends.ts';
import { CHANNEL, type IncidentJson, incidentOfThread, sendAlert, untilState } from '../support/fleet.ts';
import { aPayload } from '../support/payloads.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';

/** One body of each source that is authorised by a token. */
const BODIES = [
  'alertmanager/v4-firing',
  'grafana/unified-mixed',
  'signoz/firing',
  'pagerduty/v3-triggered',
  'datadog/triggered',
  'cloudwatch/sns-alarm',
  'generic/documented',
  'generic/sentry-issue',
];
/** Fields by which a sender says what it is and when it was; a secret there would make the body another one. */
const STRUCTURE =
  /^(?:version|status|state|type|event_type|action|alert_transition|receiver|groupKey|fingerprint|\w*[aA]t|\w*[tT]ime\w*|date|timestamp|NewStateValue|OldStateValue|tags|severity|priority|urgency|alert_type|Type|Message|TopicArn|SigningCertURL|Signature\w*)$/;

/** The body with a secret behind each of its texts. */
function everywhere(value: unknown, count: { next: number }, key = ''): unknown {
  if (typeof value === 'string')
    return STRUCTURE.test(key) ? value : `${value} ${PLANTED[count.next++ % PLANTED.length]!.text} `;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => everywhere(item, count, key));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, everywhere(item, count, name)]));
}

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
    backend = await preparedBackend('embedded');
    const environment = {
      ...sandboxEnvironment(sandbox),
      ...backend.environment,
      SLACK_POSTS_PER_MINUTE: '6000',
      SLACK_WORKSPACE_PER_MINUTE: '60000',
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

  it('takes bodies of every source whose fields all hold secrets', async () => {
    for (const payload of BODIES) {
      const [source = ''] = payload.split('/');
      const sent = await sendAlert(address.producer, source, everywhere(aPayload(payload), { next: 0 }));
      expect(sent.status, payload).to.equal(202);
    }
  });

  it('shows no secret by the API, on pages and on the board', async () => {
    const headers = { authorization: `Bearer ${address.adminToken}` };
    const { items } = (await (await fetch(`${address.producer}/api/incidents?limit=200`, { headers })).json()) as {
      items: { id: string }[];
    };
    expect(items.length).to.be.greaterThan(8);
    const paths = items.flatMap(({ id }) => [`/api/incidents/${id}`, `/incidents/${id}`]);
    for (const path of ['/api/incidents?limit=200', '/queues/api/queues', '/api/dead-letters', ...paths]) {
      const response = await fetch(`${address.producer}${path}`, { headers });
      expect(leakedIn(await response.text()), path).to.deep.equal([]);
    }
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

  it('has no secret in any table', async () => {
    await role.kill();
    const database = await openDatabase(loadConfig(backend.environment), silentLogger);
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const held = await Promise.all(
      tables.map(async ({ name }) => ({
        name,
        rows: await database.query(`select to_jsonb(t) as row from ${name} t`),
      })),
    );
    await database.close();
    expect(held.find(({ name }) => name === 'rca_fleet.alerts')?.rows.length).to.be.greaterThan(8);
    for (const { name, rows } of held) expect(leakedIn(JSON.stringify(rows)), name).to.deep.equal([]);
  });
});
