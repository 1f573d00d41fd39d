import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FleetError } from '../../src/shared/errors.ts';
import { describeFault, maskText } from './describe-fault.ts';

/** What a command may touch besides its arguments; tests give their own. */
export type Io = {
  /** Where the configuration comes from; undefined means the process' own environment. */
  environment?: Record<string, string | undefined>;
  /** A line of the result, for stdout. */
  out(line: string): void;
  /** A line for the person at the terminal, for stderr. */
  err(line: string): void;
  /** Everything that was given on stdin. */
  stdin(): Promise<string>;
  /** How wide the terminal is, in columns, and whether it shows bold and grey; left out, nothing is assumed. */
  width?: number;
  ansi?: boolean;
  /** Aborted when the person wants to leave. */
  signal: AbortSignal;
};

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true; args: string[] }>
>;

/** A command with its options as `parseArgs` knows them; `run` resolves to the exit code (0 or 1). */
export type CommandOf<O extends Options> = {
  name: string;
  usage: string;
  options: O;
  run(values: Parsed<O>['values'], positionals: string[], io: Io): Promise<number>;
};

/** A command whose arguments are still to be read: resolves to the exit code and never throws. */
export type Command = (args: string[], io: Io) => Promise<number>;

/** The command was called wrongly: exit code 2 and one sentence that says how to call it. */
export class UsageError extends Error {}

/** Makes a command: `--help`, the reading of arguments and the one line per fault are the same for all of them. */
export function defineCommand<const O extends Options>({ name, usage, options, run }: CommandOf<O>): Command {
  return async (args, io) => {
    try {
      const parsed = readArguments(args, { ...options, help: { type: 'boolean', short: 'h' } } as const);
      if ((parsed.values as { help?: boolean }).help) {
        io.out(usage);
        return 0;
      }
      return await run(parsed.values as Parsed<O>['values'], parsed.positionals, io);
    } catch (error) {
      return sayFault(error, name, io);
    }
  };
}

function readArguments<O extends Options>(args: string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node explains at length how to pass such a text as a positional argument, which these commands have no use for.
    throw new UsageError((error as Error).message.split(/\. To specify|\n/)[0]);
  }
}

function sayFault(error: unknown, name: string, { err, signal }: Io): number {
  if (error instanceof UsageError) {
    err(`${name}: ${error.message}; "npm run ${name} -- --help" shows how it is called`);
    return 2;
  }
  if (signal.aborted) err(`${name}: stopped`);
  else if (isExpected(error)) err(`${name}: ${describeFault(error)}`);
  else err(maskText(`${name}: ${(error as Error)?.stack ?? describeFault(error)}`));
  return 1;
}

function isExpected(error: unknown): boolean {
  return error instanceof FleetError && error.code !== 'bug';
}
