import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { alertTime } from '../../../../src/workers/changes/problem-lines.ts';
import { servedDemand } from '../../../../src/workers/changes/served-demand.ts';
import { type Incident, incident, type Jump } from '../../../fixtures/rca/change-incident.ts';
import { alert, NOW } from '../../../support/evidence-fixtures.ts';

const tickets = (metric: string, from: number, to: number, service = 'tickets'): Jump => ({
  service,
  metric,
  from,
  to,
});
const ANSWERS = [tickets('request_duration_p99_seconds', 0.2, 0.2), tickets('http_error_ratio', 0.001, 0.001)];
const sale = (jumps: Jump[], more: Partial<Incident> = {}) =>
  incident({ service: 'tickets', metric: 'rps', complaints: [], jumps: [...ANSWERS, ...jumps], ...more });
const isServed = (...parts: Parameters<typeof sale>) => servedDemand(sale(...parts), 'tickets') !== null;

describe('more demand that is served', () => {
  it('is met where there are more hands, more work done and room left, and nobody waits', () => {
    const grown = [
      tickets('hpa_current_replicas', 4, 12),
      tickets('process_cpu_percent', 20, 55),
      tickets('tickets_sold_per_minute', 3, 60),
      tickets('db_connections', 40, 120),
    ];
    expect(isServed(grown)).to.equal(true);
    expect(operationalCause(incidentPicture(sale(grown)))).to.equal(null);
  });

  it('is not met where anybody is slower, fails, waits or complains, or has no room left', () => {
    for (const jump of [
      tickets('request_duration_p99_seconds', 0.2, 3, 'ledger'),
      tickets('checkout_failures_per_sec', 0, 4, 'web'),
      tickets('jobs_waiting', 2, 900, 'mailer'),
      tickets('process_cpu_percent', 20, 97),
      tickets('replicas_unavailable', 0, 3),
      tickets('orders_rejected_per_min', 0, 30),
      tickets('orders_per_min', 60, 2),
    ])
      expect(isServed([jump]), jump.metric).to.equal(false);
    expect(isServed([], { complaints: [{ service: 'web', body: 'order % lost' }] })).to.equal(false);
  });

  it('is not known to be met where nobody measured how it is answered', () => {
    const input = incident({ service: 'tickets', metric: 'rps', complaints: [] });
    expect(servedDemand(input, 'tickets')).to.equal(null);
    expect(operationalCause(incidentPicture(input))).to.include({ kind: 'demand' });
  });
});

describe('when an alert fired', () => {
  it('is read from its text where its sender tells it nowhere else', () => {
    const told = (description: string, startsAt: string | null = null) =>
      new Date(alertTime({ alerts: [alert('slow', { description, startsAt })], evidence: [], now: NOW })).toISOString();
    const day = NOW.toISOString().slice(0, 10);
    expect(told(`p99 is 4s; triggered at ${day}T00:01:00Z`)).to.equal(`${day}T00:01:00.000Z`);
    expect(told(`Started: ${day} 00:02:30+00:00`)).to.equal(`${day}T00:02:30.000Z`);
    expect(told(`fired at ${day}T00:01:00Z`, `${day}T00:03:00Z`)).to.equal(`${day}T00:03:00.000Z`);
    expect(told('fired at noon')).to.equal(NOW.toISOString());
    expect(told('fired at 2999-01-01T00:00:00Z')).to.equal(NOW.toISOString());
  });
});
