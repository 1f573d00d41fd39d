/**
 * Health of the container, for HEALTHCHECK: the producer answers on PORT, the workers on WORKER_PORT, `all` on both. Healthy
 * when at least one of them answers `/healthz` and none answers wrongly; a port where nobody listens is not of this role.
 */
import { loadConfig } from '../../src/shared/config.ts';

const TIMEOUT_MS = 3_000;

const { port, workerPort } = loadConfig();
const states = await Promise.all([port, workerPort].map(stateOf));
process.exit(states.includes('well') && !states.includes('ill') ? 0 : 1);

async function stateOf(healthPort: number): Promise<'well' | 'ill' | 'absent'> {
  try {
    const response = await fetch(`http://127.0.0.1:${healthPort}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? 'well' : 'ill';
  } catch (error) {
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
    return code === 'ECONNREFUSED' ? 'absent' : 'ill';
  }
}
