/** The process that loads an intake: autocannon, one run per message. */
import autocannon from 'autocannon';
import { type AlertRequest, alertRequests, type LoadSource } from './alert-bodies.ts';

export type LoadOrder = {
  url: string;
  source: LoadSource;
  seconds: number;
  webhookToken: string;
  signingSecret: string;
};
export type LoadAnswer = {
  kind: 'load';
  perSecond: number;
  accepted: number;
  p50Ms: number;
  p99Ms: number;
  failed: number;
};

const CONNECTIONS = 32;

process.on('message', (order: LoadOrder | { ask: string }) => {
  if ('url' in order) void load(order).then((answer) => process.send?.(answer));
});
process.on('SIGTERM', () => process.exit());
process.channel?.ref();

async function load({ url, source, seconds, ...credentials }: LoadOrder): Promise<LoadAnswer> {
  const next = alertRequests(source, credentials);
  const setupRequest = (request: autocannon.Request) => Object.assign(request, next() satisfies AlertRequest);
  const started = performance.now();
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [{ method: 'POST', setupRequest }],
  });
  const elapsed = (performance.now() - started) / 1000;
  const { latency, errors, timeouts, non2xx } = result;
  return {
    kind: 'load',
    perSecond: result['2xx'] / elapsed,
    accepted: result['2xx'],
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    failed: errors + timeouts + non2xx,
  };
}
