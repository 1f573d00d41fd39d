import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const JSON_HEAD = { 'content-type': 'application/json' };
const CHUNK = Buffer.alloc(1024 * 1024, ' ');

function* endlessJson(): Generator<Buffer> {
  yield Buffer.from('{"status":');
  for (;;) yield CHUNK;
}

/** A body that begins like JSON and goes on until the client hangs up; never rejects. */
export async function sendEndlessly(response: ServerResponse): Promise<void> {
  response.writeHead(200, JSON_HEAD);
  await pipeline(Readable.from(endlessJson()), response).catch(() => undefined);
}

/** Sends a text byte by byte: headers at once, the end much later. */
export function trickle(response: ServerResponse, text: string, everyMs: number): void {
  response.writeHead(200, JSON_HEAD);
  let index = 0;
  const timer = setInterval(() => {
    if (index >= text.length) response.end();
    else response.write(text[index++]);
  }, everyMs);
  response.once('close', () => clearInterval(timer));
}
