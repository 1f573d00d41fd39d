import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { alertTime } from '../../../../src/workers/changes/problem-lines.ts';
import { servedDemand, sharesDemand } from '../../../../src/workers/changes/served-demand.ts';
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
    expect(isServed([...grown, tickets('idle_connections', 40, 12, 'ledger')])).to.equal(true);
    expect(isServed([...grown, tickets('workers_idle', 40, 12, 'ledger')])).to.equal(true);
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
      tickets('payments_completed_ratio', 0.98, 0.3, 'payments'),
    ])
      expect(isServed([jump]), jump.metric).to.equal(false);
    expect(isServed([], { complaints: [{ service: 'web', body: 'order % lost' }] })).to.equal(false);
  });

  it('is met where how long it takes is told as a percentile', () => {
    const jumps = [tickets('http_server_p95_ms', 90, 92), tickets('http_5xx_ratio', 0.001, 0.001)];
    const told = (more: Jump[] = []) =>
      incident({ service: 'tickets', metric: 'rps', complaints: [], jumps: [...jumps, ...more] });
    expect(servedDemand(told(), 'tickets')).not.to.equal(null);
    expect(servedDemand(told([tickets('checkout_p99_ms', 90, 900, 'web')]), 'tickets')).to.equal(null);
  });

  it('is not known to be met where nobody measured how it is answered', () => {
    const input = incident({ service: 'tickets', metric: 'rps', complaints: [] });
    expect(servedDemand(input, 'tickets')).to.equal(null);
    expect(operationalCause(incidentPicture(input))).to.include({ kind: 'demand' });
  });
});

describe('demand that reaches others', () => {
  const ANSWERED = [tickets('http_server_p95_ms', 90, 90), tickets('http_5xx_ratio', 0.001, 0.001)];
  const rush = (...jumps: Jump[]) =>
    incident({
      service: 'tickets',
      metric: 'rps',
      complaints: [],
      jumps: [...ANSWERED, ...jumps],
    });
  const shares = (...jumps: Jump[]) => sharesDemand(rush(...jumps), 'seats-db', 'tickets');
  const seats = (metric: string, from: number, to: number) => tickets(metric, from, to, 'seats-db');

  it('is what a store does more, as many times as more is asked at most, with room left', () => {
    expect(shares(seats('cpu_utilization', 0.12, 0.4), seats('connections_active', 14, 50))).to.equal(true);
    expect(shares(seats('transactions_per_sec', 100, 390))).to.equal(true);
    expect(shares(seats('cpu_utilization', 0.3, 0.93))).to.equal(false);
    expect(shares(seats('cpu_utilization', 0.01, 0.6))).to.equal(false);
    expect(shares(seats('transactions_per_sec', 100, 20))).to.equal(false);
    expect(shares()).to.equal(false);
  });

  it('is none where anybody answers more slowly, however that is called', () => {
    const busy = seats('cpu_utilization', 0.12, 0.4);
    expect(shares(busy, tickets('http_server_p95_ms', 60, 900, 'shop'))).to.equal(false);
    expect(shares(busy, seats('disk_read_latency_ms', 1, 40))).to.equal(false);
    expect(shares(busy, tickets('process_cpu_seconds', 0.2, 0.5, 'shop'))).to.equal(true);
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
