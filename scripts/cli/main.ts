import { text } from 'node:stream/consumers';
import type { Command } from './command.ts';

/** Signals within this time of the first one are one press of Ctrl-C. */
const SAME_SIGNAL_MS = 500;

/** Entry files only: runs the command on this process' arguments, streams and signals, and ends the process with its code. */
export async function main(command: Command): Promise<never> {
  const stop = new AbortController();
  let asked = 0;
  const onSignal = () => {
    // Ctrl-C reaches the whole process group, so npm and the bootstrap may hand the same signal on once more.
    if (stop.signal.aborted && Date.now() - asked > SAME_SIGNAL_MS) process.exit(130);
    asked ||= Date.now();
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
