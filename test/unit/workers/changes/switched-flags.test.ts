import { expect } from 'chai';
import { liveChanges } from '../../../../src/workers/changes/live-changes.ts';
import { type Commit, incident } from '../../../fixtures/rca/change-incident.ts';
import { at } from '../../../support/evidence-fixtures.ts';

const COMMIT: Commit = {
  id: 'f1a6',
  title: 'chore: the forecast for all',
  files: ['flags/live.yaml'],
  diff: ' tide_forecast:\n   owner: tides\n-  percent: 5\n+  percent: 60\n new_harbour_map:\n   percent: 50',
  deployed: ['flag-sync', 15],
};

/** What is known to have changed, by a commit and flags of the service `tides`, each switched so many minutes ago. */
function changesOf(commit: Partial<Commit>, ...flags: [id: string, minutesAgo: number][]) {
  const input = incident({
    service: 'tides',
    metric: 'p99_ms',
    complaints: [],
    commits: [{ ...COMMIT, ...commit }],
    flags: flags.map(([id, minutesAgo]) => ({ id, service: 'tides', minutesAgo })),
  });
  return liveChanges(input.evidence).map(({ id, services, at: since }) => ({ id, services, at: since }));
}

const AS_DEPLOYED = { id: 'f1a6', services: ['flag-sync'], at: Date.parse(at(15)) };

describe('flags that a commit switched', () => {
  it('are that commit, which acts when and where they were switched', () => {
    const acts = [{ id: 'f1a6', services: ['tides'], at: Date.parse(at(12)) }];
    expect(changesOf({}, ['tide_forecast', 12])).to.deep.equal(acts);
    const diff = '-features.tide-forecast.percent=5\n+features.tide-forecast.percent=60';
    expect(changesOf({ files: ['live.properties'], diff }, ['tide_forecast', 12])).to.deep.equal(acts);
    expect(changesOf({ deployed: undefined }, ['tide_forecast', 62])).to.deep.equal([
      { id: 'f1a6', services: ['tides'], at: Date.parse(at(62)) },
    ]);
  });

  it('are others where the commit does not name them in what it changes, came at another time or is a program', () => {
    const apart: [name: string, ...given: Parameters<typeof changesOf>][] = [
      ['a neighbour in the file', {}, ['new_harbour_map', 12]],
      ['part of its name', {}, ['forecast', 12]],
      ['switched hours before', {}, ['tide_forecast', 90]],
      ['switched by hand long after', { deployed: ['flag-sync', 60] }, ['tide_forecast', 12]],
      [
        'code that asks for it',
        { files: ['src/tides.ts'], diff: '+  if (on("tide_forecast")) ask();' },
        ['tide_forecast', 12],
      ],
    ];
    for (const [name, ...given] of apart) {
      const [commit, flag, ...more] = changesOf(...given);
      expect([commit?.services, flag?.services, more], name).to.deep.equal([['flag-sync'], ['tides'], []]);
    }
    expect(changesOf({})).to.deep.equal([AS_DEPLOYED]);
  });
});
