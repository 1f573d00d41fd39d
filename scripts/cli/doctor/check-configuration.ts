import { type Config, loadConfig } from '../../../src/shared/config.ts';
import { FleetError } from '../../../src/shared/errors.ts';
import { describeFault } from '../describe-fault.ts';
import { failed, type Line, ok } from './check.ts';

/** The oldest Node that runs our TypeScript and all libraries; scripts/bootstrap.mjs has the same. */
const OLDEST_NODE = 24;

/** Reads the configuration: all its faults, one line each; `config` is null when there are any. */
export function checkConfiguration(environment?: Record<string, string | undefined>): {
  config: Config | null;
  lines: Line[];
} {
  try {
    return { config: loadConfig(environment), lines: [ok('configuration', 'every variable is understood')] };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const faults = describeFault(error).split('\n- ').slice(1);
    return { config: null, lines: faults.map((fault) => failed('configuration', fault)) };
  }
}

/** The Node that runs this. */
export function checkNode(version: string = process.versions.node): Line {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return ok('Node', version);
  return failed('Node', `${version} is too old`, 'start through npm, which takes the Node that the project pins');
}
