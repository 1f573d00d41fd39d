import { expect } from 'chai';
import type { ScenarioName } from '../../scripts/sandbox/scenarios/index.ts';
import type { Alert } from '../../src/shared/alert.ts';
import type { Evidence, Hypothesis, Report, TimelineEntry } from '../../src/shared/report.ts';
import { checkCommand } from '../../src/workers/verification/check-command.ts';
import { verifyReport } from '../../src/workers/verify-report.ts';
import { quickBackend } from '../support/backends.ts';
import { type IncidentJson, sendAlert, startTestFleet, type TestFleet, untilState } from '../support/fleet.ts';

const NAMESPACE = 'store';
const ENTRANCE = 'storefront';

/** An alert about the entrance of the shop, some minutes after the trouble began. */
const alertAbout = (summary: string, day: string) => ({
  version: '4',
  receiver: 'rca',
  status: 'firing',
  groupKey: '{}',
  alerts: [
    {
      status: 'firing',
      labels: {
        severity: 'critical',
        alertname: summary.replaceAll(' ', ''),
        service: ENTRANCE,
        day,
        namespace: NAMESPACE,
      },
      annotations: { summary: `${summary} of ${ENTRANCE}` },
      startsAt: new Date(Date.now() - 4 * 60_000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: `${summary} ${day}`,
    },
  ],
});

const LATENCY = 'High latency';
const ERRORS = 'High error rate';

type Told = { scenario: ScenarioName; alert: string; suspect: string; class: string; says: RegExp; path: string[] };

const STORIES: Told[] = [
  {
    scenario: 'shop-slow',
    alert: LATENCY,
    suspect: 'fraud',
    class: 'application',
    says: /began at fraud-\S+ Fraud itself spends hundreds of milliseconds in "Score"/,
    path: ['payment', 'ordering', ENTRANCE],
  },
  {
    scenario: 'shop-errors',
    alert: ERRORS,
    suspect: 'quotes',
    class: 'application',
    says: /began at quotes/,
    path: ['delivery', 'ordering', ENTRANCE],
  },
  {
    scenario: 'shop-network',
    alert: LATENCY,
    suspect: 'delivery',
    class: 'network',
    says: /Calls from ordering to delivery spend hundreds of milliseconds between the two/,
    path: ['ordering', ENTRANCE],
  },
  {
    scenario: 'shop-cpu',
    alert: LATENCY,
    suspect: 'pricing',
    class: 'resource',
    says: /began at pricing/,
    path: ['basket', ENTRANCE],
  },
];

/** The incident of an alert on that day of the shop. */
async function answered({ fleet, sandbox }: TestFleet, scenario: ScenarioName, summary: string): Promise<IncidentJson> {
  sandbox.tell([scenario]);
  const { body } = await sendAlert(fleet.producer, 'alertmanager', alertAbout(summary, scenario));
  return await untilState(fleet, body.alerts![0]!.incidentId, 'posted', 60_000);
}

function expectSound({ report, evidence, alerts }: IncidentJson): void {
  const told: Alert[] = alerts.map((item: { alert?: Alert }) => item.alert ?? item);
  expect(verifyReport(report as Report, evidence as Evidence[], told).struck).to.deep.equal([]);
  for (const { command } of (report as Report).immediateActions) {
    expect(command).to.be.a('string');
    expect(checkCommand(command!).effect).to.be.oneOf(['read', 'write']);
    expect(command).to.contain(`--namespace ${NAMESPACE}`);
    expect(command).to.not.match(/[<>{}\n]/);
  }
}

const toldOf = (report: Report, standing: Hypothesis['standing']) =>
  report.hypotheses.filter((one) => one.standing === standing).map(({ statement }) => statement);

describe('an alert about the entrance of a shop of eleven services', function () {
  this.timeout(120_000);
  let test: TestFleet;
  before(async () => {
    test = await startTestFleet(quickBackend(), { sandbox: { scenarios: ['shop'] } });
  });
  after(() => test.close());

  for (const { scenario, alert, suspect, says, path, class: expected } of STORIES) {
    it(`is traced back to ${suspect} on the day of ${scenario}`, async () => {
      const incident = await answered(test, scenario, alert);
      const report: Report = incident.report;
      expect(report.rootCause.component).to.equal(suspect);
      // Where the telemetry shows the mechanism as well, the place may be next to certain.
      expect(report.verdict).to.be.oneOf(['probable', 'identified']);
      expect(report.class).to.equal(expected);
      expect(report.rootCause.statement).to.match(says);
      const way = path.slice(0, -1).join(', ');
      expect(report.rootCause.statement).to.contain(`reaches ${ENTRANCE}${way ? ` by way of ${way}` : ''}`);
      const timeline = report.timeline.map(({ what }: TimelineEntry) => what).join('\n');
      // Which onsets stand out of a few minutes depends on the minute in which the alert comes.
      expect(timeline).to.match(/First deviation at |goes from \d/);
      if (timeline.includes('First deviation'))
        expect(timeline).to.contain(`First deviation at ${suspect}, from where it goes to ${path.join(', then ')}`);
      expect(toldOf(report, 'possible').join('\n')).to.not.match(/most likely began/);
      expectSound(incident);
    });
  }

  it('names the rollout that brought the trouble, and rules the other one out with the reason', async () => {
    const incident = await answered(test, 'shop-deploy', LATENCY);
    const report: Report = incident.report;
    expect(report.rootCause.component).to.equal('payment');
    expect(report.rootCause.statement).to.match(
      /payment was rolled out at .*payment:6\.3\.0|The change "rollout of store\/payment:/,
    );
    expect(toldOf(report, 'supported').join('\n')).to.match(/The change "rollout of store\/payment: .*caused it/);
    expect(toldOf(report, 'ruled_out').join('\n')).to.match(
      /Not the change "rollout of store\/mailer: .*it runs in mailer, which is not in trouble/,
    );
    const commands = report.immediateActions.map(({ command }) => command);
    expect(commands[0]).to.match(/^kubectl get pods --namespace store --selector \S+=payment /);
    expect(commands.at(-1)).to.equal('kubectl rollout undo deployment/payment --namespace store');
    expectSound(incident);
  });

  for (const alert of [LATENCY, ERRORS, 'Something odd with requests']) {
    it(`blames nobody where everything is healthy: ${alert}`, async () => {
      const incident = await answered(test, 'shop', alert);
      const report: Report = incident.report;
      expect(report.verdict).to.be.oneOf(['healthy', 'inconclusive']);
      expect(report.rootCause.component).to.equal(null);
      expect(toldOf(report, 'supported')).to.deep.equal([]);
      expectSound(incident);
    });
  }

  it('says what it could not check where SigNoz is away, and blames nobody', async () => {
    await test.sandbox.signoz.stop();
    const { report } = await answered(test, 'shop-slow', ERRORS);
    expect(report.verdict).to.equal('inconclusive');
    const gaps = report.couldNotCheck.map(({ what }: { what: string }) => what).join('\n');
    expect(gaps).to.match(/error logs of storefront/);
    expect(gaps).to.match(/requests of all services \(\d+ questions\)/);
  });
});
