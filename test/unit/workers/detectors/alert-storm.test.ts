import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { alertStorm } from '../../../../src/workers/detectors/alert-storm.ts';
import { alertsAsEvidence } from '../../../../src/workers/incident-alerts.ts';
import { verifyReport } from '../../../../src/workers/verify-report.ts';
import { alert, at, evidence, input } from '../../../support/evidence-fixtures.ts';
import { aReport } from '../../../support/incidents.ts';

const edges = [
  { caller: 'web', callee: 'orders' },
  { caller: 'orders', callee: 'ledger' },
];
const topology = evidence(2, 'topology.services', { edges });
const received = (service: string, name: string, minutesAgo: number, more = {}) => ({
  id: `${service}-${name}`,
  receivedAt: at(minutesAgo),
  decision: 'join' as const,
  reason: '',
  alert: alert(`${name} at ${service}`, {
    name,
    service,
    namespace: 'shop',
    fingerprint: `${service}-${name}`,
    startsAt: at(minutesAgo),
    ...more,
  }),
});
const STORM = [
  received('web', 'HighErrorRate', 3),
  received('orders', 'HighLatency', 4),
  received('ledger', 'HighErrorRate', 5),
];
const found = (items: Evidence[]) => alertStorm(input('HighErrorRate at web', items, { service: 'web' }));

describe('the alerts of an incident as evidence', () => {
  it('tell what fires, about what and since when, with texts and labels', () => {
    const storm = alertsAsEvidence(1, 'i', STORM)!;
    expect(storm).to.include({ capability: 'alerts.active', server: 'rca-fleet', number: 1, truncated: false });
    expect((storm.data as { alerts: object[] }).alerts[0]).to.deep.equal({
      name: 'HighErrorRate',
      kind: 'Service',
      entity: 'ledger',
      namespace: 'shop',
      severity: STORM[2]!.alert.severity,
      startsAt: at(5),
      says: 'HighErrorRate at ledger',
    });
    expect(storm.text).to.match(/^3 alerts of 3 services fire in this incident \(3 messages\):\n/);
    expect(storm.text.split('\n')).to.have.length(4);
  });

  it('are none where one alert has come again and again', () => {
    const same = [1, 2, 3].map((minute) => received('web', 'HighErrorRate', minute));
    expect(alertsAsEvidence(1, 'i', same)).to.equal(null);
  });

  it('say of a resolved alert that it is resolved, and do not count it as firing', () => {
    const resolved = received('web', 'HighErrorRate', 1, { status: 'resolved' });
    const { data, text } = alertsAsEvidence(1, 'i', [...STORM, resolved])!;
    expect((data as { alerts: { entity: string }[] }).alerts.map(({ entity }) => entity)).to.deep.equal([
      'ledger',
      'orders',
    ]);
    expect(text).to.include('| resolved |');
  });

  it('are bounded with head, tail and digest, and hold no secret', () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      received(`svc-${index}`, 'HighLatency', 5, { description: `password=hunter2secret ${'x '.repeat(300)}` }),
    );
    const storm = alertsAsEvidence(1, 'i', many)!;
    expect(storm).to.include({ truncated: true });
    expect(storm.text.length).to.be.lessThan(33_000);
    expect(storm.digest).to.match(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(storm)).to.not.include('hunter2secret');
  });
});

describe('the detector of alert storms', () => {
  const storm = alertsAsEvidence(1, 'i', STORM)!;

  it('is silent where localisation itself works on the alerts', () => {
    expect(found([storm, topology])).to.deep.equal([]);
  });

  it('names the callee of two that one known call links, and covers both', () => {
    const two = alertsAsEvidence(1, 'i', STORM.slice(1))!;
    const [finding, ...others] = found([two, topology]);
    expect(others).to.deep.equal([]);
    expect(finding).to.include({ component: 'ledger', cause: true });
    expect(finding!.confidence).to.be.within(0.5, 0.65);
    expect(finding!.timeline.map(({ what }) => what)).to.deep.equal([
      'HighErrorRate at ledger',
      'HighLatency at orders',
    ]);
    const { statement, component, timeline, metrics, evidence: cited } = finding!;
    const report = aReport({
      rootCause: { statement, component, confidence: 0.5, evidence: cited },
      timeline,
      metrics,
    });
    expect(verifyReport(report, [two, topology], []).struck).to.deep.equal([]);
  });

  it('is silent where nothing links the alerts, and where one thing alone fires', () => {
    const two = alertsAsEvidence(1, 'i', STORM.slice(1))!;
    expect(found([two])).to.deep.equal([]);
    const one = [received('web', 'HighErrorRate', 3), received('web', 'HighLatency', 3)];
    expect(found([alertsAsEvidence(1, 'i', one)!, topology])).to.deep.equal([]);
  });
});
