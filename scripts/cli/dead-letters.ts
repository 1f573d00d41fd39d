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

  npm run dead-letters -- list [--reason REASON] [--agent AGENT] [--since WHEN] [--until WHEN] [--json]
  npm run dead-letters -- show ID [--json]
  npm run dead-letters -- redrive ID [ID ...]
  npm run dead-letters -- redrive --all [--per-minute N]
  npm run dead-letters -- redrive --reason slack_unavailable --since 2h [--per-minute N]

  --url URL        the producer (default http://localhost:PORT)
  --reason REASON  only those of this reason: ${DEAD_REASONS.join(', ')}
  --agent AGENT    only those of this agent
  --since WHEN     only those that ended since then: 30m, 2h or 7d ago, or a time such as 2026-11-21T22:00:00Z
  --until WHEN     only those that ended before
  --per-minute N   how many of them start per minute (default as the intake policies say)
  --json           what the API answers

It asks the running producer, with ADMIN_TOKEN. An incident whose report stands is only delivered again; any other gets a
new run. Those that are named by their ids start at once, the others one after the other, the most urgent first; the
producers see to it. Exit codes: 0 done, 1 something failed, 2 wrong use.`;

type DeadLetter = {
  incidentId: string;
  run: number;
  agent: string;
  stage: string;
  deadReason: string;
  reason: string;
  title: string;
  finishedAt: string;
};
type Wish = {
  all: boolean;
  filter: Partial<Record<'reason' | 'agent' | 'since' | 'until', string>>;
  perMinute: string | undefined;
  json: boolean;
};
/** The producer's API with the admin token. */
type Api = { get<T>(path: string): Promise<T>; post<T>(path: string): Promise<T> };

/** `npm run dead-letters`: see its usage. */
export const deadLettersCommand = defineCommand({
  name: 'dead-letters',
  usage: USAGE,
  options: {
    url: { type: 'string' },
    reason: { type: 'string' },
    agent: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    'per-minute': { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ url, all = false, json = false, ...given }, [action = 'list', ...ids], io) {
    const times = { since: readWhen('since', given.since), until: readWhen('until', given.until) };
    const filter = defined({ reason: given.reason, agent: given.agent, ...times });
    const wish = { all, filter, perMinute: given['per-minute'], json };
    checkUse(action, ids, wish);
    const config = loadConfig(io.environment);
    const api = adminApi(producerClient(url, config), config, io.signal);
    if (action === 'list') return list(api, wish, io);
    if (action === 'show') return show(api, ids[0]!, wish, io);
    return ids.length > 0 ? redriveEach(api, ids, io) : redriveFiltered(api, wish, io);
  },
});

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, or how long ago, as ISO 8601. */
function readWhen(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at = unit ? Date.now() - Number(amount) * UNITS[unit]! : Date.parse(text);
  if (Number.isNaN(at)) throw new UsageError(`--${name} wants 30m, 2h, 7d or a time such as 2026-11-21T22:00:00Z`);
  return new Date(at).toISOString();
}

const defined = (filter: Record<string, string | undefined>): Wish['filter'] =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));

function checkUse(action: string, ids: string[], { all, filter, perMinute, json }: Wish): void {
  const { reason } = filter;
  if (reason !== undefined && !DEAD_REASONS.some((known) => known === reason))
    throw new UsageError(`there is no reason ${reason}: give one of ${DEAD_REASONS.join(', ')}`);
  const unknown = ids.find((id) => !/^[0-9a-f-]{36}$/i.test(id));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is no incident's id`);
  if (perMinute !== undefined && !(Number(perMinute) >= 1 && Number(perMinute) <= 6_000))
    throw new UsageError('--per-minute wants a number from 1 to 6000');
  const filtered = Object.keys(filter).length > 0;
  switch (action) {
    case 'list':
      if (ids.length > 0 || all) throw new UsageError('list takes no ids and no --all');
      return;
    case 'show':
      if (ids.length !== 1 || all || filtered) throw new UsageError('show takes the id of one incident');
      return;
    case 'redrive':
      checkRedrive(ids.length > 0, all, filtered);
      if (json) throw new UsageError('--json goes with list and show');
      return;
    default:
      throw new UsageError(`there is no "${action}": give list, show or redrive`);
  }
}

function checkRedrive(named: boolean, all: boolean, filtered: boolean): void {
  if (!named && !all && !filtered)
    throw new UsageError('redrive wants ids, --all, or --reason, --agent, --since, --until');
  if (Number(named) + Number(all) + Number(filtered) > 1)
    throw new UsageError('give ids, --all, or what they have in common: one of the three');
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

async function list(api: Api, { filter, json }: Wish, { out, err }: Io): Promise<number> {
  const query = new URLSearchParams({ limit: '10000', ...filter });
  const { items } = await api.get<{ items: DeadLetter[] }>(`/api/dead-letters?${query}`);
  if (json) out(JSON.stringify({ items }, null, 2));
  else if (items.length === 0) err(nobody(filter));
  else for (const line of terminalTable(items.map(rowOf))) out(line);
  return 0;
}

const nobody = ({ reason, ...others }: Wish['filter']) =>
  `no incident is dead${reason ? ` for ${reason}` : ''}${Object.keys(others).length > 0 ? ' of those' : ''}`;

function rowOf({ incidentId, deadReason, stage, finishedAt, title, reason }: DeadLetter): string[] {
  return [incidentId, finishedAt, deadReason, stage, `${plainText(title)}: ${plainText(reason)}`.slice(0, 300)];
}

async function show(api: Api, id: string, { json }: Wish, { out }: Io): Promise<number> {
  const incident = await api.get<IncidentDetails>(`/api/incidents/${id}`);
  if (json) out(JSON.stringify(incident, null, 2));
  else for (const line of describeDeadIncident(incident)) out(line);
  return 0;
}

/** The producers start them one after the other: the command need not wait for that. */
async function redriveFiltered(api: Api, { filter, perMinute }: Wish, { out, err }: Io): Promise<number> {
  const chosen = Object.keys(filter).length > 0 ? filter : { all: 'true' };
  const query = new URLSearchParams({ ...chosen, ...(perMinute ? { perMinute } : {}) });
  type Plan = { planned: number; lastAt: string | null; perMinute: number };
  const plan = await api.post<Plan>(`/api/dead-letters/redrive?${query}`);
  if (plan.planned === 0) err(nobody(filter));
  else out(`${plan.planned} are sent round again, ${plan.perMinute} a minute, the last at ${plan.lastAt}`);
  return 0;
}

async function redriveEach(api: Api, ids: string[], { out, err, signal }: Io): Promise<number> {
  let failed = 0;
  for (const id of ids) {
    try {
      const { outcome } = await api.post<{ outcome: string }>(`/api/dead-letters/${id}/redrive`);
      out(`${id}  ${outcome}`);
    } catch (error) {
      signal.throwIfAborted();
      err(`${id}  ${describeFault(error)}`);
      failed++;
    }
  }
  return failed === 0 ? 0 : 1;
}
