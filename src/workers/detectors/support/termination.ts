import type { Container } from './pods.ts';

/** What an exit code tells (128 + signal for killed processes, shells' own codes below). */
const EXIT_CODES: Record<number, string> = {
  1: 'an error of the program itself',
  126: 'its command cannot be executed',
  127: 'its command was not found',
  134: 'it aborted itself (SIGABRT)',
  137: 'it was killed (SIGKILL)',
  139: 'it crashed on a memory access (SIGSEGV)',
  143: 'it was asked to stop (SIGTERM)',
};

/** How the container ended last: its present state when it is terminated, else what its status remembers. */
export function lastEnd(
  container: Container,
): { reason: string | null; exitCode: number | null; finishedAt: string | null } | null {
  const { state, reason, exitCode, lastTermination } = container;
  if (state === 'terminated') return { reason, exitCode, finishedAt: lastTermination?.finishedAt ?? null };
  return lastTermination;
}

/** The exit code in words, null for success, for unknown codes and when there is none. */
export function exitCodeText(exitCode: number | null): string | null {
  return exitCode === null ? null : (EXIT_CODES[exitCode] ?? null);
}
