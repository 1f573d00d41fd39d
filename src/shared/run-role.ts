import { type Config, loadConfig } from './config.ts';
import { FleetError } from './errors.ts';
import { createLogger } from './logger.ts';
import { openServices, type Services } from './open-services.ts';
import { closeOnSignals, createShutdown, type Shutdown } from './shutdown.ts';

type RoleOptions = { sharesDatabase?: boolean; check?: (config: Config) => void; narrow?: (config: Config) => Config };

/**
 * The frame of every entry file: configuration, logger, services, signals. A failed start releases what it got and ends
 * the process with code 1 and one readable message; a wrong configuration prints its faults without a stack. A role that
 * `sharesDatabase` with other processes refuses to start on the embedded database; `check` may refuse the configuration
 * before anything is opened, `narrow` leaves out what the role has no use for.
 */
export async function runRole(
  role: string,
  start: (services: Services, shutdown: Shutdown) => Promise<void>,
  { sharesDatabase = false, check = () => {}, narrow = (config) => config }: RoleOptions = {},
): Promise<void> {
  const config = narrow(readConfig());
  if (sharesDatabase && !config.databaseUrl) fail(needsServer(role));
  checkConfig(config, check);
  const logger = createLogger(config.logLevel, { role }, { maskIps: config.maskIpAddresses });
  const shutdown = createShutdown(logger);
  closeOnSignals(shutdown, logger, config.shutdownTimeoutMs);
  try {
    await start(await openServices(config, logger, shutdown, role), shutdown);
  } catch (error) {
    await shutdown.close(5_000);
    fail(error);
  }
}

function checkConfig(config: Config, check: (config: Config) => void): void {
  try {
    check(config);
  } catch (error) {
    fail(error);
  }
}

function needsServer(role: string): FleetError {
  const message =
    `the ${role} as a process of its own needs a database that it can share with the others: set DATABASE_URL to a ` +
    'PostgreSQL server, or run all roles in one process with "npm start"';
  return new FleetError('config_invalid', message);
}

function readConfig() {
  try {
    return loadConfig();
  } catch (error) {
    return fail(error);
  }
}

function fail(error: unknown): never {
  const expected = error instanceof FleetError && error.code !== 'bug';
  console.error(expected ? `rca-fleet: ${error.message}` : error);
  process.exit(1);
}
