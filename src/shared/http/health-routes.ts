import { Router } from 'express';
import type { Registry } from 'prom-client';
import { withDeadline } from '../deadline.ts';
import { describeError } from '../errors.ts';

/** One dependency to ask. A check that is not `critical` is reported, but does not take the process out of service. */
export type HealthCheck = {
  name: string;
  critical: boolean;
  /** Throws when the dependency is not well; a text that it returns is shown. */
  run(signal: AbortSignal): Promise<unknown>;
};

type CheckResult = { name: string; ok: boolean; critical: boolean; detail: string | null };

const CHECK_TIMEOUT_MS = 2_000;

/**
 * `/healthz` (the process lives), `/readyz` (asks every dependency now, 503 when a critical one fails) and `/metrics`.
 * `refresh` is called before the metrics are written out.
 */
export function healthRoutes(
  checks: HealthCheck[],
  registry: Registry,
  refresh: () => Promise<void> = async () => {},
): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const results = await Promise.all(checks.map(runCheck));
    const ready = results.every((result) => result.ok || !result.critical);
    const status = !ready ? 'not ready' : results.every((result) => result.ok) ? 'ready' : 'degraded';
    response.status(ready ? 200 : 503).json({ status, checks: results });
  });
  router.get('/metrics', async (_request, response) => {
    await withDeadline('refreshing the metrics', CHECK_TIMEOUT_MS, refresh).catch(() => undefined);
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

async function runCheck({ name, critical, run }: HealthCheck): Promise<CheckResult> {
  try {
    const detail = await withDeadline(name, CHECK_TIMEOUT_MS, run);
    return { name, ok: true, critical, detail: typeof detail === 'string' ? detail : null };
  } catch (error) {
    return { name, ok: false, critical, detail: describeError(error) };
  }
}
