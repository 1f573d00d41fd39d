import { spacedRows } from './spaced-rows.ts';

/** An alarm of RabbitMQ, in its words and as Erlang writes it. */
const ALARM =
  /^\s*((?:Memory|Free disk space|File descriptor(?: limit)?) alarm on node [^\n]{1,120}|Node \S{1,120} reported [1-9]\d* alarms?: [^\n]{1,80}|\{\{?resource_limit,(?:memory|disk),'?[\w@.-]{1,120}'?\}[^\n]{0,20})/im;
/** What the status says of the resource that the alarm is about. */
const SIZES: readonly [about: RegExp, size: RegExp][] = [
  [/memory/i, /^\s*Total memory used: [^\n]{1,40}/m],
  [/memory/i, /^\s*Memory high watermark setting: [^\n]{1,100}/m],
  [/disk/i, /^\s*Free disk space: [^\n]{1,40}/m],
  [/disk/i, /^\s*Low free disk space watermark: [^\n]{1,40}/m],
];

/** An alarm because memory or disk is nearly used up, which stops all publishers. */
export function resourceAlarm(text: string): string | null {
  const alarm = ALARM.exec(text)?.[1];
  if (!alarm) return null;
  const sizes = SIZES.flatMap(([about, size]) => (about.test(alarm) ? [size.exec(text)?.[0]?.trim() ?? ''] : []));
  return [alarm.trim(), ...sizes.filter(Boolean)].join('; ');
}

/** Nodes of a cluster that do not see each other any more. */
export const splitNodes = (text: string): string | null =>
  /^Network Partitions\s{1,4}(?!\(none\))(\S[^\n]{0,160})/m.exec(text)?.[1] ?? null;

/** The names below a heading of the status, up to the next one. */
function namesBelow(text: string, heading: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.trim() === heading);
  if (at === -1) return [];
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.includes('@'));
  return rest.slice(0, end === -1 ? rest.length : end).map((line) => line.trim());
}

/** A node that belongs to the cluster and does not run. */
export function stoppedNode(text: string): string | null {
  const running = namesBelow(text, 'Running Nodes');
  const missing = ['Disk Nodes', 'RAM Nodes']
    .flatMap((heading) => namesBelow(text, heading))
    .find((node) => !running.includes(node));
  return missing && running.length > 0 ? `${missing} is not among the Running Nodes` : null;
}

/** A connection that the broker keeps from publishing. */
export function blockedConnection(text: string): string | null {
  const rows = spacedLast(text).filter(({ state }) => /^block(?:ed|ing)$/.test(state));
  return rows[0] ? rows[0].line : null;
}

/** The rows of `list_connections`, whose first column holds blanks and whose last one is the state. */
function spacedLast(text: string): { line: string; state: string }[] {
  const lines = text.split('\n', 2000).map((line) => line.trim());
  const head = lines.findIndex((line) => /^(?:pid|name|user)\b.{0,120}\bstate$/.test(line));
  return head === -1
    ? []
    : lines.slice(head + 1).map((line) => ({ line: line.replace(/\s+/g, ' '), state: line.split(/\s+/).at(-1) ?? '' }));
}

/** A queue by `list_queues`: how many messages are ready, and how many read it. */
export type Queue = { name: string; ready: number; consumers: number };

/** The queues that an answer lists with their readers; those for what failed or has to wait are left out, which nobody reads. */
export const queuesIn = (text: string): Queue[] =>
  spacedRows(text.replace(/[|│]/g, ' '), 'name', 'consumers')
    .map((row) => ({
      name: row.name ?? '',
      ready: Number(row.messages_ready ?? row.messages ?? Number.NaN),
      consumers: Number(row.consumers),
    }))
    .filter(({ name, ready }) => !Number.isNaN(ready) && !BY_DESIGN.test(name));

const BY_DESIGN = /dlq|dlx|dead|parking|error|poison|retry|delay|wait|quarantine|unroutable/i;
