/** A condition of a statement, each `$` in it in the place of a value, and those values; null where it is not asked for. */
export type Condition = [text: string, ...values: unknown[]] | null;

/**
 * The conditions that are asked for as a WHERE clause with numbered parameters from $1 on, `true` when there is none. The
 * texts are ours and few, so that each combination has a plan of its own; only the values come from outside.
 */
export function conditions(asked: Condition[]): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const texts = asked.flatMap((condition) => {
    if (condition === null) return [];
    const [text, ...own] = condition;
    return text.replaceAll('$', () => `$${values.push(own.shift())}`);
  });
  return { where: texts.length > 0 ? texts.join(' and ') : 'true', values };
}
