import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  STORM_FEATURES,
  STORM_WEIGHTS,
  type StormFeatures,
  stormConfidence,
} from '../../src/workers/localisation/alert-storm-confidence.ts';
import { rankStorm } from '../../src/workers/localisation/alert-storm-suspects.ts';
import { SUITE_ADAPTERS } from './cases/index.ts';
import type { CaseInput } from './cases/suite-adapter.ts';
import { fitConfidence, type Lesson } from './learn/fit-confidence.ts';
import { caseTruths } from './stress/case-truths.ts';
import { PERTURBATIONS } from './stress/perturbations.ts';
import { reliability, TENTHS } from './stress/reliability.ts';
import { syntheticStorm } from './stress/synthetic-storm.ts';

/**
 * Learns the weights of src/workers/localisation/alert-storm-confidence.ts from storms of alerts in random systems, and shows how far storms of another
 * seed bear them out, and the recorded ones, perturbed, that the methods were developed with.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/learn-storm-confidence.ts [--cases ../shared/cases] [--storms 2000] [--seed NAME]`
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/cases') },
    storms: { type: 'string', default: '2000' },
    seed: { type: 'string', default: 'calibrate' },
  },
});

type StormLesson = Lesson<keyof StormFeatures>;

const SUITE = 'itbench-alerts';
const RENAMED = 'services renamed';
/** A single service with alerts is the only suspect there is. */
const LEAST_ENTITIES = 2;

function lessonOf(input: CaseInput, services: string[]): StormLesson[] {
  const ranked = rankStorm(input);
  if (ranked === null || ranked.suspects.length < LEAST_ENTITIES) return [];
  const right = services.includes(ranked.suspects[0]!.service.toLowerCase());
  return [{ features: ranked.features, right, weight: 1 }];
}

const synthetic = (seed: string): StormLesson[] =>
  Array.from({ length: Number(values.storms) }, (_, index) => syntheticStorm(`${seed} ${index}`)).flatMap(
    ({ input, service }) => lessonOf(input, [service]),
  );

function recorded(): StormLesson[] {
  const folder = resolve(values.cases);
  const cases = SUITE_ADAPTERS.find(({ suite }) => suite === SUITE)!.list(folder);
  const truths = cases.length > 0 ? caseTruths(folder, SUITE) : new Map();
  const ways = Object.entries(PERTURBATIONS).filter(([name, { suites }]) => suites.includes(SUITE) && name !== RENAMED);
  return cases.flatMap(({ id, read }) =>
    ways.flatMap(([name, { perturb }]) => lessonOf(perturb(read(), `${id} ${name}`), truths.get(id).suspects)),
  );
}

function show(what: string, lessons: StormLesson[], weights: StormFeatures): void {
  if (lessons.length === 0) return;
  const claims = lessons.map(({ features, right }) => ({ confidence: stormConfidence(features, weights), right }));
  console.log([`${what}: ${lessons.length} storms`, ...reliability(claims, TENTHS)].join('\n'));
}

function showWeights(what: string, weights: StormFeatures): void {
  console.log(`${what}: { ${STORM_FEATURES.map((name) => `${name}: ${weights[name].toFixed(2)}`).join(', ')} }`);
}

const learned = synthetic(values.seed);
if (learned.length === 0) {
  console.error('learn-storm-confidence: there are no storms to learn from, give --storms 1 or more');
  process.exitCode = 1;
} else {
  const weights = fitConfidence(STORM_FEATURES, learned);
  showWeights(`learned from ${learned.length} storms`, weights);
  showWeights('in use', STORM_WEIGHTS);
  show('another seed, by the learned weights', synthetic(`${values.seed}, others`), weights);
  show('another seed, by the weights in use', synthetic(`${values.seed}, others`), STORM_WEIGHTS);
  show('recorded and perturbed, by the weights in use', recorded(), STORM_WEIGHTS);
}
