import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { type Complaint, incident } from '../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../support/evidence-fixtures.ts';

const DOWN: Complaint = { service: 'depot', body: 'read of shelf % failed on worker-07.rack2: no route to host' };
const KURED = 'kured[311]: Reboot required on worker-07.rack2, draining it';

function causeAfter(body: string, minutesAgo: number[], complaint = DOWN) {
  const input = incident({ service: 'depot', metric: 'http_5xx_ratio', complaints: [complaint] });
  const rows = minutesAgo.map((ago) => ({ at: at(ago), severity: 'INFO', service: 'syslog', body, attributes: {} }));
  const told = evidence(70, 'logs.query', { rows, hasMore: false, warning: null });
  return operationalCause(incidentPicture({ ...input, evidence: [...input.evidence, told] }));
}

describe('upkeep of machines', () => {
  it('is the cause where a machine in trouble was upgraded or restarted by itself shortly before', () => {
    for (const body of [
      KURED,
      'worker-07.rack2 dnf-automatic[912]: The following updates have been applied: NetworkManager',
      'worker-07.rack2 update_engine[4]: Update successfully applied, waiting to reboot',
      'worker-07.rack2 apt-daily-upgrade.service: Succeeded',
    ]) {
      const cause = causeAfter(body, [14]);
      expect(cause, body).to.include({ kind: 'upkeep', class: 'infrastructure' });
      expect(cause!.statement).to.contain('worker-07.rack2');
    }
  });

  it('is none of another machine, long before, all the time or afterwards', () => {
    expect(causeAfter(KURED, [14], { ...DOWN, body: 'read of shelf % failed on worker-071.rack2' })).to.equal(null);
    expect(causeAfter(KURED, [90])).to.equal(null);
    expect(causeAfter(KURED, [90, 50, 14])).to.equal(null);
    expect(causeAfter(KURED, [3])).to.equal(null);
    expect(causeAfter('worker-07.rack2 sshd[7]: session opened', [14])).to.equal(null);
  });
});
