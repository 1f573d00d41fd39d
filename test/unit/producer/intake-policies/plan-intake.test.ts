import { expect } from 'chai';
import { loadPolicies } from '../../../../src/producer/intake-policies/load-policies.ts';
import { createIntakePlanner } from '../../../../src/producer/intake-policies/plan-intake.ts';
import type { IntakePolicies } from '../../../../src/producer/intake-policies/policy-schema.ts';
import type { Alert, Severity } from '../../../../src/shared/alert.ts';
import { anAlert } from '../../../support/alerts.ts';

const NOW = new Date('2026-11-21T23:00:00Z');

describe('the intake plan of an alert', () => {
  const planWith = (changes: Partial<IntakePolicies>, alert: Partial<Alert> = {}, severity: Severity = 'high') =>
    createIntakePlanner({ ...loadPolicies(null), ...changes })(anAlert(alert), severity, NOW);
  const keys = (alert: Partial<Alert>, changes: Partial<IntakePolicies> = {}) =>
    planWith(changes, alert).coalesce?.keys ?? [];

  it('holds everything back but critical alerts, whatever a rule says', () => {
    expect(planWith({}).holdSeconds).to.equal(60);
    expect(planWith({}, {}, 'critical').holdSeconds).to.equal(0);
    const rules = [{ name: 'wait', match: {}, hold: 600 }];
    expect(planWith({ rules }).holdSeconds).to.equal(600);
    expect(planWith({ rules }, {}, 'critical').holdSeconds).to.equal(0);
  });

  it('gives critical alerts eight hours on whatever waits', () => {
    expect(planWith({}, {}, 'critical').turnSeconds).to.equal(-8 * 3_600);
    expect(planWith({}, {}, 'low').turnSeconds).to.equal(4 * 3_600);
  });

  it('lays the rules that match over the defaults, the later ones over the earlier', () => {
    const rules: IntakePolicies['rules'] = [
      { name: 'batch', match: { service: ['batch-*'], severity: ['low', 'high'] }, join: 60, hold: 5 },
      { name: 'by name', match: { name: ['/^disk/'] }, hold: 7, coalesce: { quiet: 9 } },
      { name: 'other source', match: { source: ['grafana'] }, coalesce: null },
    ];
    const plan = planWith({ rules }, { service: 'batch-7', name: 'DiskFull' });
    expect(plan.rules).to.deep.equal(['batch', 'by name']);
    expect(plan).to.deep.include({ joinSeconds: 60, holdSeconds: 7 });
    expect(plan.coalesce).to.include({ quietSeconds: 9, maxSeconds: 120 });
    expect(planWith({ rules }, { service: 'batch-7' }, 'medium').rules).to.deep.equal([]);
    expect(planWith({ rules }, { source: 'grafana' }).coalesce).to.equal(null);
  });

  it('finds what alerts share: service and node, or the namespace of those that name neither', () => {
    const checkout = { service: 'Checkout', namespace: 'shop', labels: { node: 'n1', cluster: 'eu' } };
    expect(keys(checkout)).to.deep.equal(['service checkout in eu/shop', 'node n1 in eu']);
    expect(keys({ service: null, namespace: 'shop' })).to.deep.equal(['namespace shop in ']);
    expect(keys({ service: null, namespace: null, labels: { cluster: 'eu' } })).to.deep.equal(['cluster eu']);
    expect(keys({ service: null, namespace: null })).to.deep.equal([]);
  });

  it('gives two services that are one edge apart a key in common', () => {
    const topology: IntakePolicies['topology'] = [
      ['checkout', 'payments'],
      ['payments', 'ledger'],
    ];
    const [checkout, payments, ledger] = ['checkout', 'Payments', 'ledger'].map(
      (service) => new Set(keys({ service }, { topology })),
    );
    expect([...checkout!.intersection(payments!)]).to.deep.equal(['edge checkout|payments in ']);
    expect(payments!.intersection(ledger!).size).to.equal(1);
    expect(checkout!.intersection(ledger!).size).to.equal(0);
  });

  it('suppresses within a maintenance window that matches, until the last of them ends', () => {
    const window = (name: string, until: string, match = {}) => ({
      name,
      match,
      from: '2026-11-21T22:00:00.000Z',
      until,
    });
    const maintenance = [
      window('long', '2026-11-22T02:00:00.000Z', { namespace: ['shop'] }),
      window('short', '2026-11-21T23:30:00.000Z'),
      window('over', '2026-11-21T23:00:00.000Z'),
      window('elsewhere', '2026-11-23T00:00:00.000Z', { namespace: ['bank'] }),
    ];
    const plan = planWith({ maintenance }, {}, 'critical');
    expect(plan.maintenance).to.deep.equal({ name: 'long', until: '2026-11-22T02:00:00.000Z' });
    const untilThen = { quietSeconds: 3 * 3_600, maxSeconds: 3 * 3_600 };
    expect(plan.coalesce).to.deep.include({
      keys: ['maintenance until 2026-11-22T02:00:00.000Z, service checkout in /shop'],
      ...untilThen,
    });
    expect(planWith({ maintenance }, { namespace: 'x' }).maintenance).to.include({ name: 'short' });
  });

  it('suppresses until the end of the last of several windows that follow or overlap each other', () => {
    const window = (name: string, from: string, until: string, match = {}) => ({
      name,
      match,
      from: `2026-11-2${from}:00.000Z`,
      until: `2026-11-2${until}:00.000Z`,
    });
    const maintenance = [
      window('third', '2T03:00', '2T04:00'),
      window('first', '1T22:00', '2T01:00'),
      window('second', '2T00:30', '2T03:00'),
      window('elsewhere', '2T03:30', '2T09:00', { namespace: ['bank'] }),
      window('tomorrow', '2T04:01', '2T09:00'),
    ];
    expect(planWith({ maintenance }).maintenance).to.deep.equal({ name: 'third', until: '2026-11-22T04:00:00.000Z' });
    expect(planWith({ maintenance: maintenance.slice(2) }).maintenance).to.equal(null);
  });
});
