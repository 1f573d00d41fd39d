import { localise } from '../../../src/workers/localisation/localise.ts';
import { confidenceFeatures, type Features } from '../../../src/workers/localisation/suspect-confidence.ts';
import { type MetricKind, metricKind } from '../../../src/workers/localisation/telemetry/metric-kind.ts';
import { SUITE_ADAPTERS } from '../cases/index.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { type CaseTruth, caseTruths } from '../stress/case-truths.ts';
import { PERTURBATIONS } from '../stress/perturbations.ts';
import { syntheticCase } from '../stress/synthetic-case.ts';

/** What the first suspect of a case shows, and whether its place and its class are right; `weight` is how much the case counts. */
export type ConfidenceLesson = { id: string; source: string; features: Features; right: boolean; weight: number };

/** The suites whose cases are told by telemetry, and by nothing that was calibrated otherwise. */
const TELEMETRY_SUITES = ['nezha', 'petshop'];
const RENAMED = 'services renamed';
/** Perturbed cases are alike, and the methods were developed with them. */
const PERTURBED_WEIGHT = 0.5;

/** Lessons of random systems with random faults; the same for the same seed. */
export function* syntheticLessons(seed: string, count: number): Generator<ConfidenceLesson> {
  for (let index = 0; index < count; index++) {
    const { input, service, class: alertClass } = syntheticCase(`${seed} ${index}`);
    const truth = { suspects: [service.toLowerCase()], classes: [alertClass] };
    const id = `synthetic ${seed} ${index}`;
    yield* lessonOf(id, 'synthetic', 1, input, truth);
    if (index % REQUESTS_ONLY === 0)
      yield* lessonOf(id, 'synthetic, requests only', REQUESTS_WEIGHT, requestsOnly(input), truth);
  }
}

/** Of so many cases one is told once more as a system is that measures its requests and nothing else. */
const REQUESTS_ONLY = 3;
/** Most faults that are played do not show in requests at all; an alert about requests would not have fired over them. */
const REQUESTS_WEIGHT = 0.25;

function requestsOnly(input: CaseInput): CaseInput {
  const isKept = ({ capability, query }: CaseInput['evidence'][number]) =>
    capability === 'topology.services' ||
    (capability === 'metrics.query' && OF_REQUESTS.has(metricKind(String(query.metric))));
  return { ...input, evidence: input.evidence.filter(isKept) };
}

const OF_REQUESTS: ReadonlySet<MetricKind> = new Set(['latency', 'failures', 'successes', 'traffic']);

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
  { suspects, classes }: Pick<CaseTruth, 'suspects' | 'classes'>,
): ConfidenceLesson[] {
  const found = localise(input);
  const features = confidenceFeatures(found);
  if (!features) return [];
  const right = suspects.includes(found[0]!.service.toLowerCase()) && classes.includes(found[0]!.class ?? '');
  return [{ id, source, features, right, weight }];
}
