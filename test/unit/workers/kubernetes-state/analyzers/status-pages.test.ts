import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const LOG =
  '2031-04-02T10:20:11Z ERROR labels POST https://api.parcelfox.io/v2/labels failed: 503 Service Unavailable\n'.repeat(
    4,
  );
const page = (indicator: string, description: string) =>
  printed(
    'curl -s https://status.parcelfox.io/api/v2/status.json',
    JSON.stringify({ page: { name: 'Parcelfox' }, status: { indicator, description } }),
  );
const stated = (indicator: string, description: string) =>
  concluded('Labels of the shop fail', [
    printed('kubectl logs -n shop deploy/labels', LOG),
    page(indicator, description),
  ]);

describe('the status page of a provider', () => {
  it('puts failing calls down to the provider that says so itself', () => {
    const { report, struck } = stated('major', 'Partial System Outage');
    expect(struck).to.deep.equal([]);
    expect(report.rootCause.component).to.equal('api.parcelfox.io');
    expect(report.rootCause.statement).to.include('its own status page says "Partial System Outage"');
  });

  it('says nothing while the provider is well', () => {
    expect(stated('none', 'All Systems Operational').report.rootCause.statement).to.not.include('status page');
  });
});
