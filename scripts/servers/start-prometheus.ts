import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { ensureProgram } from './install-servers.ts';
import { startServerProcess } from './server-process.ts';

/** A Prometheus of our own, on a free port with its data in a temporary folder. */
export type OwnPrometheus = { url: string; stop(): Promise<void> };

export type OwnPrometheusOptions = {
  /** What it holds from the start, in the text form of OpenMetrics with a time at every sample. */
  openMetrics?: string;
  /** Its configuration file, and the rules that this names as `rules.yml`. */
  config?: string;
  rules?: string;
  /** Further switches of its command line. */
  args?: string[];
};

const NOTHING_SCRAPED = 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n';

/** Starts one, installing the program where that is possible; null where it is not. */
export async function startPrometheus(options: OwnPrometheusOptions = {}): Promise<OwnPrometheus | null> {
  const program = ensureProgram('prometheus', 'prometheus');
  if (!program) return null;
  const { openMetrics, config = NOTHING_SCRAPED, rules, args = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-prometheus-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(folder, 'prometheus.yml'), config);
  if (rules !== undefined) writeFileSync(join(folder, 'rules.yml'), rules);
  if (openMetrics !== undefined) {
    const source = join(folder, 'samples.txt');
    writeFileSync(source, openMetrics);
    const made = ['tsdb', 'create-blocks-from', 'openmetrics', source, data];
    execFileSync(join(dirname(program), 'promtool'), made, { stdio: 'pipe' });
  }
  const port = await freePort();
  const server = await startServerProcess(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=10y',
      '--log.level=error',
      ...args,
    ],
    port,
    { cwd: folder },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  return {
    url,
    stop: async () => {
      await server.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port opens before the data is read. */
async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const response = await fetch(`${url}/-/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('Prometheus did not become ready');
}
