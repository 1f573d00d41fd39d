/** One case to learn from: what each instance shows, which one was at fault, and with which trouble. */
export type Lesson = { instances: number[][]; atFault: number; trouble: number };

/** Weights by trouble, then by trait. */
export type Weights = number[][];

/**
 * How strongly weights are drawn towards none (`mean`, of the troubles together) and towards each other (`apart`): the fewer
 * the cases, the more alike the troubles should be.
 */
export type Shrinkage = { mean: number; apart: number };

const ROUNDS = 150;
const FIRST_STEP = 0.05;
const LARGEST_STEP = 0.5;
const SMALLEST_STEP = 1e-5;

/**
 * Multinomial logistic regression over the pairs of instance and trouble of a case, with L2 shrinkage. The whole gradient by iRprop-
 * (Igel and Huesken 2003), which needs no step size of anybody. Weights where `kept` is false stay 0. Deterministic.
 */
export function fitSignatures(lessons: Lesson[], troubles: number, shrinkage: Shrinkage, kept?: boolean[][]): Weights {
  const traits = lessons[0]?.instances[0]?.length ?? 0;
  const weights = grid(troubles, traits, 0);
  const steps = grid(troubles, traits, FIRST_STEP);
  let last = grid(troubles, traits, 0);
  for (let round = 0; round < ROUNDS; round++) {
    const slope = gradient(lessons, weights, shrinkage);
    for (let trouble = 0; trouble < troubles; trouble++) {
      for (let trait = 0; trait < traits; trait++) {
        if (kept && !kept[trouble]![trait]) continue;
        const turned = slope[trouble]![trait]! * last[trouble]![trait]!;
        const step = steps[trouble]![trait]! * (turned > 0 ? 1.2 : turned < 0 ? 0.5 : 1);
        steps[trouble]![trait] = Math.min(LARGEST_STEP, Math.max(SMALLEST_STEP, step));
        if (turned < 0) slope[trouble]![trait] = 0;
        weights[trouble]![trait]! -= Math.sign(slope[trouble]![trait]!) * steps[trouble]![trait]!;
      }
    }
    last = slope;
  }
  return weights;
}

const grid = (rows: number, columns: number, value: number) =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(value));

/** The probability of each pair of instance (first) and trouble (second); they sum up to 1. */
export function probabilities(instances: number[][], weights: Weights): number[][] {
  const fits = instances.map((traits) => weights.map((ofTrouble) => dot(traits, ofTrouble)));
  const highest = Math.max(...fits.flat());
  const masses = fits.map((ofInstance) => ofInstance.map((fit) => Math.exp(fit - highest)));
  const total = masses.flat().reduce((sum, mass) => sum + mass, 0);
  return masses.map((ofInstance) => ofInstance.map((mass) => mass / total));
}

function dot(left: number[], right: number[]): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}

function gradient(lessons: Lesson[], weights: Weights, { mean, apart }: Shrinkage): Weights {
  const slope = shrinkageSlope(weights, mean, apart);
  for (const { instances, atFault, trouble } of lessons) {
    const expected = probabilities(instances, weights);
    expected[atFault]![trouble]! -= 1;
    for (let instance = 0; instance < instances.length; instance++) {
      const traits = instances[instance]!;
      for (let which = 0; which < weights.length; which++) {
        const share = expected[instance]![which]!;
        if (Math.abs(share) < 1e-9) continue;
        const row = slope[which]!;
        for (let trait = 0; trait < traits.length; trait++) row[trait]! += share * traits[trait]!;
      }
    }
  }
  return slope;
}

function shrinkageSlope(weights: Weights, mean: number, apart: number): Weights {
  const traits = weights[0]?.length ?? 0;
  const means = Array.from({ length: traits }, (_, trait) => {
    return weights.reduce((sum, ofTrouble) => sum + ofTrouble[trait]!, 0) / weights.length;
  });
  return weights.map((ofTrouble) =>
    ofTrouble.map((weight, trait) => mean * means[trait]! + apart * (weight - means[trait]!)),
  );
}

/** Fits, leaves out weights below `least`, fits the rest again and rounds to `step`: what the table of the analysis holds. */
export function fitTable(
  lessons: Lesson[],
  troubles: number,
  shrinkage: Shrinkage,
  { least, step }: { least: number; step: number },
): Weights {
  const first = fitSignatures(lessons, troubles, shrinkage);
  const kept = first.map((ofTrouble) => ofTrouble.map((weight) => Math.abs(weight) >= least));
  const again = fitSignatures(lessons, troubles, shrinkage, kept);
  return again.map((ofTrouble) => ofTrouble.map((weight) => Math.round(weight / step) * step));
}
