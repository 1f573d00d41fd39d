import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
import { seenOf } from '../../test/fixtures/recorded-cases/judge.ts';
import { liveChanges } from '../../src/workers/changes/live-changes.ts';
import { effectOf } from '../../src/workers/changes/change-effect.ts';
import { incidentPicture } from '../../src/workers/changes/incident-picture.ts';
import { symptomsOf } from '../../src/workers/changes/symptoms.ts';
for (const one of RECORDED_CASES.filter(({ id }) => process.argv.slice(2).some((b) => id.startsWith(b)))) {
  const seen = seenOf(one);
  for (const live of liveChanges(seen.evidence)) if (live.id === one.culprit) console.log(one.id, JSON.stringify(effectOf(live.change), (k, v) => v instanceof RegExp ? v.source.slice(0, 80) : v, 1));
  const s = symptomsOf(incidentPicture(seen));
  console.log('told', s.told.slice(0, 5), 'tables', [...s.tables], 'signs', s.signs.map((x) => x.metric));
}
