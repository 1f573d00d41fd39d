import { expect } from 'chai';
import { startPrometheusSandbox } from '../../scripts/sandbox/prometheus/start-prometheus-sandbox.ts';
import { worldSeries } from '../../scripts/sandbox/prometheus/world-series.ts';
import { ALL_SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { mergeScenarios } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import type { Evidence, Report } from '../../src/shared/report.ts';
import { sendAlert, startTestFleet, untilState } from '../support/fleet.ts';

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
      startsAt: new Date(Date.now() - 4 * 60_000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: `latency of ${service}`,
    },
  ],
});

it('a fleet with Prometheus and without SigNoz finds by its metrics where the trouble began', async () => {
  const series = worldSeries(mergeScenarios([ALL_SCENARIOS['shop-cpu']], Date.now()));
  const prometheus = await startPrometheusSandbox({ series: () => series });
  const environment = { SIGNOZ_URL: '', SIGNOZ_API_KEY: '', PROMETHEUS_URL: prometheus.url };
  const { fleet, sandbox, close } = await startTestFleet('embedded', {
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
    expect([...asked]).to.include.members(['requests.query', 'services.list', 'metrics.query']);
    const report = incident.report as Report;
    console.log(JSON.stringify([report.verdict, report.rootCause, report.hypotheses], null, 1).slice(0, 3000));
    expect(JSON.stringify([report.rootCause, report.hypotheses])).to.include('pricing');
    expect(report.couldNotCheck.map(({ why }) => why).join('\n')).to.include('logs.query');
    expect(sandbox.signoz.queries).to.deep.equal([]);
    expect(evidence.some(({ capability }) => /^(?:postgresql|redis)\./.test(capability))).to.equal(false);
  } finally {
    await close();
    await prometheus.close();
  }
}).timeout(90_000);
