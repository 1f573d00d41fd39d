import { expect } from 'chai';
import { changesOf } from '../../../../../scripts/eval/cases/rootcausebench.ts';
import {
  type Change,
  commitIn,
  withCommit,
  withoutCommit,
} from '../../../../../scripts/eval/crossings/foreign-commit.ts';
import type { RecordedCase } from '../../../../fixtures/recorded-cases/recorded-case.ts';

const about = { alert: 'slow', class: 'application', component: [], says: [], outputs: [] } as const;

function recorded(id: string, sha: string, service: string, diff: string): RecordedCase {
  const word = service.replace('-', '_');
  const commit = { sha, timestamp: '2030-02-01T08:00:00Z', message: `fix ${service}`, files_changed: [`${word}/a.py`] };
  return {
    ...about,
    component: [],
    says: [],
    outputs: [],
    id,
    culprit: sha,
    telemetry: [
      changesOf(
        [{ ...commit, diff }],
        [{ timestamp: '2030-02-01T09:00:00Z', service, commit_sha: sha, version: 'v7' }],
        [],
      ),
    ],
  };
}

const changesIn = ({ telemetry }: RecordedCase) => (telemetry![0]!.data as { changes: Change[] }).changes;

describe('a commit of another incident', () => {
  const host = recorded('parcels-late', 'aa11', 'parcel-api', '+wait()');
  const donor = commitIn(recorded('seats-gone', 'bb22', 'seat-store', '-class SeatStore:\n+class SeatStoreV2:'))!;

  it('is the one that did it, with where it was deployed', () => {
    expect(donor).to.include({ from: 'seats-gone' });
    expect(donor.services).to.deep.equal(['seat-store']);
    expect(commitIn({ ...host, culprit: 'none' })).to.equal(null);
    expect(commitIn(recorded('seats-gone', 'bb22', 'seat-store', ''))).to.equal(null);
  });

  it('comes to the service in trouble, in its names, shortly before the trouble', () => {
    const onset = Date.parse('2030-02-01T12:00:00Z');
    const crossed = withCommit(host, donor, 'parcel-api', onset);
    const [commit, deploy] = changesIn(crossed.recorded).filter(({ id }) => id === crossed.id);
    expect(commit).to.include({ title: 'fix parcel-api', detail: '-class ParcelApi:\n+class ParcelApiV2:' });
    expect(commit!.files).to.deep.equal(['parcel_api/a.py']);
    expect(deploy).to.include({ kind: 'deploy', service: 'parcel-api', at: '2030-02-01T11:52:00.000Z' });
    expect(changesIn(host)).to.have.length(2);
  });

  it('is left out with the deploys that carried it', () => {
    const own = commitIn(host)!;
    expect(changesIn(withoutCommit(host, own.commit))).to.deep.equal([]);
  });
});
