import { mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { toError } from '../errors.ts';
import type { Row } from './database.ts';
import type { EmbeddedAnswer, EmbeddedRequest } from './embedded-database.ts';

/** The thread of the embedded database: one PGlite, one session, questions answered in the order they come. */
const port = parentPort!;
const say = (answer: EmbeddedAnswer) => port.postMessage(answer);

async function start(): Promise<PGlite> {
  const { dataDir } = workerData as { dataDir: string };
  if (!dataDir.startsWith('memory:')) mkdirSync(dataDir, { recursive: true });
  const database = await PGlite.create({ dataDir, relaxedDurability: false });
  // The one session serves BullMQ's unqualified names; our own statements name their schema.
  await database.exec('create schema if not exists bullmq; set search_path = bullmq');
  database.onNotification((channel, payload) => say({ kind: 'notification', channel, payload }));
  return database;
}

async function answer(database: PGlite, request: EmbeddedRequest): Promise<void> {
  try {
    say({ kind: 'rows', id: request.id, rows: await run(database, request) });
  } catch (error) {
    const { message } = toError(error);
    say({ kind: 'error', id: request.id, message, code: (error as { code?: string }).code });
  }
}

/** Without values a text may hold several statements (migrations, LISTEN); the last one's rows count. */
async function run(database: PGlite, { text, values }: EmbeddedRequest): Promise<Row[]> {
  if (values) return (await database.query<Row>(text, [...values])).rows;
  return ((await database.exec(text)).at(-1)?.rows ?? []) as Row[];
}

try {
  const database = await start();
  port.on('message', (message: EmbeddedRequest | 'close') => {
    if (message === 'close') void database.close().finally(() => process.exit());
    else void answer(database, message);
  });
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed', message: toError(error).message });
}
