import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const JSON_HEAD = { 'content-type': 'application/json' };
const CHUNK = Buffer.alloc(1024 * 1024, ' ');

/** A body that begins like JSON and goes on until the client hangs up; never rejects. */
export async function sendEndlessly(response: ServerResponse): Promise<void> {
  response.writeHead(200, JSON_HEAD);
  response.write('{"status":');
  while (!response.destroyed) {
    if (response.write(CHUNK)) await new Promise(setImmediate);
    else await Promise.race([once(response, 'drain'), once(response, 'close')]).catch(() => undefined);
  }
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
