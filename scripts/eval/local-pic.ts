import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
import { seenOf } from '../../test/fixtures/recorded-cases/judge.ts';
import { incidentPicture } from '../../src/workers/changes/incident-picture.ts';
for (const one of RECORDED_CASES.filter(({ id }) => process.argv.slice(2).some((b) => id.startsWith(b)))) {
  const p = incidentPicture(seenOf(one));
  console.log('=====', one.id, new Date(p.onset).toISOString());
  for (const s of p.failing) console.log('failing', s.service, s.score.toFixed(2), new Date(s.onset ?? 0).toISOString(), s.reasons.join('|').slice(0,150));
  for (const s of p.shifts) console.log('shift', s.service, s.metric, new Date(s.at).toISOString(), s.before, s.since, JSON.stringify({sudden: s.sudden}));
  for (const l of p.problems.slice(0, 12)) console.log('problem', l.service, new Date(l.at).toISOString(), l.body.slice(0, 140));
}
