import { expect } from 'chai';
import { decisiveLine } from '../../../../../src/workers/kubernetes-state/logs/decisive-line.ts';

const HABITUAL = [
  'WARN HikariPool-1 - Failed to validate connection PgConnection@1a (This connection has been closed.). Possibly consider using a shorter maxLifetime value.',
  'WARN org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe',
  "WARN Resolved [org.springframework.web.HttpRequestMethodNotSupportedException: Request method 'HEAD' is not supported]",
  "WARN o.s.w.s.m.s.DefaultHandlerExceptionResolver : Resolved [HttpRequestMethodNotSupportedException: Request method 'HEAD' is not supported]",
  "(node:1) Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections insecure",
  'level=warning msg="The tls section is not set, falling back to plaintext"',
  'E1010 06:41:40.1 1 leaderelection.go:332] error retrieving resource lock: the object has been modified; please apply your changes to the latest version and try again',
  '[error] 31#31: *1 open() "/usr/share/nginx/html/.env" failed (2: No such file or directory), client: 203.0.113.5, request: "GET /.env HTTP/1.1"',
  '[error] 31#31: *8 recv() failed (104: Connection reset by peer) while reading client request line, client: 203.0.113.5',
  "ERROR Invalid HTTP_HOST header: '203.0.113.8'. You may need to add '203.0.113.8' to ALLOWED_HOSTS.",
  'WARNING Unauthorized: /api/me',
  'ERROR quantity must be a positive number status=400',
  'WARN circuit breaker half-open, probing',
  'F, [2031-03-30T05:43:02.920377 #1] FATAL -- : [e9f1a1c5-46ad-47dd-a5cb-65e8c1ac2a8f]',
  '[e9f1a1c5-46ad-47dd-a5cb-65e8c1ac2a8f] ActionController::RoutingError (No route matches [GET] "/apple-touch-icon.png"):',
  "WARN order 7742-310 declined by the card's bank: 51 insufficient funds",
  'WARN request rejected (429), client 10.1.2.3 over its limit status=429',
  'Asking node rabbit@broker-0 to report any local resource alarms ..',
  'ERROR Sentry: failed to flush 3 events',
];
const FAULTS = [
  '[error] 31#31: *1 open() "/usr/share/nginx/html/index.html" failed (2: No such file or directory), client: 10.0.0.5, request: "GET / HTTP/1.1"',
  '[error] 31#31: *8 recv() failed (104: Connection reset by peer) while reading response header from upstream',
  "ERROR Invalid HTTP_HOST header: 'shop.example'. You may need to add 'shop.example' to ALLOWED_HOSTS.",
  'ERROR upstream answered status=400, giving up with status=502',
  'WARN circuit breaker orders is open',
];

describe('what programs write every day', () => {
  it('is no failure', () => {
    for (const line of HABITUAL) expect(decisiveLine([line, line, line]), line).to.equal(null);
  });

  it('is told apart from the same words about a fault', () => {
    for (const line of FAULTS) expect(decisiveLine([line, line, line]), line).to.not.equal(null);
  });
});
