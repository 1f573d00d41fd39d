import { fileURLToPath } from 'node:url';
import { assertCredentials } from '../src/producer/assert-credentials.ts';
import { loadConfig } from '../src/shared/config.ts';
import { createLogger } from '../src/shared/logger.ts';
import { openServices, type Services } from '../src/shared/open-services.ts';
import { createShutdown } from '../src/shared/shutdown.ts';
import { type FleetAddresses, startFleet } from '../src/start-fleet.ts';
import type { Sandbox } from './sandbox/start-sandbox.ts';

/** A whole fleet in this process, the production code with the production start. */
export type InProcessFleet = FleetAddresses & { services: Services; adminToken: string; close(): Promise<void> };

export const ADMIN_TOKEN = 'demo-admin-token';
export const WEBHOOK_TOKEN = 'demo-webhook-token';

/** Policies by which nothing waits; without them an alert that is not critical is held back for a minute. */
const PROMPT_POLICIES = fileURLToPath(new URL('./sandbox/intake-policies.yaml', import.meta.url));

/** The configuration that points a fleet at the simulated world, as environment variables. */
export function sandboxEnvironment(sandbox: Sandbox): Record<string, string> {
  const overrides = Object.entries(sandbox.networkOverrides).map(
    ([host, { address, port }]) => `${host}=${address}:${port}`,
  );
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'silent',
    SLACK_SIGNING_SECRET: sandbox.signingSecret,
    SLACK_BOT_TOKEN: sandbox.botToken,
    SLACK_API_URL: sandbox.slack.apiUrl,
    SLACK_DEFAULT_CHANNEL: 'C0ALERTS01',
    WEBHOOK_TOKEN,
    ADMIN_TOKEN,
    SIGNOZ_URL: sandbox.signoz.url,
    SIGNOZ_API_KEY: sandbox.signozApiKey,
    KUBECONFIG: sandbox.kubeconfigPath,
    NETWORK_RESOLVE: overrides.join(','),
    SHUTDOWN_TIMEOUT_SECONDS: '10',
    INTAKE_POLICIES: PROMPT_POLICIES,
  };
}

/** Starts a fleet with this environment (nothing of the process' own is read); a failed start releases what it got. */
export async function startInProcess(environment: Record<string, string>): Promise<InProcessFleet> {
  const config = loadConfig(environment);
  assertCredentials(config);
  const logger = createLogger(config.logLevel, { role: 'fleet' });
  const shutdown = createShutdown(logger);
  const close = () => shutdown.close(config.shutdownTimeoutMs);
  try {
    const services = await openServices(config, logger, shutdown);
    const addresses = await startFleet(services, shutdown);
    return { ...addresses, services, adminToken: config.adminToken ?? '', close };
  } catch (error) {
    await close();
    throw error;
  }
}
