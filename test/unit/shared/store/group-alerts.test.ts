import { expect } from 'chai';
import { groupAlerts } from '../../../../src/shared/store/group-alerts.ts';
import type { ClassifiedAlert } from '../../../../src/shared/store/intake-store.ts';
import { aClassified, aPlan } from '../../../support/alerts.ts';

const withKeys = (keys: string[], priority = 2, holdSeconds = 0): ClassifiedAlert => ({
  ...aClassified({}, { priority }),
  plan: aPlan({ holdSeconds, coalesce: { keys, quietSeconds: 30, maxSeconds: 120, maxAlerts: 50 } }),
});

describe('the groups of one batch', () => {
  it('join alerts that share a key, directly or through others', () => {
    const alerts = [withKeys(['a', 'b']), withKeys(['c']), withKeys(['b', 'c']), withKeys(['d']), aClassified()];
    const { groupOf, keys } = groupAlerts(alerts);
    expect(groupOf.get(0)).to.equal(groupOf.get(1)).and.to.equal(groupOf.get(2));
    expect(groupOf.get(3)).to.not.equal(groupOf.get(0));
    expect(groupOf.has(4)).to.equal(false);
    expect(keys.map(({ key }) => key)).to.have.members(['a', 'b', 'c', 'd']);
  });

  it('are led by their most urgent alert, of equals by the first', () => {
    const alerts = [withKeys(['a'], 3, 60), withKeys(['a'], 1), withKeys(['a'], 1)];
    const [key] = groupAlerts(alerts).keys;
    expect(key).to.include({ fresh: alerts[1]!.incidentId, rank: 1, hold_s: 0, quiet_s: 30, max_s: 120 });
  });

  it('leave resolutions out', () => {
    const resolved = { ...withKeys(['a']), ...{ alert: { ...aClassified().alert, status: 'resolved' as const } } };
    expect(groupAlerts([resolved]).keys).to.deep.equal([]);
  });

  it('are found in time that grows with the keys, not with their square', () => {
    const chain = Array.from({ length: 5_000 }, (_, n) => withKeys([`k${n}`, `k${n + 1}`]));
    const { groupOf } = groupAlerts(chain);
    expect(new Set(groupOf.values()).size).to.equal(1);
  });
});
