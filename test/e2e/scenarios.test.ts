import { expect } from 'chai';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import type { ScenarioName } from '../../scripts/sandbox/scenarios/index.ts';
import type { Alert } from '../../src/shared/alert.ts';
import { pause } from '../../src/shared/deadline.ts';
import { LIVE_MS } from '../../src/shared/mcp/policies/cache-times.ts';
import type { Action, Evidence, Report } from '../../src/shared/report.ts';
import { checkCommand } from '../../src/workers/verification/check-command.ts';
import { verifyReport } from '../../src/workers/verify-report.ts';
import { quickBackend } from '../support/backends.ts';
import {
  CHANNEL,
  type IncidentJson,
  incidentOfThread,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

const TROUBLES: ScenarioName[] = ['certificate', 'pool', 'dns', 'endpoints', 'crash-loop', 'oom-kill', 'slow-queries'];
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

type Sent = { via: string; body: unknown };
const slack = (text: string): Sent => ({ via: 'slack', body: text });
const generic = (title: string, service: string): Sent => ({
  via: 'generic',
  body: { title, service, severity: 'high' },
});
const alertmanager = (labels: Record<string, string>, summary: string): Sent => ({
  via: 'alertmanager',
  body: {
    version: '4',
    receiver: 'rca',
    status: 'firing',
    groupKey: '{}',
    alerts: [
      {
        status: 'firing',
        labels: { severity: 'critical', ...labels },
        annotations: { summary },
        startsAt: minutesAgo(4),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example.com/graph',
        fingerprint: Object.values(labels).join('-'),
      },
    ],
  },
});
const datadog = (title: string, tags: string): Sent => ({
  via: 'datadog',
  body: {
    id: title,
    event_type: 'query_alert_monitor',
    title,
    body: '',
    date: String(Date.parse(minutesAgo(4))),
    alert_id: title,
    alert_transition: 'Triggered',
    alert_type: 'error',
    tags,
    aggreg_key: title,
  },
});
const pagerduty = (title: string, service: string): Sent => ({
  via: 'pagerduty',
  body: {
    event: {
      id: title,
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: minutesAgo(4),
      data: {
        id: title,
        type: 'incident',
        status: 'triggered',
        incident_key: title,
        created_at: minutesAgo(4),
        title,
        service: { id: 'P1', summary: service, type: 'service_reference' },
        urgency: 'high',
      },
    },
  },
});

const POOL_ALERT = slack('Database connection pool exhausted for user-service');
const CRASH_ALERT = slack('Pod billing-5d8f7c9b6d-n7w3r is in CrashLoopBackOff');
const CERTIFICATE_ALERT = slack('SSL certificate for api.example.com expires in 24 hours');

type Expected = { verdict: string; class: string; component: string; says: RegExp; command: RegExp };

const CERTIFICATE: Expected = {
  verdict: 'identified',
  class: 'network',
  component: 'api.example.com',
  says: /certificate that api\.example\.com serves .* expires in 24 hours, at \S+ \S+ UTC, because its renewal fails: .*rateLimited/,
  command: /^openssl s_client -connect api\.example\.com:443/,
};
const POOL: Expected = {
  verdict: 'identified',
  class: 'database',
  component: 'users-db',
  says: /^Database statements of user-service are slow: SELECT id, .* took up to \S+ s\. As a result, the database connection pool of user-service is exhausted: 20 of 20 .*\. Shortly before, user-service was rolled out at .*user-service:2\.14\.0\)$/,
  command: /^psql --host users-db\.data\.svc\.cluster\.local --dbname users -c/,
};
const DNS: Expected = {
  verdict: 'identified',
  class: 'network',
  component: 'payments.internal.example.com',
  says: /payments\.internal\.example\.com cannot be resolved: the cluster DNS itself fails .* Shortly before, ConfigMap coredns was changed/,
  command: /^dig .* payments\.internal\.example\.com$/,
};
const ENDPOINTS: Expected = {
  verdict: 'probable',
  class: 'infrastructure',
  component: 'orders',
  says: /^Service orders in namespace shop has no ready endpoint because none of its 2 pods is ready; for one, pod orders-\S+ runs but is not ready: Readiness probe failed/,
  command: /^kubectl get endpointslices --namespace shop --selector kubernetes\.io\/service-name=orders$/,
};
const CRASH: Expected = {
  verdict: 'identified',
  class: 'application',
  component: 'billing',
  says: /^Container billing of pod billing-\S+ crashes again and again \(8 restarts, exit code 1.*its last words: Error: required setting BILLING_LEDGER_URL is not set/,
  command: /^kubectl logs billing-\S+ --namespace shop --container billing --previous/,
};
const OOM: Expected = {
  verdict: 'identified',
  class: 'resource',
  component: 'report-builder',
  says: /^Container report-builder of pod report-builder-\S+ was killed for going over its memory limit of 512Mi \(OOMKilled, 4 restarts\)/,
  command: /^kubectl top pod report-builder-\S+ --namespace shop/,
};
const LOCKS: Expected = {
  verdict: 'identified',
  class: 'database',
  component: 'inventory-db',
  says: /^Statements wait for a lock that process 1877 of the database holds .* As a result, database statements of inventory are slow: UPDATE stock/,
  command: /^psql --host inventory-db\.data --dbname inventory -c .*pid = 1877"$/,
};

const ALERTS: [string, Expected, Sent[]][] = [
  [
    'the certificate',
    CERTIFICATE,
    [
      slack('SSL certificate for api.example.com expires in 24 hours'),
      alertmanager(
        { alertname: 'SslCertificateWillExpireSoon', instance: 'https://api.example.com' },
        'SSL certificate will expire soon (instance https://api.example.com)',
      ),
      datadog('[P2] [Triggered] TLS certificate expiring on api.example.com', 'host:api.example.com'),
      pagerduty('Certificate expiry: api.example.com:443 (1 day left)', 'edge'),
    ],
  ],
  [
    'the pool',
    POOL,
    [
      slack('Database connection pool exhausted for user-service'),
      alertmanager(
        { alertname: 'HikariCPPoolExhausted', service: 'user-service', namespace: 'shop' },
        'HikariCP pool of user-service has pending threads',
      ),
      datadog('[P1] [Triggered on {service:user-service}] HikariCP: connection pool exhausted', 'service:user-service'),
      generic('DB connection timeouts', 'user-service'),
    ],
  ],
  [
    'the name',
    DNS,
    [
      slack('payment-gateway: getaddrinfo ENOTFOUND payments.internal.example.com'),
      alertmanager(
        { alertname: 'DNSResolutionFailures', service: 'payment-gateway', namespace: 'shop' },
        'payment-gateway cannot resolve its upstream',
      ),
      pagerduty('DNS resolution failing for payment-gateway', 'payment-gateway'),
    ],
  ],
  [
    'the endpoints',
    ENDPOINTS,
    [
      slack('web-frontend: connection refused by orders'),
      alertmanager(
        { alertname: 'KubeServiceNoReadyEndpoints', service: 'orders', namespace: 'shop' },
        'Service orders has no ready endpoints',
      ),
      pagerduty('orders is down', 'orders'),
    ],
  ],
  [
    'the crash loop',
    CRASH,
    [
      slack('Pod billing-5d8f7c9b6d-n7w3r is in CrashLoopBackOff'),
      alertmanager(
        { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'billing-5d8f7c9b6d-n7w3r', container: 'billing' },
        'Pod is crash looping.',
      ),
      generic('billing keeps restarting', 'billing'),
    ],
  ],
  [
    'the memory',
    OOM,
    [
      slack('report-builder OOMKilled 4 times in the last hour'),
      alertmanager(
        { alertname: 'KubernetesContainerOomKiller', namespace: 'shop', pod: 'report-builder-5d8f7c9b6d-x4b8j' },
        'Kubernetes Container oom killer (shop/report-builder)',
      ),
      datadog('[P2] [Triggered] Container OOM: report-builder', 'service:report-builder,kube_namespace:shop'),
    ],
  ],
  [
    'the locks',
    LOCKS,
    [
      slack('Slow queries on inventory database'),
      alertmanager(
        { alertname: 'PostgresqlSlowQueries', service: 'inventory', namespace: 'shop' },
        'Statement timeouts in inventory',
      ),
      generic('inventory: queries time out', 'inventory'),
    ],
  ],
];

async function answered(test: TestFleet, { via, body }: Sent): Promise<IncidentJson> {
  if (via === 'slack') {
    const ts = test.sandbox.slack.postAsBot(CHANNEL, String(body));
    return await untilState(test.fleet, await incidentOfThread(test.fleet, ts), 'posted', 30_000);
  }
  const sent = await sendAlert(test.fleet.producer, via, body);
  expect(sent.status, JSON.stringify(sent.body)).to.equal(202);
  return await untilState(test.fleet, sent.body.alerts![0]!.incidentId, 'posted', 30_000);
}

/** What every report has to hold, whatever it says. */
function expectSound(incident: IncidentJson): void {
  const report: Report = incident.report;
  const evidence: Evidence[] = incident.evidence;
  const alerts: Alert[] = incident.alerts.map((item: { alert?: Alert }) => item.alert ?? item);
  expect(verifyReport(report, evidence, alerts).struck).to.deep.equal([]);
  const times = report.timeline.map(({ at }) => Date.parse(at));
  expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  const effects = report.immediateActions.map(({ command }: Action) =>
    command ? checkCommand(command).effect : 'write',
  );
  expect(effects).to.not.include('forbidden');
  expect(effects.lastIndexOf('read')).to.be.lessThan(
    effects.includes('write') ? effects.indexOf('write') : effects.length,
  );
  expect(new Set(report.immediateActions.map(({ command, title }) => command ?? title)).size).to.equal(effects.length);
  expect(report.rootCause.statement.length).to.be.lessThan(700);
}

type Away = { alert: Sent; verdict: string; says?: RegExp; missing: RegExp[] };

/** Stops a source for good (its breaker stays open for a while) and asks about troubles that it would show. */
function awayCases(running: () => TestFleet, source: 'signoz' | 'kubernetes' | null, cases: Away[]): void {
  before(async () => {
    if (source) await running().sandbox[source].stop();
    // What was asked a moment ago is still answered from the cache of live state.
    await pause(LIVE_MS);
  });
  for (const { alert, verdict, says, missing } of cases) {
    it(`is ${verdict} about "${String(alert.body).slice(0, 50)}"`, async () => {
      const { report } = await answered(running(), alert);
      expect(report.verdict, report.rootCause.statement).to.equal(verdict);
      if (says) expect(report.rootCause.statement).to.match(says);
      if (verdict === 'inconclusive') expect(report.rootCause.confidence).to.be.at.most(0.3);
      const gaps = report.couldNotCheck
        .map(({ what, why }: { what: string; why: string }) => `${what}: ${why}`)
        .join('\n');
      for (const gap of missing) expect(gaps).to.match(gap);
      expect(gaps).to.not.match(/HTTP-Code|Body:/);
    });
  }
}

describe('the report of every kind of trouble, side by side in one world', function () {
  this.timeout(60_000);
  let test: TestFleet;
  before(async () => {
    test = await startTestFleet(quickBackend(), { sandbox: { scenarios: TROUBLES } });
  });
  after(() => test.close());

  for (const [what, expected, sent] of ALERTS) {
    for (const alert of sent) {
      it(`finds the cause of ${what} for an alert of ${alert.via}`, async () => {
        const incident = await answered(test, alert);
        const { report } = incident;
        expect(report).to.include({ tier: 'detectors', verdict: expected.verdict, class: expected.class });
        expect(report.rootCause.statement).to.match(expected.says);
        expect(report.rootCause.component).to.equal(expected.component);
        expect(report.immediateActions[0].command).to.match(expected.command);
        expectSound(incident);
        // The pictures follow the posted report; how many there are yet depends on the moment.
        const thread = test.sandbox.slack
          .thread(CHANNEL, incident.slack.threadTs)
          .filter(({ files }) => files.length === 0);
        expect(thread.length, 'the alert, the reply, and at most one more').to.be.within(2, 3);
      });
    }
  }

  it('says what it looked for when the alert names nothing', async () => {
    const { report } = await answered(test, slack('Something is wrong: connection refused'));
    expect(report).to.include({ verdict: 'inconclusive' });
    expect(report.couldNotCheck.map(({ why }: { why: string }) => why).join()).to.match(/names no service/);
  });

  describe('and then without Kubernetes', () => {
    awayCases(() => test, 'kubernetes', [
      {
        alert: slack('Callers wait: connection pool of user-service exhausted'),
        verdict: 'identified',
        says: /statements of user-service are slow/,
        missing: [/pods of user-service.*kubernetes/i],
      },
      {
        alert: slack('report-builder is restarting, OOMKilled'),
        verdict: 'inconclusive',
        missing: [/pods of report-builder.*kubernetes/i],
      },
    ]);

    describe('and without SigNoz', () => {
      awayCases(() => test, 'signoz', [
        {
          alert: slack('DB pool of user-service exhausted'),
          verdict: 'inconclusive',
          missing: [/error logs of user-service/, /pods of user-service/],
        },
        {
          alert: slack('TLS certificate of api.example.com expires tomorrow'),
          verdict: 'identified',
          says: /expires in 24 hours/,
          missing: [/logs that name api\.example\.com/],
        },
      ]);
    });
  });
});

describe('the report where the network may not be asked', function () {
  this.timeout(60_000);
  let test: TestFleet;
  before(async () => {
    const sandbox = { scenarios: TROUBLES };
    test = await startTestFleet(quickBackend(), { sandbox, environment: { NETWORK_RESOLVE: '' } });
  });
  after(() => test.close());

  awayCases(() => test, null, [
    {
      alert: CERTIFICATE_ALERT,
      verdict: 'inconclusive',
      missing: [/certificate of api\.example\.com.*NETWORK_ALLOWED_HOSTS/],
    },
  ]);

  describe('and then without SigNoz', () => {
    awayCases(() => test, 'signoz', [
      {
        alert: POOL_ALERT,
        verdict: 'inconclusive',
        missing: [/error logs of user-service.*signoz/, /pool size.*signoz/],
      },
      { alert: CRASH_ALERT, verdict: 'identified', says: /BILLING_LEDGER_URL/, missing: [/logs of billing.*signoz/] },
    ]);

    describe('and without Kubernetes', () => {
      awayCases(() => test, 'kubernetes', [
        {
          alert: slack('Connection refused by orders'),
          verdict: 'inconclusive',
          missing: [/logs of orders/, /pods of orders/],
        },
      ]);
    });
  });
});

describe('the report with a model', function () {
  this.timeout(60_000);
  let test: TestFleet;
  let llm: LlmSandbox;
  before(async () => {
    llm = await startLlmSandbox();
    const environment = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: llm.baseUrl };
    test = await startTestFleet(quickBackend(), { sandbox: { scenarios: TROUBLES }, environment });
  });
  after(async () => {
    await test.close();
    await llm.close();
  });

  for (const [what, expected, [alert]] of ALERTS) {
    it(`keeps the cause of ${what}`, async () => {
      const incident = await answered(test, alert!);
      expect(incident.report).to.include({ tier: 'llm', verdict: expected.verdict });
      expect(incident.report.rootCause.component).to.equal(expected.component);
      expectSound(incident);
    });
  }
});

describe('the report of a healthy world', function () {
  this.timeout(60_000);
  let test: TestFleet;
  before(async () => {
    test = await startTestFleet(quickBackend(), { sandbox: { scenarios: [], certificateHours: 2_000 } });
  });
  after(() => test.close());

  const CALM: [Sent, string[]][] = [
    [POOL_ALERT, ['inconclusive']],
    [CRASH_ALERT, ['inconclusive']],
    [CERTIFICATE_ALERT, ['healthy']],
    [slack('Connection refused by catalog'), ['inconclusive']],
    [slack('Slow queries of checkout'), ['inconclusive']],
    [slack('DNS lookup failures in catalog'), ['inconclusive']],
    [generic('catalog OOMKilled', 'catalog'), ['healthy', 'inconclusive']],
  ];
  for (const [alert, verdicts] of CALM) {
    it(`raises no false alarm over ${JSON.stringify(alert.body).slice(0, 60)}`, async () => {
      const incident = await answered(test, alert);
      expect(verdicts).to.include(incident.report.verdict);
      expect(incident.report.rootCause.component).to.equal(null);
      expectSound(incident);
    });
  }

  it('takes the silence of a service for silence, not for health', async () => {
    const { report } = await answered(test, generic('Database timeouts', 'ghost-service'));
    expect(report.verdict).to.equal('inconclusive');
    const silent = report.couldNotCheck.filter(({ why }: { why: string }) => why.includes('no sign of health'));
    expect(silent.map(({ what }: { what: string }) => what)).to.include('logs of ghost-service');
  });
});
