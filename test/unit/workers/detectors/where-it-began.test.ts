import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { DETECTORS } from '../../../../src/workers/detectors/index.ts';
import { anAlert } from '../../../support/alerts.ts';

const detect = DETECTORS['where-it-began'];
const now = new Date('2026-01-01T12:00:00Z');

function evidence(number: number, capability: string, data: unknown): Evidence {
  const text = JSON.stringify(data);
  const frame = {
    server: 's',
    tool: 't',
    query: {},
    from: null,
    to: null,
    collectedAt: now.toISOString(),
    truncated: false,
    digest: '',
  };
  return { number, capability, ...frame, data, text };
}
const firing = (name: string, entity: string) => ({
  name,
  kind: 'Service',
  entity,
  namespace: 'shop',
  severity: null,
  startsAt: null,
});
const topology = evidence(2, 'topology.services', {
  edges: [
    { caller: 'web', callee: 'orders' },
    { caller: 'orders', callee: 'ledger' },
  ],
});
const input = (...items: Evidence[]) => ({ alerts: [anAlert()], facts: {}, evidence: items, now });

describe('the detector of where it began', () => {
  it('names the deepest of the alerting services, and the others as mere possibilities', () => {
    const storm = evidence(1, 'alerts.active', {
      alerts: [firing('HighErrorRate', 'web'), firing('HighErrorRate', 'orders'), firing('KubePodNotReady', 'ledger')],
    });
    const [first, ...others] = detect(input(storm, topology));
    expect(first).to.include({ component: 'ledger', cause: true });
    expect(first!.statement).to.match(/^The trouble most likely began at ledger\. /);
    expect(first!.evidence).to.not.be.empty;
    expect(first!.confidence).to.be.within(0.4, 0.7);
    for (const other of others)
      expect(other).to.satisfy(
        ({ cause, confidence }: { cause: boolean; confidence: number }) => !cause && confidence < 0.3,
      );
  });

  it('is silent where too few components are known to tell a cause from its symptoms', () => {
    const alone = evidence(1, 'alerts.active', {
      alerts: [firing('HighErrorRate', 'web'), firing('HighErrorRate', 'orders')],
    });
    expect(detect(input(alone, topology))).to.deep.equal([]);
    expect(detect(input())).to.deep.equal([]);
  });
});
