import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { confidenceIn, FEATURES, type Features, WEIGHTS } from '../../src/workers/localisation/suspect-confidence.ts';
import { type ConfidenceLesson, perturbedLessons, syntheticLessons } from './learn/confidence-lessons.ts';
import { fitConfidence } from './learn/fit-confidence.ts';
import { reliability, TENTHS } from './stress/reliability.ts';

/**
 * Learns the weights of src/workers/localisation/suspect-confidence.ts from one half of the cases (by the SHA-1 of their ids), and shows how
 * far the other half bears them out, beside the weights in use.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/learn-confidence.ts [--cases ../shared/cases] [--synthetic 600] [--seed NAME] [--lessons FILE]`;
 * `--synthetic` cases are played of every `--seed` (again for more);
 * with `--lessons` (again for more) the lessons of a file that exists are taken instead, and those of one that does not are written there.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/cases') },
    synthetic: { type: 'string', default: '600' },
    seed: { type: 'string', multiple: true, default: ['calibrate', 'calibrate-b'] },
    lessons: { type: 'string', multiple: true, default: [] },
  },
});

function* played(): Generator<ConfidenceLesson> {
  for (const seed of values.seed) yield* syntheticLessons(seed, Number(values.synthetic));
  yield* perturbedLessons(resolve(values.cases));
}

function lessonsOf(): ConfidenceLesson[] {
  const known = values.lessons.filter((file) => existsSync(file));
  const unknown = values.lessons.find((file) => !existsSync(file));
  const read = known.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): ConfidenceLesson => JSON.parse(line)),
  );
  if (known.length > 0 && unknown === undefined) return read;
  const lessons: ConfidenceLesson[] = [];
  for (const lesson of played()) {
    if (unknown !== undefined) appendFileSync(unknown, `${JSON.stringify(lesson)}\n`);
    lessons.push(lesson);
  }
  return [...read, ...lessons];
}

const isHeldOut = ({ id }: ConfidenceLesson) => createHash('sha1').update(id).digest().readUInt8(0) % 2 === 1;

function show(what: string, lessons: ConfidenceLesson[], weights: Features): void {
  if (lessons.length === 0) return;
  const claims = lessons.map(({ features, right }) => ({ confidence: confidenceIn(features, weights), right }));
  console.log([`${what}: ${lessons.length} cases`, ...reliability(claims, TENTHS)].join('\n'));
}

function showWeights(what: string, weights: Features): void {
  console.log(`${what}: { ${FEATURES.map((name) => `${name}: ${weights[name].toFixed(2)}`).join(', ')} }`);
}

function main(): void {
  const lessons = lessonsOf();
  const [held, learned] = [lessons.filter(isHeldOut), lessons.filter((lesson) => !isHeldOut(lesson))];
  if (held.length === 0 || learned.length === 0) {
    console.error('learn-confidence: too few cases for two halves');
    process.exitCode = 1;
    return;
  }
  const weights = fitConfidence(FEATURES, learned);
  showWeights(`learned from ${learned.length} cases`, weights);
  showWeights('in use', WEIGHTS);
  showWeights(`learned from all ${lessons.length} cases`, fitConfidence(FEATURES, lessons));
  for (const [source, own] of Map.groupBy(held, (lesson) => lesson.source)) {
    show(`${source}, held out, by the learned weights`, own, weights);
    show(`${source}, held out, by the weights in use`, own, WEIGHTS);
  }
}

main();
