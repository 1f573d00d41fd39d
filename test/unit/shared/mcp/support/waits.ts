import { expect } from 'chai';
import { DependencyError } from '../../../../../src/shared/errors.ts';
import type { WaitOptions } from '../../../../../src/shared/mcp/mcp-connection.ts';

/** A wait that nobody gives up. */
export function waiting(deadlineMs = 5000): WaitOptions {
  return { signal: new AbortController().signal, deadlineMs };
}

/** The DependencyError that the work fails with; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<DependencyError> {
  const thrown = await work.then(
    (value) => expect.fail(`expected a DependencyError, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  expect(thrown).to.be.instanceOf(DependencyError);
  return thrown as DependencyError;
}
