import { incidentPicture } from '../../src/workers/changes/incident-picture.ts';
import { suspectChange } from '../../src/workers/changes/suspect-change.ts';
import { BATCHES } from '../../test/fixtures/recorded-cases/index.ts';
import { analysisOf, seenOf } from '../../test/fixtures/recorded-cases/judge.ts';
import type { RecordedCase } from '../../test/fixtures/recorded-cases/recorded-case.ts';
import { commitIn, type Donor, withCommit, withoutCommit } from './crossings/foreign-commit.ts';

/**
 * How often a report blames the wrong commit in our recorded incidents when the commits of others are among theirs: a harmful commit of another
 * incident, put into the service where the trouble began shortly before it did, explains nothing there; and where the true commit is left
 * out, none of those that are left did it.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/crossings.ts [--failures] [--all] [BATCH...]`; every incident is crossed with some commits,
 * with `--all` with every one; `--failures` lists what was blamed; `BATCH` is the beginning of the names of the batches to cross.
 */
const FAILURES = process.argv.includes('--failures');
const ALL = process.argv.includes('--all');
const WANTED = process.argv.slice(2).filter((word) => !word.startsWith('--'));
/** So many foreign commits come to each incident; prime steps choose other ones for each. */
const EACH = 6;
const STEP = 17;

type Incident = { recorded: RecordedCase; own: Donor | null };
type Blame = { incident: string; commit: string; verdict: string; why: string };

const incidents: Incident[] = Object.values(BATCHES)
  .flat()
  .filter(({ culprit }) => culprit !== undefined)
  .map((recorded) => ({ recorded, own: commitIn(recorded) }));
const donors = incidents.flatMap(({ own }) => own ?? []);
const chosen = new Set(
  Object.entries(BATCHES)
    .filter(([name]) => WANTED.length === 0 || WANTED.some((begin) => name.startsWith(begin)))
    .flatMap(([, cases]) => cases.map(({ id }) => id)),
);
const wanted = incidents.filter(({ recorded }) => chosen.has(recorded.id));

function donorsFor(incident: Incident, index: number): Donor[] {
  const others = donors.filter(({ from }) => from !== incident.recorded.id);
  if (ALL) return others;
  return Array.from({ length: Math.min(EACH, others.length) }, (_, step) => {
    return others[(index * EACH + step * STEP) % others.length]!;
  });
}

/** What the analysis says of a changed incident, where it blames a commit that did not do it. */
function blameOf(recorded: RecordedCase, commit: string, isWrong: (culprit: string) => boolean): Blame[] {
  const { report, culprit } = analysisOf(recorded);
  if (culprit === null || !isWrong(culprit)) return [];
  const blamed = suspectChange(seenOf(recorded))?.culprit;
  const why = blamed ? `${blamed.score.toFixed(2)} ${blamed.mechanism.why}` : '';
  return [{ incident: recorded.id, commit, verdict: report.verdict, why }];
}

function crossed(): { tried: number; blamed: Blame[] } {
  const pairs = wanted.flatMap((incident, index) => {
    const { onset, failing } = incidentPicture(seenOf(incident.recorded));
    const service = failing[0]?.service ?? incident.recorded.service ?? null;
    return donorsFor(incident, index).map((donor) => ({ incident, donor, service, onset }));
  });
  const blamed = pairs.flatMap(({ incident, donor, service, onset }) => {
    const { recorded, id } = withCommit(incident.recorded, donor, service, onset);
    return blameOf(recorded, donor.from, (culprit) => culprit === id);
  });
  return { tried: pairs.length, blamed };
}

function leftOut(): { tried: number; blamed: Blame[] } {
  const own = wanted.flatMap(({ recorded, own }) => (own ? [{ recorded, commit: own.commit }] : []));
  const blamed = own.flatMap(({ recorded, commit }) =>
    blameOf(withoutCommit(recorded, commit), commit.title, (culprit) => culprit !== 'none'),
  );
  return { tried: own.length, blamed };
}

function show(what: string, { tried, blamed }: { tried: number; blamed: Blame[] }): void {
  const count = (verdict: string) => blamed.filter((one) => one.verdict === verdict).length;
  console.log(
    `${what}: blamed ${blamed.length} of ${tried} (probable ${count('probable')}, identified ${count('identified')})`,
  );
  if (!FAILURES) return;
  for (const { incident, commit, verdict, why } of blamed)
    console.log(`  ${incident} <- ${commit} (${verdict}): ${why}`);
}

show('a foreign commit put in', crossed());
show('the own commit left out', leftOut());
