import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MODELS } from '../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { quickBackend } from '../support/backends.ts';
import {
  type IncidentJson,
  repliesIn,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

const FIRING: [service: string, name: string, minutesAgo: number][] = [
  ['storefront', 'HighErrorRate', 4],
  ['ordering', 'HighErrorRate', 5],
  ['delivery', 'HighErrorRate', 6],
  ['quotes', 'HighErrorRate', 7],
];

/** Alerts of several services, as Alertmanager sends them one after the other. */
const alertOf = ([service, name, minutesAgo]: (typeof FIRING)[number]) => ({
  version: '4',
  receiver: 'rca',
  status: 'firing',
  groupKey: '{}',
  alerts: [
    {
      status: 'firing',
      labels: { severity: 'warning', alertname: name, service, namespace: 'store' },
      annotations: { summary: `${name} of ${service}` },
      startsAt: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: `${name} ${service}`,
    },
  ],
});

describe('a storm that is coalesced into one incident', function () {
  this.timeout(90_000);
  let llm: LlmSandbox;
  let test: TestFleet;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-coalesced-'));
    const path = join(folder, 'policies.yaml');
    writeFileSync(
      path,
      'defaults: { hold: 3s, coalesce: { by: [namespace], otherwise: [], quiet: 1s, atMost: 10s, alerts: 4 } }\n',
    );
    llm = await startLlmSandbox();
    llm.setModel(MODELS.good);
  });
  afterEach(async () => {
    await test?.close();
  });
  after(async () => {
    await llm?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The storm's incident in this world, with or without telemetry. */
  async function answered(environment: Record<string, string>): Promise<IncidentJson> {
    test = await startTestFleet(quickBackend(), {
      sandbox: { scenarios: ['shop-errors'] },
      environment: { INTAKE_POLICIES: join(folder, 'policies.yaml'), ...environment },
    });
    const ids = new Set<string>();
    for (const firing of FIRING) {
      const { body } = await sendAlert(test.fleet.producer, 'alertmanager', alertOf(firing));
      ids.add(body.alerts![0]!.incidentId);
    }
    expect(ids.size).to.equal(1);
    return await untilState(test.fleet, [...ids][0]!, 'posted', 60_000);
  }
  const stormOf = ({ evidence }: IncidentJson) =>
    evidence.find(({ capability }: { capability: string }) => capability === 'alerts.active');

  it('has its alerts as evidence, and the deepest of their services is named', async () => {
    const incident = await answered({});
    const storm = stormOf(incident);
    expect(storm).to.include({ server: 'rca-fleet', tool: 'intake' });
    expect(storm.data.alerts.map(({ entity }: { entity: string }) => entity)).to.deep.equal([
      'quotes',
      'delivery',
      'ordering',
      'storefront',
    ]);
    const { rootCause, verdict, timeline } = incident.report;
    expect(rootCause.component, rootCause.statement).to.equal('quotes');
    expect(verdict).to.be.oneOf(['probable', 'identified']);
    const told = JSON.stringify(timeline);
    for (const [service] of FIRING) expect(told).to.include(service);
    const finding = incident.investigations[0].findings.find(
      ({ detector }: { detector: string }) => detector === 'alert-storm',
    );
    expect(finding).to.include({ component: 'quotes' });
    expect(finding.evidence).to.include(storm.number);
    expect(repliesIn(test.sandbox, incident.slack.threadTs)).to.have.length(1);
  });

  it('is all that the model reads of the others, by number', async () => {
    const incident = await answered({
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: llm.baseUrl,
      OPENAI_MODEL: 'test-model',
    });
    const prompt = llm.requests[0]!.body.messages[1]!.content!;
    const { number } = stormOf(incident);
    expect(prompt).to.match(new RegExp(`=== BEGIN EVIDENCE ${number} \\w+ ===\\nalerts.active \\(rca-fleet intake\\)`));
    for (const [service, name] of FIRING) expect(prompt).to.include(`${name} of ${service}`);
    expect(incident.report.rootCause.component).to.equal('quotes');
  });
});
