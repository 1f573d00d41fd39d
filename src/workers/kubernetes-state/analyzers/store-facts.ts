import { logAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** What a database said about itself when it was asked (redis-cli, psql, mysql, mongosh inside its pod). */
export const storeFacts: Analyzer = ({ state }) =>
  state.logs.filter(({ command }) => command).flatMap((log) => FACTS.flatMap((fact) => told(log, fact)).slice(0, 1));

type Fact = {
  kind: string;
  /** Null where the answer does not tell of it; else the text that does. */
  shows: (text: string) => string | null;
  meaning: string;
  confidence: number;
};

const settingIn = (text: string, key: string): string | null =>
  new RegExp(`^\\s*\\|?\\s*"?${key}"?\\s*(?:[:=|]|\\s{2,})\\s*"?([^\\s|",]+)`, 'im').exec(text)?.[1] ?? null;
const numberOf = (text: string, key: string): number => Number.parseFloat(settingIn(text, key) ?? 'NaN');

/** `default_transaction_read_only` with its row below, as psql prints it, or `read_only | ON` as mysql does. */
function readOnly(text: string): string | null {
  const setting =
    /^\s*(default_transaction_read_only|transaction_read_only|pg_is_in_recovery)\s*\n[-\s]+\n\s*(on|t)\s*$/im.exec(
      text,
    );
  if (setting) return `${setting[1]} ${setting[2]}`;
  const variable = /\b((?:super_)?read_only)\s*\|?\s+(ON|1)\b/.exec(text);
  return variable ? `${variable[1]} ${variable[2]}` : null;
}

/** A session that holds its transaction open and does nothing while others wait for its locks. */
function idleHolder(text: string): string | null {
  const waits = /\|\s*Lock\s*\|/.test(text);
  const holder = text.split('\n').find((line) => /idle in transaction/.test(line));
  return waits && holder ? holder.trim().replace(/\s*\|\s*/g, ', ') : null;
}

function atLimit(text: string, used: string, most: string, share: number): string | null {
  const [now, limit] = [numberOf(text, used), numberOf(text, most)];
  return limit > 0 && now >= share * limit
    ? `${used} ${settingIn(text, used)}, ${most} ${settingIn(text, most)}`
    : null;
}

const FACTS: readonly Fact[] = [
  { kind: 'read-only-store', shows: readOnly, meaning: 'is read-only and refuses writes', confidence: 0.84 },
  {
    kind: 'replica-without-primary',
    shows: (text) =>
      settingIn(text, 'role') === 'slave' && settingIn(text, 'master_link_status') === 'down'
        ? 'role:slave, master_link_status:down'
        : null,
    meaning: 'is a read-only replica whose primary is away, so it refuses writes',
    confidence: 0.84,
  },
  {
    kind: 'lock-holder',
    shows: idleHolder,
    meaning: 'has a session that is idle in a transaction and holds locks that block the others',
    confidence: 0.82,
  },
  {
    kind: 'store-memory-full',
    shows: (text) =>
      atLimit(text, 'used_memory', 'maxmemory', 0.98) ?? atLimit(text, 'used_memory_human', 'maxmemory_human', 0.98),
    meaning: 'has used up its memory (maxmemory reached)',
    confidence: 0.8,
  },
  {
    kind: 'store-connections-full',
    shows: (text) =>
      atLimit(text, 'connected_clients', 'maxclients', 0.95) ??
      atLimit(text, 'Threads_connected', 'max_connections', 0.95) ??
      atLimit(text, 'current', 'totalAvailable', 0.98),
    meaning: 'has reached its connection limit',
    confidence: 0.8,
  },
  {
    kind: 'no-primary',
    shows: (text) =>
      /"?stateStr"?\s*:\s*["'](?:SECONDARY|RECOVERING|STARTUP2?|ARBITER)/.test(text) &&
      !/"?stateStr"?\s*:\s*["']PRIMARY/.test(text)
        ? 'no member has stateStr PRIMARY'
        : null,
    meaning: 'has a replica set without a primary, so it refuses writes',
    confidence: 0.84,
  },
];

function told(log: LogText, { kind, shows, meaning, confidence }: Fact): Diagnosis[] {
  const text = log.lines
    .slice(0, 400)
    .map((line) => line.slice(0, 400))
    .join('\n');
  const shown = shows(text);
  const owner = writerOf(log);
  if (!shown) return [];
  return [
    diagnosis({
      kind,
      class: 'database',
      statement: `The database ${name(owner)} ${meaning}: ${quote(shown, 200)}`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? ''],
      confidence,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    }),
  ];
}
