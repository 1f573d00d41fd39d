import { localise } from '../../../src/workers/localisation/localise.ts';
import { confidenceFeatures, type Features } from '../../../src/workers/localisation/suspect-confidence.ts';
import { SUITE_ADAPTERS } from '../cases/index.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { type CaseTruth, caseTruths, isRight } from '../stress/case-truths.ts';
import { PERTURBATIONS } from '../stress/perturbations.ts';
import { requestsOnlyCase, type SyntheticCase, syntheticCase } from '../stress/synthetic-case.ts';
import type { Lesson } from './fit-confidence.ts';

/** Right are place and class of the first suspect, or the place alone where only requests are measured. */
export type ConfidenceLesson = Lesson<keyof Features> & { id: string; source: string };

/** The suites whose cases are told by telemetry, and by nothing that was calibrated otherwise. */
const TELEMETRY_SUITES = ['nezha', 'petshop'];
const RENAMED = 'services renamed';
/** Perturbed cases are alike, and the methods were developed with them. */
const PERTURBED_WEIGHT = 0.5;

/** Lessons of random systems with random faults; the same for the same seed. */
export function* syntheticLessons(seed: string, count: number): Generator<ConfidenceLesson> {
  for (let index = 0; index < count; index++) {
    const id = `synthetic ${seed} ${index}`;
    const all = syntheticCase(`${seed} ${index}`);
    yield* lessonOf(id, 'synthetic', 1, all.input, truthOf(all));
    if (index % RUSH_EVERY === 0) {
      const rushed = PERTURBATIONS[RUSH]!.perturb(all.input, `${seed} ${index}`);
      yield* lessonOf(id, 'synthetic, in a rush', RUSH_WEIGHT, rushed, truthOf(all));
    }
    const requests = requestsOnlyCase(`${seed} ${index}`);
    if (requests) yield* lessonOf(id, 'synthetic, requests only', REQUESTS_WEIGHT, requests.input, truthOf(requests));
  }
}

/** A rush that no earlier day had is rare: it counts as one case in sixteen. */
const RUSH = 'daily peak, days not known';
const RUSH_EVERY = 4;
const RUSH_WEIGHT = 0.25;

/** What measures requests only is one kind of system among many. */
const REQUESTS_WEIGHT = 0.5;

const truthOf = ({ service, class: alertClass }: SyntheticCase) => ({
  suspects: [service.toLowerCase()],
  classes: [alertClass],
});

/** Lessons of recorded cases, each changed in all the ways that must not change its answer; none without a folder of cases. */
export function* perturbedLessons(casesFolder: string): Generator<ConfidenceLesson> {
  for (const suite of TELEMETRY_SUITES) {
    const cases = SUITE_ADAPTERS.find((one) => one.suite === suite)!.list(casesFolder);
    const truths = cases.length > 0 ? caseTruths(casesFolder, suite) : new Map<string, CaseTruth>();
    for (const { id, read } of cases) {
      const input = read();
      for (const [name, { suites, perturb }] of Object.entries(PERTURBATIONS)) {
        // New names change nothing that is counted here.
        if (!suites.includes(suite) || name === RENAMED) continue;
        // All perturbations of a case stand on the same side of every split.
        yield* lessonOf(id, suite, PERTURBED_WEIGHT, perturb(input, `${id} ${name}`), truths.get(id)!);
      }
    }
  }
}

function lessonOf(
  id: string,
  source: string,
  weight: number,
  input: CaseInput,
  truth: Pick<CaseTruth, 'suspects' | 'classes'>,
): ConfidenceLesson[] {
  const found = localise(input);
  const features = confidenceFeatures(found);
  if (!features) return [];
  return [{ id, source, features, right: isRight(found[0], truth), weight }];
}
