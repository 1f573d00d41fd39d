import { expect } from 'chai';
import type { EvidenceFormData } from '../../../../src/shared/evidence-forms.ts';
import { changeSuspects } from '../../../../src/workers/changes/change-suspects.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import { type Commit, incident, type Jump, tidyDecoy } from '../../../fixtures/rca/change-incident.ts';
import { at } from '../../../support/evidence-fixtures.ts';

type Changes = EvidenceFormData<'changes.list'>['changes'];

const SHARED: Commit = {
  id: 'c0de',
  title: 'feat: berths by their marks',
  files: ['packages/berths/src/mark.ts'],
  diff: '-  return marks.get(berth);\n+  return marks.get(markOf(berth));',
  deployed: ['ferries', 14],
};

/** An incident at `pilots`, which `ferries` and `tugs` ask, with one change deployed to both; minutes ago. */
function inTurn({ tugs, from = tugs - 1, shared = SHARED }: { tugs: number; from?: number; shared?: Commit }) {
  const jumps: Jump[] = [
    { service: 'ferries', metric: 'http_5xx_ratio', from: 0.001, to: 0.6, minutesAgo: 13 },
    { service: 'tugs', metric: 'http_5xx_ratio', from: 0.001, to: 0.5, minutesAgo: from },
  ];
  const input = incident({
    service: 'pilots',
    metric: 'http_400_ratio',
    onset: 13,
    complaints: [{ service: 'pilots', body: 'turned away % of ferries' }],
    jumps,
    commits: [shared, tidyDecoy('pilots', 16)],
  });
  const { changes } = input.evidence.at(-1)!.data as { changes: Changes };
  changes.push({
    ...changes.find(({ kind, id }) => kind === 'deploy' && id === 'c0de')!,
    service: 'tugs',
    at: at(tugs),
  });
  return input;
}

describe('one change that comes to several services in turn', () => {
  it('is to blame where each of them is in trouble from its own deploy on, whatever its lines do', () => {
    const input = inTurn({ tugs: 10 });
    const { culprit } = suspectChange(input)!;
    expect(culprit?.live.id).to.equal('c0de');
    expect(culprit?.place).to.include({ score: 1, by: 'ferries' });
    expect(culprit?.place.why).to.equal(
      'ferries and tugs got into trouble in turn, each right after its own deploy of it',
    );
    expect(changeSuspects(input)[0]?.service).to.equal('ferries');
  });

  it('is not where one was in trouble before its own deploy, or long after it, or all came at once', () => {
    for (const { tugs, from } of [
      { tugs: 8, from: 13 },
      { tugs: 14, from: 13 },
      { tugs: 60, from: 10 },
    ])
      expect(suspectChange(inTurn({ tugs, from }))!.culprit, `${tugs} ${from}`).to.equal(null);
  });

  it('is not where it can do nothing', () => {
    const shared = { ...SHARED, files: ['docs/berths.md'] };
    expect(suspectChange(inTurn({ tugs: 10, shared }))!.culprit).to.equal(null);
  });
});
