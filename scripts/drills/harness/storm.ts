import { Agent, request } from 'node:http';
import { WEBHOOK_TOKEN } from '../../fleet-in-process.ts';
import type { WitnessEntry } from '../checker/observed.ts';
import type { WitnessLog } from './witness-log.ts';

export type Storm = {
  /** Begins the names of its services and deliveries, so that two storms have no incident in common. */
  name: string;
  alerts: number;
  services: number;
  /** Alerts in one request, as Alertmanager groups them. */
  perRequest: number;
  /** Over how long the requests are spread, s. */
  seconds: number;
  /** Services from this one on have critical alerts, the others none. */
  criticalFrom: number;
};

export type StormResult = {
  /** From sending each request to its answer, ms. */
  latenciesMs: number[];
  /** By HTTP status, or by the error's code where there was no answer. */
  statuses: Record<string, number>;
  incidentIds: string[];
  /** From the first request to the last answer, s. */
  seconds: number;
};

type StormAlert = { title: string; service: string; severity: string; deliveryId: string };
/** `why` says what broke the request when it has no status. */
type Answer = { status: number; body: string; why: string | null };

const ANSWER_MS = 30_000;
const TITLES = ['High latency', 'Connection refused', 'Slow SQL queries'];

/** The n-th alert of a storm: every service in turn, with another title each round, every fifth round critical. */
export function stormAlert(
  n: number,
  { name, services, criticalFrom }: Pick<Storm, 'name' | 'services' | 'criticalFrom'>,
): StormAlert {
  const service = n % services;
  const round = Math.floor(n / services);
  return {
    title: `${TITLES[(round + service) % TITLES.length]} at ${name}-${service} (${round % 50})`,
    service: `${name}-${service}`,
    severity: service >= criticalFrom && round % 5 === 2 ? 'critical' : 'medium',
    deliveryId: `${name}-${n}`,
  };
}

/** Sends a storm at its pace, whatever the answers take, on connections that stay open. */
export async function sendStorm(storm: Storm, producers: readonly string[], witness: WitnessLog): Promise<StormResult> {
  // Without a timeout of its own Node's agent does not heed how long the server keeps a connection (the header Keep-Alive): it
  // would send on one that is being closed, and have it reset.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: ANSWER_MS });
  const result: StormResult = { latenciesMs: [], statuses: {}, incidentIds: [], seconds: 0 };
  const incidents = new Set<string>();
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  const requests = Math.ceil(storm.alerts / storm.perRequest);
  let sent = 0;
  let answered = 0;
  const send = async (index: number) => {
    const first = index * storm.perRequest;
    const count = Math.min(storm.perRequest, storm.alerts - first);
    const alerts = Array.from({ length: count }, (_, n) => stormAlert(first + n, storm));
    witness.noteAll(alerts.map((alert) => entryOf(alert, 'invoked')));
    const from = performance.now();
    const { status, body, why } = await post(
      `${producers[index % producers.length]}/alerts/generic`,
      { alerts },
      agent,
    );
    result.latenciesMs.push(performance.now() - from);
    const told = why ?? status;
    result.statuses[told] = (result.statuses[told] ?? 0) + 1;
    const ids = idsOf(status, body);
    for (const { incidentId } of ids) incidents.add(incidentId);
    witness.noteAll(alerts.map((alert, n) => entryOf(alert, outcomeOf(status), { status, why }, ids[n])));
    if (++answered === requests) resolve();
  };
  const timer = setInterval(() => {
    const due = Math.ceil(((performance.now() - started) / 1000 / storm.seconds) * requests);
    while (sent < Math.min(due, requests)) void send(sent++);
    if (sent === requests) clearInterval(timer);
  }, 5);
  await promise;
  agent.destroy();
  return { ...result, incidentIds: [...incidents], seconds: (performance.now() - started) / 1000 };
}

const outcomeOf = (status: number) => (status === 0 ? 'unknown' : status < 300 ? 'acknowledged' : 'failed');

function entryOf(
  { service, deliveryId }: StormAlert,
  outcome: WitnessEntry['outcome'],
  { status, why }: Pick<WitnessEntry, 'status' | 'why'> = { status: null, why: null },
  id?: { alertId: string; incidentId: string },
): Omit<WitnessEntry, 'at'> {
  return { key: service, delivery: deliveryId, outcome, status, ids: id ? [id] : [], why };
}

function idsOf(status: number, body: string): { alertId: string; incidentId: string }[] {
  if (status < 200 || status > 299) return [];
  const { alerts } = JSON.parse(body) as { alerts: { id: string; incidentId: string }[] };
  return alerts.map(({ id, incidentId }) => ({ alertId: id, incidentId }));
}

/** Status 0 stands for no answer at all. */
function post(url: string, body: unknown, agent: Agent): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const unanswered = ({ code, message }: NodeJS.ErrnoException) =>
    resolve({
      status: 0,
      body: '',
      why: `${code ?? message}${sent.reusedSocket ? ' on a connection used before' : ''}`,
    });
  const headers = { authorization: `Bearer ${WEBHOOK_TOKEN}`, 'content-type': 'application/json' };
  const sent = request(url, { method: 'POST', agent, headers, timeout: ANSWER_MS }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), why: null });
    });
    response.on('error', unanswered);
  });
  sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
  sent.on('error', unanswered);
  sent.end(JSON.stringify(body));
  return promise;
}
