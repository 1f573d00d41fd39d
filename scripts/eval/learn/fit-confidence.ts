/** What the first suspect of a case shows, and whether it was right; `weight` is how much the case counts. */
export type Lesson<Name extends string> = { features: Record<Name, number>; right: boolean; weight: number };

/** How strongly the weights (but the constant one) are drawn towards none. */
const SHRINKAGE = 0.1;
const ROUNDS = 50;
const SETTLED = 1e-9;

/**
 * Logistic regression of "right" on the named features, the constant one first, by Newton's method with L2 shrinkage; deterministic. Throws a
 * RangeError where there are no lessons.
 */
export function fitConfidence<Name extends string>(
  names: readonly Name[],
  lessons: Lesson<Name>[],
): Record<Name, number> {
  if (lessons.length === 0) throw new RangeError('there are no lessons to learn the confidence from');
  const size = names.length;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const slope = weights.map((weight, index) => (index === 0 ? 0 : SHRINKAGE * weight));
    const bend = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => (row === column ? SHRINKAGE : 0)),
    );
    for (const { features, right, weight } of lessons) {
      const values = names.map((name) => features[name]);
      const said = 1 / (1 + Math.exp(-dot(weights, values)));
      for (let row = 0; row < size; row++) {
        slope[row]! += weight * (said - Number(right)) * values[row]!;
        for (let column = 0; column < size; column++)
          bend[row]![column]! += weight * said * (1 - said) * values[row]! * values[column]!;
      }
    }
    const step = solve(bend, slope);
    weights = weights.map((weight, index) => weight - step[index]!);
    if (step.every((one) => Math.abs(one) < SETTLED)) break;
  }
  return Object.fromEntries(names.map((name, index) => [name, weights[index]!])) as Record<Name, number>;
}

function dot(left: number[], right: number[]): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

/** Of symmetric positive equations, by elimination. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  rows.forEach((pivot, at) => {
    for (const row of rows.slice(at + 1)) {
      const share = row[at]! / pivot[at]!;
      for (let column = at; column < row.length; column++) row[column]! -= share * pivot[column]!;
    }
  });
  const solution = new Array<number>(rows.length).fill(0);
  for (let at = rows.length - 1; at >= 0; at--) {
    const known = rows[at]!.slice(at + 1, -1).reduce((sum, one, index) => sum + one * solution[at + 1 + index]!, 0);
    solution[at] = (rows[at]!.at(-1)! - known) / rows[at]![at]!;
  }
  return solution;
}
