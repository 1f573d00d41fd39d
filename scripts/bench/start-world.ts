import { startLlmSandbox } from '../sandbox/llm/start-llm-sandbox.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';
import type { BenchWorld } from './bench-context.ts';

/** Starts the simulated Slack, SigNoz, Kubernetes and model in this process: no rate limits, every answer at once. */
export async function startWorld(): Promise<BenchWorld> {
  const sandbox = await startSandbox({ slack: { rateLimits: null } });
  const llm = await startLlmSandbox();
  return {
    sandbox,
    llm,
    close: async () => {
      await Promise.all([sandbox.close(), llm.close()]);
    },
  };
}
