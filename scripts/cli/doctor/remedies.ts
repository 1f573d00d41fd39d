import { DependencyError } from '../../../src/shared/errors.ts';
import { describeFault } from '../describe-fault.ts';
import { failed, type Line } from './check.ts';

/** The variables that a dependency is configured by; `thing` is what could be missing there, where that is not the address. */
export type Settings = { address: string; secret: string; thing?: string };

/** The line about a call that failed, with the remedy that the failure's class suggests. */
export function failedCall(what: string, error: unknown, settings: Settings): Line {
  return failed(what, describeFault(error), error instanceof DependencyError ? remedyFor(error, settings) : null);
}

function remedyFor(
  { failure, message }: DependencyError,
  { address, secret, thing = address }: Settings,
): string | null {
  // Some of our adapters say already what to do.
  if (/\b(?:check|set|add|invite|is \w+ right)\b/.test(message)) return null;
  switch (failure) {
    case 'connection':
    case 'timeout':
      return `check ${address}, and that it can be reached from here`;
    case 'auth':
      return `check ${secret}`;
    case 'not_found':
      return `check ${thing}`;
    case 'protocol':
    case 'not_configured':
      return `check ${address}`;
    case 'rate_limit':
    case 'overload':
      return 'it has too much to do right now: try again later';
    default:
      return null;
  }
}
