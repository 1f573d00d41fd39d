import { UsageError } from './command.ts';

/** `--label k=v` as often as it was given; the value may hold further `=`. Throws UsageError. */
export function readPairs(option: string, given: readonly string[] = []): Record<string, string> {
  const pairs = given.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--${option} wants NAME=VALUE, not "${text}"`);
    return [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const;
  });
  return Object.fromEntries(pairs);
}
