import { request } from 'node:http';

export type Answer = {
  outcome: 'acknowledged' | 'failed' | 'unknown';
  status: number | null;
  body: string;
  why: string | null;
};

/** Sends one body on a connection of its own; never throws. A connection that was refused is `failed`, one that broke `unknown`. */
export function postAlert(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { ...headers, 'content-type': 'application/json' },
  });
  const lost = (error: NodeJS.ErrnoException) => {
    clearTimeout(timer);
    const outcome = error.code === 'ECONNREFUSED' ? 'failed' : 'unknown';
    resolve({ outcome, status: null, body: '', why: error.code ?? error.message });
  };
  // Not the socket's idle time: a server that trickles must not hold the sender either.
  const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), timeoutMs);
  sent.on('error', lost);
  sent.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('error', lost);
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      clearTimeout(timer);
      const status = response.statusCode ?? 0;
      const outcome = status >= 200 && status < 300 ? 'acknowledged' : 'failed';
      resolve({
        outcome,
        status,
        body: Buffer.concat(chunks).toString('utf8'),
        why: outcome === 'failed' ? `status ${status}` : null,
      });
    });
  });
  sent.end(body);
  return promise;
}
