import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepTrackOf } from '../bench-process.ts';

/** The tools of instant-tools.ts in a process of their own. */
export type InstantTools = {
  /** What makes a fleet ask them, and neither SigNoz nor Kubernetes. */
  environment: Record<string, string>;
  stop(): Promise<void>;
};

const PROGRAM = fileURLToPath(new URL('./instant-tools.ts', import.meta.url));

/** Starts them and waits for their address. */
export async function startInstantTools(): Promise<InstantTools> {
  const child = keepTrackOf(spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const [line] = await once(child.stdout!, 'data');
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-bench-'));
  const file = join(folder, 'mcp.json');
  const capabilities = {
    'logs.query': { tool: 'query_logs', readOnly: true },
    'pods.status': { tool: 'get_pod_status', readOnly: true },
  };
  writeFileSync(file, JSON.stringify({ mcpServers: { bench: { url: String(line).trim(), capabilities } } }));
  return {
    environment: { MCP_CONFIG: file, SIGNOZ_URL: '', SIGNOZ_API_KEY: '', KUBECONFIG: '' },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
