import { expect } from 'chai';
import { startPrometheusSandbox } from '../../scripts/sandbox/prometheus/start-prometheus-sandbox.ts';
import { worldSeries } from '../../scripts/sandbox/prometheus/world-series.ts';
import { ALL_SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { mergeScenarios } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import type { Evidence, Report } from '../../src/shared/report.ts';
import { localise } from '../../src/workers/localisation/localise.ts';
import { quickBackend } from '../support/backends.ts';
import { alert } from '../support/evidence-fixtures.ts';
import { sendAlert, startTestFleet, untilState } from '../support/fleet.ts';

const startsAt = new Date(Date.now() - 4 * 60_000).toISOString();

const alertAbout = (service: string) => ({
  version: '4',
  receiver: 'rca',
  status: 'firing',
  groupKey: '{}',
  alerts: [
    {
      status: 'firing',
      labels: { severity: 'critical', alertname: 'HighLatency', service, namespace: 'store' },
      annotations: { summary: `High latency of ${service}` },
      startsAt,
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: `latency of ${service}`,
    },
  ],
});

it('a fleet with Prometheus and without SigNoz has the metrics by which the trouble is localised', async () => {
  const series = worldSeries(mergeScenarios([ALL_SCENARIOS['shop-cpu']], Date.now()));
  const prometheus = await startPrometheusSandbox({ series: () => series });
  const environment = { SIGNOZ_URL: '', SIGNOZ_API_KEY: '', PROMETHEUS_URL: prometheus.url };
  const { fleet, sandbox, close } = await startTestFleet(quickBackend(), {
    environment,
    sandbox: { scenarios: ['shop-cpu'] },
  });
  try {
    const { body } = await sendAlert(fleet.producer, 'alertmanager', alertAbout('storefront'));
    const incident = await untilState(
      fleet,
      (body as { alerts: { incidentId: string }[] }).alerts[0]!.incidentId,
      'posted',
    );
    const evidence = incident.evidence as Evidence[];
    const asked = new Set(evidence.filter(({ server }) => server === 'prometheus').map(({ capability }) => capability));
    expect([...asked]).to.include.members(['requests.query', 'services.list', 'metrics.query', 'topology.services']);
    const report = incident.report as Report;
    const alerts = [alert('High latency of storefront', { service: 'storefront', startsAt })];
    const [suspect] = localise({ alerts, evidence, now: new Date() });
    expect(suspect).to.include({ service: 'pricing', class: 'resource' });
    expect(report.couldNotCheck.map(({ why }) => why).join('\n')).to.include('logs.query');
    expect(sandbox.signoz.queries).to.deep.equal([]);
    expect(evidence.some(({ capability }) => /^(?:postgresql|redis)\./.test(capability))).to.equal(false);
  } finally {
    await close();
    await prometheus.close();
  }
}).timeout(90_000);
