import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TROUBLE_CLASS, TROUBLES } from '../../src/workers/localisation/anomaly-signatures.ts';
import { anomalyLessons, type NamedLesson, TRAITS } from './learn/anomaly-lessons.ts';
import { fitTable, probabilities, type Weights } from './learn/fit-signatures.ts';
import { reliability, TENTHS } from './stress/reliability.ts';

/**
 * Learns the table of src/workers/localisation/anomaly-signatures.ts from the cases with detected anomalies, and estimates by
 * k folds (cases by the SHA-1 of their id) how it does on cases that it was not learned from.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/learn-signatures.ts --cases ../shared/cases [--folds 10] [--table]`
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/cases') },
    folds: { type: 'string', default: '10' },
    table: { type: 'boolean', default: false },
  },
});

const SHRINKAGE = { mean: 1, apart: 1 };
const ROUNDING = { least: 0.1, step: 0.1 };
const learnTable = (lessons: NamedLesson[]) => fitTable(lessons, TROUBLES.length, SHRINKAGE, ROUNDING);

/** `said` is how probable the first instance is at fault with a trouble of its likeliest class. */
type Outcome = { lesson: NamedLesson; rank: number; sameClass: boolean; said: number };

function main(): void {
  const lessons = anomalyLessons(resolve(values.cases));
  if (lessons.length === 0) {
    console.error(`learn-signatures: there are no cases in ${values.cases}`);
    process.exitCode = 1;
    return;
  }
  const folds = Number(values.folds);
  const foldOf = ({ id }: NamedLesson) => createHash('sha1').update(id).digest().readUInt32BE(0) % folds;
  const outcomes = Array.from({ length: folds }, (_, fold) => {
    const weights = learnTable(lessons.filter((lesson) => foldOf(lesson) !== fold));
    return lessons.filter((lesson) => foldOf(lesson) === fold).map((lesson) => outcomeOf(lesson, weights));
  }).flat();
  console.log(`${folds} folds, each judged by what was learned from the others (instances):`);
  show('all', outcomes);
  for (const [system, own] of Map.groupBy(outcomes, ({ lesson }) => lesson.system)) show(`  ${system}`, own);
  for (const [fault, own] of Map.groupBy(outcomes, ({ lesson }) => lesson.faultType)) show(`  ${fault}`, own);
  const claims = outcomes.map(({ said, rank, sameClass }) => ({ confidence: said, right: rank === 1 && sameClass }));
  console.log(['how probable instance and class were said to be:', ...reliability(claims, TENTHS)].join('\n'));
  if (values.table) printTable(learnTable(lessons));
}

function outcomeOf(lesson: NamedLesson, weights: Weights): Outcome {
  const all = probabilities(lesson.instances, weights);
  const scores = all.map((ofInstance) => ofInstance.reduce((sum, share) => sum + share, 0));
  const own = scores[lesson.atFault]!;
  const best = scores.indexOf(Math.max(...scores));
  const classes = new Map<string, number>();
  all[best]!.forEach((share, trouble) => {
    const name = TROUBLE_CLASS[TROUBLES[trouble]!];
    classes.set(name, (classes.get(name) ?? 0) + share);
  });
  const [likeliest, said] = [...classes].sort(([, left], [, right]) => right - left)[0]!;
  return {
    lesson,
    // Ties are broken by the order of names, as the analysis does.
    rank: 1 + scores.filter((score, index) => score > own || (score === own && index < lesson.atFault)).length,
    sameClass: likeliest === TROUBLE_CLASS[TROUBLES[lesson.trouble]!],
    said,
  };
}

function show(name: string, outcomes: Outcome[]): void {
  const within = (places: number) => outcomes.filter(({ rank }) => rank <= places).length / outcomes.length;
  const average = [1, 2, 3, 4, 5].reduce((sum, places) => sum + within(places), 0) / 5;
  const classes = outcomes.filter(({ sameClass }) => sameClass).length / outcomes.length;
  const figures = [within(1), within(3), average, classes].map((figure) => figure.toFixed(3));
  console.log(
    `${name.padEnd(18)} ${String(outcomes.length).padStart(4)} cases  AC@1 ${figures[0]}  AC@3 ${figures[1]}  Avg@5 ${figures[2]}  class ${figures[3]}`,
  );
}

function printTable(weights: Weights): void {
  TRAITS.forEach((trait, column) => {
    const row = weights.map((ofTrouble) => Number(ofTrouble[column]!.toFixed(1)));
    console.log(`  ${/^\w+$/.test(trait) ? trait : `'${trait}'`}: [${row.join(', ')}],`);
  });
}

main();
