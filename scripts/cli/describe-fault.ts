import { toError } from '../../src/shared/errors.ts';
import { maskSecrets } from '../../src/shared/mask-secrets.ts';

/** The example in the configuration's remedies, which is no secret. */
const EXAMPLE = 'postgres://user:password@host';

/**
 * An error and its causes in words for a terminal, nothing said twice and secrets masked; where several addresses were
 * tried, what the first of them said.
 */
export function describeFault(thrown: unknown): string {
  let text = '';
  for (let error = thrown, depth = 0; error !== undefined && error !== null && depth < 5; depth++) {
    const { message, cause } = toError(error);
    if (message !== '' && !text.includes(message)) text += text === '' ? message : `: ${message}`;
    error = error instanceof AggregateError ? error.errors[0] : cause;
  }
  return maskText(text || 'unknown error');
}

/** Masks secrets in a text for the terminal. */
export function maskText(text: string): string {
  return text.split(EXAMPLE).map(maskSecrets).join(EXAMPLE);
}
