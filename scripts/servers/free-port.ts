import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** From here up to where outgoing connections get their ports. */
const LOWEST = 15_000;
/** Where Linux begins with those unless it is told otherwise. */
const OUTGOING_FROM = 32_768;
const TRIES = 50;

/**
 * A port that is free on loopback now, for a server that is started on it later, perhaps more than once. It is none that the
 * system gives to outgoing connections: one of them could take it in between, and a client that tries again and again to
 * reach a server that is down would in the end be connected with itself. Throws when there is none.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, outgoingFrom());
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports from ${LOWEST} on is free: stop what listens there`);
}

function outgoingFrom(): number {
  try {
    const [from = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    return from > LOWEST ? from : OUTGOING_FROM;
  } catch {
    return OUTGOING_FROM;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
