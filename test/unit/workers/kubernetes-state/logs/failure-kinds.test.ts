import { expect } from 'chai';
import { decisiveLine } from '../../../../../src/workers/kubernetes-state/logs/decisive-line.ts';
import { FAILURE_LINES } from '../../../../fixtures/log-lines/failure-lines.ts';

const kindOf = (...lines: string[]): string | null => {
  const line = decisiveLine(lines);
  return line ? (line.kind?.name ?? 'error') : null;
};

/** One trouble in the words of several clients, servers and languages. */
const SAID: Record<string, string[]> = {
  'name-resolution': [
    'dial tcp: lookup user-db on 10.96.0.10:53: read udp 10.244.1.3:4211->10.96.0.10:53: i/o timeout',
    'failed to lookup address information: Name or service not known',
    'tcp connect (orders-db:5432): non-existing domain - :nxdomain',
  ],
  'database-unreachable': [
    'ERROR Communications link failure: the last packet sent to the server was 0 ms ago',
    '(2013, "Lost connection to MySQL server during query") error',
  ],
  'pool-exhausted': [
    'TimeoutError: ResourceRequest timed out',
    'ERROR timeout exceeded when trying to connect',
    'FATAL: query_wait_timeout (SQLSTATE 08P01)',
    'Max connect timeout reached while reaching hostgroup 10 after 10000ms error',
  ],
  'store-rights': ['ERROR: permission denied for table orders', "SELECT command denied to user 'app'@'%' error"],
  'store-persistence': [
    '# Write error saving DB on disk: No space left on device',
    'MISCONF Redis is configured to save RDB',
  ],
  'missing-index': ['{"msg":"Slow query","attr":{"planSummary":"COLLSCAN","docsExamined":8812231}}'],
  'replication-stopped': ['FATAL: requested WAL segment 00000001 has already been removed'],
  'store-block': [
    'ERROR blocked by: disk usage exceeded flood-stage watermark',
    'disk resource limit alarm set on node',
  ],
  'lock-table-full': [
    'ERROR:  out of shared memory',
    'HINT:  You might need to increase "max_locks_per_transaction". error',
  ],
  'kernel-setting': ['max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]'],
  'callee-refuses': [
    'requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.payments.example/v1/charges',
    'production.ERROR: Client error: `POST https://api.payments.example/v1` resulted in a `403 Forbidden` response',
  ],
  'broker-credentials': [
    'ERROR ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN',
    'org.springframework.amqp.AmqpAuthenticationException: error',
  ],
  'service-unavailable': ['rpc error: code = Unavailable desc = name resolver error: produced zero addresses'],
  'driver-too-old': [
    'Caused by: org.postgresql.util.PSQLException: The authentication type 10 is not supported.',
    'MongoError: Server at db:27017 reports maximum wire version 5, but this driver requires at least 6',
    'error: Client does not support authentication protocol requested by server; consider upgrading MySQL client',
  ],
  'thread-deadlock': ['Found one Java-level deadlock:', 'fatal error: all goroutines are asleep - deadlock!'],
  'rate-limit': [
    '{"level":50,"time":1,"msg":"not sent","err":{"message":"Textway answered 429: quota used up"}}',
    'production.ERROR: Client error: `POST https://api.payments.example/v1` resulted in a `429 Too Many Requests` response',
  ],
  'connection-limit': ["SQLSTATE[HY000] (1226) User '?' has exceeded the '?' resource (current value: 10) error"],
  'conntrack-full': ['[812231.1] nf_conntrack: nf_conntrack: table full, dropping packet'],
  'pod-network': ['ERROR no IP addresses available in range set: 10.1.0.1-10.1.0.254'],
  'tls-mismatch': [
    'ERROR http: server gave HTTP response to HTTPS client',
    'error:1408F10B:SSL routines: wrong version number',
  ],
  'cloud-credentials': ['An error occurred (AccessDenied) when calling the GetObject operation: Access Denied'],
  'garbage-collection': [
    '[12.310s][info][gc] GC(91) Pause Full (Allocation Failure) 2045M->2041M(2048M) 3120.882ms',
    '2031-06-09T10:00:00.1+0000: 91.2: [Full GC (Ergonomics) [PSYoungGen: 1K->0K(2K)] 4091K->4088K(4096K), 5.1203 secs]',
    '<--- Last few GCs ---> [1:0x55] 91200 ms: Mark-sweep 2041.1 (2083.4) -> 2040.9 (2084.1) MB, 1820.4 / 0.0 ms',
  ],
  'program-fault': ["thread 'main' panicked at src/main.rs:14:5: called `Option::unwrap()` on a `None` value"],
};

/** Drivers of MySQL write its error number before the text, which is masked where a statement stands beside it. */
const NUMBERED: Record<string, number> = {
  lock: 1205,
  'connection-limit': 1040,
  credentials: 1045,
  'database-schema': 1146,
};

describe('what lines complain about', () => {
  it('is told by the number of an error whose text is masked', () => {
    for (const [kind, number] of Object.entries(NUMBERED))
      expect(kindOf(`ERROR (pymysql.err.OperationalError) (${number}, '?') [SQL: UPDATE shelf SET free = ?]`)).to.equal(
        kind,
      );
  });

  for (const [kind, lines] of Object.entries(SAID))
    it(`is ${kind}, whoever says it`, () => {
      for (const line of lines) expect(kindOf(line), line).to.equal(kind);
    });

  for (const [kind, lines] of Object.entries(FAILURE_LINES))
    it(`is ${kind} in every language, with and without a level before it`, () => {
      for (const line of lines) {
        expect(kindOf(line), line).to.equal(kind);
        expect(kindOf(`2031-06-09 10:00:01 ERROR ${line}`), line).to.equal(kind);
      }
    });

  it('is nothing in what servers and frameworks say on a quiet day', () => {
    for (const line of [
      '2031-06-09 10:00:00.000 UTC [44] LOG:  could not receive data from client: Connection reset by peer',
      "[Warning] [MY-010055] [Server] IP address '10.1.1.1' could not be resolved: Name or service not known",
      '1:M # WARNING Memory overcommit must be enabled! Without it, a background save may fail',
      '2031/06/09 10:00:00 [error] 31#31: *1 open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory)',
      '[warning] disk resource limit alarm cleared on node rabbit@mail-0',
      '[12.310s][info][gc] GC(90) Pause Full (System.gc()) 412M->98M(2048M) 61.204ms',
      '[12.310s][info][gc] GC(90) Pause Full (System.gc()) 1893M->611M(3072M) 1204.551ms',
      '91.2: [Full GC (Metadata GC Threshold) [PSYoungGen: 9K->0K(9K)] 2G->310M(4G), 1.2203 secs]',
      '[12.311s][info][gc] GC(91) Pause Young (Normal) (G1 Evacuation Pause) 512M->101M(2048M) 9.120ms',
      'level=warn msg="could not parse image reference, falling back"',
    ])
      expect(kindOf(line), line).to.equal(null);
  });

  it('is nothing that the log itself says is over, but what comes again stays', () => {
    const failed = 'WARN attempt 1 failed: read timeout';
    expect(kindOf(failed, 'INFO attempt 2 succeeded')).to.equal(null);
    expect(kindOf('INFO reconnected to cache:6379', failed)).to.equal('timeout');
    expect(kindOf(...Array(6).fill(failed), 'INFO reconnected to cache:6379')).to.equal('timeout');
  });

  it('is nothing after which requests are served for long, unless only probes are', () => {
    const failed = '2031-06-09T07:10:02Z ERROR connect ECONNREFUSED 10.96.3.4:8080';
    const served = (path: string) =>
      [0, 1, 2].map((hour) =>
        `2031-06-09T${hour + 8}:00:00Z GET ${path} 200 3ms`.replace('T8', 'T08').replace('T9', 'T09'),
      );
    expect(kindOf(failed, ...served('/cart'))).to.equal(null);
    expect(kindOf(failed, ...served('/healthz'))).to.equal('connection-refused');
    expect(kindOf(failed, ...served('/cart'), failed.replace('07:', '11:'))).to.equal('connection-refused');
  });

  it('is marked as past where one line stands an hour before the end of its log', () => {
    const past = (...lines: string[]) => decisiveLine(lines)?.past;
    const old = '2031-06-09 06:48:01.100 UTC [58] FATAL:  password authentication failed for user "app"';
    const calm = '2031-06-09 09:45:31.412 UTC [58] LOG:  checkpoint complete: wrote 301 buffers';
    expect(past(old, calm)).to.equal(true);
    expect(past(old, old, old, calm)).to.equal(false);
    expect(past(calm, old.replace('06:48', '09:44'), calm)).to.equal(false);
  });
});
