import { describeError } from '../../src/shared/errors.ts';

/** An error in words for a terminal; where several addresses were tried, what the first of them said. */
export function describeFault(thrown: unknown): string {
  const aggregate = findAggregate(thrown);
  const described = describeError(thrown);
  if (!aggregate || described !== 'unknown error') return described;
  return describeError(aggregate.errors[0]);
}

function findAggregate(thrown: unknown): AggregateError | null {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error instanceof AggregateError) return error;
  }
  return null;
}
