import { toError } from '../../src/shared/errors.ts';
import { maskSecrets } from '../../src/shared/mask-secrets.ts';

/** The example in the configuration's remedies, which is no secret. */
const EXAMPLE = 'postgres://user:password@host';

/**
 * An error and its causes in words for a terminal, nothing said twice and secrets masked; where several addresses were
 * tried, what the first of them said.
 */
export function describeFault(thrown: unknown): string {
  const messages = chainOf(thrown).map(({ message }) => message.replace(/\.$/, ''));
  const [first = 'unknown error', ...causes] = messages.filter((message) => message !== '');
  // Our own errors often name the root of the trouble themselves.
  if (first.includes(causes.at(-1) ?? first)) return maskText(first);
  return maskText(causes.reduce((text, cause) => (text.includes(cause) ? text : `${text}: ${cause}`), first));
}

function chainOf(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = thrown; next !== undefined && next !== null && chain.length < 6; ) {
    const error = toError(next);
    chain.push(error);
    next = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return chain;
}

/** Masks secrets in a text for the terminal. */
export function maskText(text: string): string {
  return text.split(EXAMPLE).map(maskSecrets).join(EXAMPLE);
}
