/**
 * The whole fleet on this machine, with nothing configured: simulated Slack, SigNoz and Kubernetes (real HTTP servers),
 * two alerts, and their RCAs. `npm run demo` stays up for looking around; `npm run demo -- --once` ends with code 0 when
 * both threads hold their RCA, else with the reason.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pause } from '../src/shared/deadline.ts';
import { followIncident, type IncidentDetails } from './demo/follow-incident.ts';
import { printAddresses, printRca, say } from './demo/print.ts';
import { type InProcessFleet, sandboxEnvironment, startInProcess } from './fleet-in-process.ts';
import { type Sandbox, startSandbox } from './sandbox/start-sandbox.ts';
import { freePort } from './servers/free-port.ts';

const ALERTS = [
  'SSL certificate for api.example.com expires in 24 hours',
  'Database connection pool exhausted for user-service',
];
const CHANNEL = 'C0ALERTS01';
const ANSWER_TIMEOUT_MS = 60_000;

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const started = Date.now();
const dataDir = mkdtempSync(join(tmpdir(), 'rca-fleet-demo-'));
const code = await run(values.once).catch((error: unknown) => {
  console.error('the demo failed:', error);
  return 1;
});
rmSync(dataDir, { recursive: true, force: true });
process.exit(code);

async function run(once: boolean): Promise<number> {
  say('starting the simulated Slack, SigNoz and Kubernetes, and a TLS endpoint whose certificate ends in 24 hours');
  const sandbox = await startSandbox();
  say('starting the fleet: producer and worker pools in one process, on the embedded database');
  const fleet = await startInProcess({
    ...sandboxEnvironment(sandbox),
    ...(await fixedPorts(once)),
    DATA_DIR: dataDir,
  });
  try {
    sandbox.slack.setRequestUrl(`${fleet.producer}/alerts/slack`);
    const failures = await showAlerts(sandbox, fleet);
    for (const failure of failures) console.error(`\n✗ ${failure}`);
    if (failures.length === 0)
      say(`both threads hold their RCA, ${((Date.now() - started) / 1000).toFixed(1)} s after the start`);
    if (!once) {
      printAddresses(sandbox.slack.url, fleet);
      await untilInterrupted();
    }
    return failures.length === 0 ? 0 : 1;
  } finally {
    await fleet.close();
    await sandbox.close();
  }
}

/** Sends the alerts as a bot in Slack would, follows them, and prints their threads; returns what went wrong. */
async function showAlerts(sandbox: Sandbox, fleet: InProcessFleet): Promise<string[]> {
  const sent = ALERTS.map((text) => {
    say(`Slack: an alert in #alerts: "${text}"`);
    return { text, ts: sandbox.slack.postAsBot(CHANNEL, text) };
  });
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const results = await Promise.all(sent.map(({ text, ts }) => answered(sandbox, fleet, text, ts, timeout)));
  for (const [index, { ts }] of sent.entries()) {
    if (typeof results[index] !== 'string') printRca(ALERTS[index]!, sandbox.slack.thread(CHANNEL, ts));
  }
  return results.filter((result) => typeof result === 'string');
}

async function answered(
  sandbox: Sandbox,
  fleet: InProcessFleet,
  text: string,
  ts: string,
  timeout: AbortSignal,
): Promise<IncidentDetails | string> {
  const incident = await followIncident(fleet, ts, timeout, (line) => say(`  ${text.slice(0, 24)}…  ${line}`));
  if (typeof incident === 'string') return `${text}: ${incident}`;
  const replies = sandbox.slack.thread(CHANNEL, ts).slice(1);
  if (replies.length === 0) return `${text}: the incident is ${incident.state}, but its thread is empty`;
  return incident.state === 'posted' && incident.report
    ? incident
    : `${text}: ended as ${incident.state} (${incident.reason})`;
}

async function fixedPorts(once: boolean): Promise<Record<string, string>> {
  if (once) return {};
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  return { PORT: String(port), PUBLIC_URL: publicUrl, WORKER_PORT: String(await freePort()) };
}

async function untilInterrupted(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  while (!stop.signal.aborted) await pause(3_600_000, stop.signal);
}
