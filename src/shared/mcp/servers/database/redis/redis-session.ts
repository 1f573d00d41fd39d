import { connect as connectTcp } from 'node:net';
import { Redis } from 'ioredis';
import type { DatabaseTarget } from '../database-target.ts';
import { redisFailure } from './redis-failures.ts';

/** Settings that may be read: none of them can hold a secret. */
export const SETTINGS = [
  'maxmemory',
  'maxmemory-policy',
  'maxclients',
  'timeout',
  'tcp-backlog',
  'slowlog-log-slower-than',
  'latency-monitor-threshold',
  'appendonly',
  'appendfsync',
  'save',
  'stop-writes-on-bgsave-error',
  'min-replicas-to-write',
  'repl-backlog-size',
  'lfu-decay-time',
] as const;

/** The only commands that are ever sent; each reads. */
const COMMANDS = {
  info: () => ['INFO'],
  commandStats: () => ['INFO', 'commandstats'],
  slowlog: (limit: number) => ['SLOWLOG', 'GET', String(limit)],
  clients: () => ['CLIENT', 'LIST'],
  latency: () => ['LATENCY', 'LATEST'],
  setting: (name: (typeof SETTINGS)[number]) => ['CONFIG', 'GET', name],
} as const;
type Name = keyof typeof COMMANDS;

/** Sends one of the reading commands. */
export type Ask = <N extends Name>(name: N, ...parameters: Parameters<(typeof COMMANDS)[N]>) => Promise<unknown>;

const CONNECT_MS = 5_000;
const GREETING_MS = 1_000;

/**
 * Connects to the target, reads, and disconnects. Throws DependencyError (dependency `database`), or what `onRefusal` makes of the
 * server's refusal to take a client.
 */
export async function readRedis<T>(
  target: DatabaseTarget,
  signal: AbortSignal,
  read: (ask: Ask) => Promise<T>,
  onRefusal: (thrown: unknown) => T | null = () => null,
): Promise<T> {
  let client: Redis | null = null;
  let said: Error | null = null;
  const cut = () => client?.disconnect();
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    client = clientOf(target);
    client.on('error', (error) => {
      said = error;
    });
    await client.connect();
    const connected = client;
    const ask: Ask = (name, ...parameters) => {
      const [command = '', ...args] = (COMMANDS[name] as (...all: unknown[]) => string[])(...parameters);
      return connected.call(command, ...args);
    };
    return await read(ask);
  } catch (thrown) {
    const fault = isReply(thrown) ? thrown : ((await greeting(target, said ?? thrown, signal)) ?? said ?? thrown);
    const refusal = onRefusal(fault);
    if (refusal !== null) return refusal;
    throw redisFailure(target, fault, signal);
  } finally {
    signal.removeEventListener('abort', cut);
    client?.disconnect();
  }
}

const isReply = (thrown: unknown): boolean => (thrown as Error | null)?.name === 'ReplyError';

function clientOf({ url, password, ca }: DatabaseTarget): Redis {
  const address = new URL(url);
  const secret = password();
  if (secret !== null) address.password = encodeURIComponent(secret);
  // What is read is of the whole server: no database has to be selected.
  address.pathname = '';
  return new Redis(address.href, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    // Nothing is sent beside what we ask: the user may be allowed no more.
    disableClientInfo: true,
    protocol: 2,
    ...(ca !== null && { tls: { ca } }),
  });
}

/**
 * A server without room says so at once and closes; the client, which writes first, often sees but the closed connection. Asked
 * again by somebody who only listens, it says why.
 */
async function greeting({ url }: DatabaseTarget, fault: unknown, signal: AbortSignal): Promise<Error | null> {
  const { hostname, port, protocol } = new URL(url);
  const cutOff = /EPIPE|ECONNRESET|Connection is closed/.test(fault instanceof Error ? fault.message : '');
  if (protocol !== 'redis:' || !cutOff || signal.aborted) return null;
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port: Number(port || 6379) });
    const end = (text: string | null) => {
      socket.destroy();
      const [, words] = /^-([^\r\n]{1,300})/.exec(text ?? '') ?? [];
      resolve(words === undefined ? null : new Error(words));
    };
    socket.setTimeout(GREETING_MS, () => end(null));
    socket.once('data', (data) => end(data.toString('utf8')));
    socket.once('error', () => end(null));
    socket.once('close', () => end(null));
  });
}
