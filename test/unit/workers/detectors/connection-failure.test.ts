import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { connectionFailure } from '../../../../src/workers/detectors/connection-failure.ts';
import { evidence, input, logRow, logs, span, spans } from '../../../support/evidence-fixtures.ts';

const TITLE = 'Errors in user-service';

function tcp(number: number, host: string, code: string | null): Evidence {
  const error = code ? { code, message: `connect ${code}` } : null;
  return evidence(
    number,
    'tcp.check',
    { host, port: 5432, connected: !code, error, durationMs: 3 },
    { host, port: 5432 },
  );
}

describe('the connection-failure detector', () => {
  const LINES: [string, string, string | null, RegExp][] = [
    ['Node', 'Error: connect ECONNREFUSED 10.0.0.5:5432', '10.0.0.5', /refused/],
    ['Go', 'dial tcp 10.96.0.1:6379: connect: connection refused', '10.96.0.1', /refused/],
    ['Go, timing out', 'dial tcp 10.96.0.1:6379: i/o timeout', '10.96.0.1', /time out/],
    [
      'gRPC',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp orders:50051: connect: connection refused"',
      'orders',
      /refused/,
    ],
    [
      'libpq',
      'connection to server at "orders-db" (10.0.0.5), port 5432 failed: Connection refused',
      'orders-db',
      /refused/,
    ],
    [
      'older libpq',
      'could not connect to server: Connection refused Is the server running on host "orders-db" (10.0.0.5) and accepting TCP/IP connections on port 5432?',
      'orders-db',
      /refused/,
    ],
    [
      'the PostgreSQL JDBC driver',
      'org.postgresql.util.PSQLException: Connection to orders-db:5432 refused. Check that the hostname and port are correct',
      'orders-db',
      /refused/,
    ],
    ['Apache HttpClient', 'Connect to orders:8080 [orders/10.0.0.9] failed: Connection refused', 'orders', /refused/],
    [
      'requests',
      "HTTPConnectionPool(host='orders', port=8080): Max retries exceeded with url: /v1 (Caused by NewConnectionError('[Errno 111] Connection refused'))",
      'orders',
      /refused/,
    ],
    [
      'nginx',
      'connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, upstream: "http://10.0.0.7:8080/x"',
      '10.0.0.7',
      /refused/,
    ],
    [
      'Envoy',
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
      null,
      /refused/,
    ],
    [
      'Netty',
      'io.netty.channel.ConnectTimeoutException: connection timed out: orders/10.0.0.9:8080',
      'orders',
      /time out/,
    ],
    ['a missing route', 'dial tcp 10.1.1.1:443: connect: no route to host', '10.1.1.1', /no route/],
  ];
  for (const [who, line, host, says] of LINES) {
    it(`reads what ${who} logs`, () => {
      const [finding] = connectionFailure(input(TITLE, [logs(1, [logRow(line)])]));
      expect(finding?.component, line).to.equal(host);
      expect(finding?.statement).to.match(says);
      expect(finding?.cause).to.equal(false);
    });
  }

  it('names the peer by the attributes of the line rather than by its address', () => {
    const row = logRow('connect ECONNREFUSED 10.96.31.7:8080', {
      attributes: { 'server.address': 'orders.shop.svc.cluster.local', 'server.port': '8080' },
    });
    const [finding] = connectionFailure(input(TITLE, [logs(1, [row])]));
    expect(finding?.statement).to.contain('to orders.shop.svc.cluster.local port 8080 are refused');
  });

  it('reads failed spans', () => {
    const failed = span({
      error: true,
      attributes: { 'exception.message': 'connect ECONNREFUSED 10.0.0.5:5432', 'server.address': 'orders-db' },
    });
    const [finding] = connectionFailure(input(TITLE, [spans(4, [failed])]));
    expect(finding).to.include({ component: 'orders-db' });
    expect(finding?.evidence).to.deep.equal([4]);
  });

  it('believes its own check, and does not tell the same twice', () => {
    const all = connectionFailure(
      input(TITLE, [tcp(1, 'orders-db', 'ECONNREFUSED'), logs(2, [logRow('connect ECONNREFUSED orders-db:5432')])]),
    );
    expect(all).to.have.length(1);
    expect(all[0]?.statement).to.contain('our own check saw it');
  });

  it('is less sure when the port accepts connections now', () => {
    const line = logs(1, [logRow('connect ECONNREFUSED orders-db:5432')]);
    const [before] = connectionFailure(input(TITLE, [line]));
    const [now] = connectionFailure(input(TITLE, [line, tcp(2, 'orders-db', null)]));
    expect(now?.confidence).to.be.lessThan(before?.confidence ?? 0);
    expect(now?.evidence).to.deep.equal([1, 2]);
  });

  it('reads the errors of a gateway', () => {
    const page = evidence(
      1,
      'http.check',
      { url: 'https://api.example.com/', status: 503, error: null, durationMs: 9 },
      {},
    );
    expect(connectionFailure(input(TITLE, [page]))[0]?.statement).to.contain('status 503');
  });

  it('takes a lone reset for less than a refusal', () => {
    const [reset] = connectionFailure(input(TITLE, [logs(1, [logRow('read ECONNRESET')])]));
    const [refused] = connectionFailure(input(TITLE, [logs(1, [logRow('connect ECONNREFUSED 10.0.0.5:80')])]));
    expect(reset?.confidence).to.be.lessThan(0.4);
    expect(refused?.confidence).to.be.greaterThan(0.7);
  });

  const SILENT: Record<string, Evidence[]> = {
    'an open port': [tcp(1, 'orders-db', null)],
    'a line of an unrelated service': [
      logs(1, [logRow('connect ECONNREFUSED 10.0.0.5:80', { service: 'billing' })], {}),
    ],
    'callers of a pool that give up': [
      logs(1, [
        logRow('HikariPool-1 - Connection is not available, request timed out after 30000ms'),
        logRow('QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00'),
        logRow('Error: timeout exceeded when trying to connect'),
      ]),
    ],
    'ordinary lines': [logs(1, [logRow('connection established'), logRow('GET /connect 200')])],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(connectionFailure(input(TITLE, items))).to.deep.equal([]);
    });
  }
});
