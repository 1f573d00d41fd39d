import type { Command, Io } from '../../../../../scripts/cli/command.ts';

export type Ran = { code: number; out: string; err: string };

/** Runs a command in this process, as its entry file would, with an environment of its own. */
export async function runCommand(
  command: Command,
  args: string[],
  environment: Record<string, string> = {},
  more: Partial<Io> = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command(args, {
    environment,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    stdin: async () => '',
    signal: new AbortController().signal,
    ...more,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
