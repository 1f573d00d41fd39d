import { type Config, loadConfig } from '../../src/shared/config.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { DEAD_REASONS } from '../../src/shared/incident.ts';
import { defineCommand, type Io, UsageError } from './command.ts';
import { describeDeadIncident, type IncidentDetails } from './describe-dead-incident.ts';
import { describeFault } from './describe-fault.ts';
import { plainText } from './plain-text.ts';
import { type ProducerClient, producerClient } from './producer-client.ts';
import { terminalTable } from './terminal-table.ts';

const USAGE = `Shows the incidents that ended dead, and sends them round again.

  npm run dead-letters -- list [--reason REASON] [--json]
  npm run dead-letters -- show ID [--json]
  npm run dead-letters -- redrive ID [ID ...]
  npm run dead-letters -- redrive --all
  npm run dead-letters -- redrive --reason slack_unavailable

  --url URL        the producer (default http://localhost:PORT)
  --reason REASON  only those of this reason: ${DEAD_REASONS.join(', ')}
  --json           what the API answers

It asks the running producer, with ADMIN_TOKEN. An incident whose report stands is only delivered again; any other gets a
new run. Exit codes: 0 done, 1 something failed, 2 wrong use.`;

type DeadLetter = {
  incidentId: string;
  run: number;
  deadReason: string;
  reason: string;
  title: string;
  finishedAt: string;
};
type Wish = { all: boolean; reason: string | undefined; json: boolean };
/** The producer's API with the admin token. */
type Api = { get<T>(path: string): Promise<T>; post<T>(path: string): Promise<T> };

/** `npm run dead-letters`: see its usage. */
export const deadLettersCommand = defineCommand({
  name: 'dead-letters',
  usage: USAGE,
  options: {
    url: { type: 'string' },
    reason: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ url, reason, all = false, json = false }, [action = 'list', ...ids], io) {
    const wish = { all, reason, json };
    checkUse(action, ids, wish);
    const config = loadConfig(io.environment);
    const api = adminApi(producerClient(url, config), config, io.signal);
    if (action === 'list') return list(api, wish, io);
    if (action === 'show') return show(api, ids[0]!, wish, io);
    return redrive(api, ids, wish, io);
  },
});

function checkUse(action: string, ids: string[], { all, reason, json }: Wish): void {
  if (reason !== undefined && !DEAD_REASONS.some((known) => known === reason))
    throw new UsageError(`there is no reason ${reason}: give one of ${DEAD_REASONS.join(', ')}`);
  const unknown = ids.find((id) => !/^[0-9a-f-]{36}$/i.test(id));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is no incident's id`);
  const chosen = ids.length + Number(all) + Number(reason !== undefined);
  switch (action) {
    case 'list':
      if (ids.length > 0 || all) throw new UsageError('list takes no ids and no --all');
      return;
    case 'show':
      if (ids.length !== 1 || chosen !== 1) throw new UsageError('show takes the id of one incident');
      return;
    case 'redrive':
      if (chosen === 0) throw new UsageError('redrive wants ids, --all or --reason');
      if (chosen > 1 && chosen !== ids.length) throw new UsageError('give ids, --all or --reason, one of the three');
      if (json) throw new UsageError('--json goes with list and show');
      return;
    default:
      throw new UsageError(`there is no "${action}": give list, show or redrive`);
  }
}

function adminApi(producer: ProducerClient, { adminToken, openOnLoopback }: Config, signal: AbortSignal): Api {
  if (!adminToken && !openOnLoopback)
    throw new FleetError('config_invalid', 'ADMIN_TOKEN is not set: give the same as the producer has');
  const headers: Record<string, string> = adminToken ? { authorization: `Bearer ${adminToken}` } : {};
  return {
    get: (path) => producer.get(path, { headers, signal }),
    post: (path) => producer.post(path, { headers, signal }),
  };
}

async function list(api: Api, { reason, json }: Wish, { out, err }: Io): Promise<number> {
  const items = await deadLetters(api, reason);
  if (json) out(JSON.stringify({ items }, null, 2));
  else if (items.length === 0) err('no incident is dead');
  else for (const line of terminalTable(items.map(rowOf))) out(line);
  return 0;
}

function rowOf({ incidentId, deadReason, finishedAt, title, reason }: DeadLetter): string[] {
  return [incidentId, finishedAt, deadReason, `${plainText(title)}: ${plainText(reason)}`.slice(0, 300)];
}

async function show(api: Api, id: string, { json }: Wish, { out }: Io): Promise<number> {
  const incident = await api.get<IncidentDetails>(`/api/incidents/${id}`);
  if (json) out(JSON.stringify(incident, null, 2));
  else for (const line of describeDeadIncident(incident)) out(line);
  return 0;
}

async function redrive(api: Api, ids: string[], { reason }: Wish, io: Io): Promise<number> {
  const results = ids.length > 0 ? await redriveEach(api, ids, io) : await redriveAll(api, reason, io);
  if (results.length === 0) io.err(reason ? `no incident is dead for ${reason}` : 'no incident is dead');
  return results.every(Boolean) ? 0 : 1;
}

/** The API lists the newest ones; what is redriven leaves the list, so that the older ones come up. */
async function redriveAll(api: Api, reason: string | undefined, io: Io): Promise<boolean[]> {
  const tried = new Set<string>();
  const results: boolean[] = [];
  for (;;) {
    const ids = (await deadLetters(api, reason)).map((item) => item.incidentId).filter((id) => !tried.has(id));
    if (ids.length === 0) return results;
    for (const id of ids) tried.add(id);
    results.push(...(await redriveEach(api, ids, io)));
  }
}

async function redriveEach(api: Api, ids: string[], { out, err, signal }: Io): Promise<boolean[]> {
  const results: boolean[] = [];
  for (const id of ids) {
    try {
      const { outcome } = await api.post<{ outcome: string }>(`/api/dead-letters/${id}/redrive`);
      out(`${id}  ${outcome}`);
      results.push(true);
    } catch (error) {
      signal.throwIfAborted();
      err(`${id}  ${describeFault(error)}`);
      results.push(false);
    }
  }
  return results;
}

async function deadLetters(api: Api, reason: string | undefined): Promise<DeadLetter[]> {
  const { items } = await api.get<{ items: DeadLetter[] }>('/api/dead-letters?limit=10000');
  return items.filter((item) => reason === undefined || item.deadReason === reason);
}
