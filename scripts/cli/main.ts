import { text } from 'node:stream/consumers';
import type { Command } from './command.ts';

/** Entry files only: runs the command on this process' arguments, streams and signals, and ends the process with its code. */
export async function main(command: Command): Promise<never> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // The reader has seen enough (`| head`): that is no fault.
  process.stdout.on('error', () => process.exit(0));
  const code = await command(process.argv.slice(2), {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    stdin: () => text(process.stdin),
    width: process.stdout.columns,
    ansi: process.stdout.isTTY === true,
    signal: stop.signal,
  });
  process.exit(code);
}
