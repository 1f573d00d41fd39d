import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

const read = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });
const whys = (file: string, detail: string) =>
  read(file, detail)
    .map(({ why }) => why)
    .join('; ');
const shows = (file: string, detail: string, said: string) => read(file, detail).some((one) => one.shows.test(said));

describe('the harm that stands in the lines of a change', () => {
  it('finds what is opened and never closed, in several languages', () => {
    const leaks: [string, string][] = [
      ['orders/db.py', '-    rows = session.execute(Q)\n+    conn = pool.getconn()\n+    rows = conn.execute(Q)'],
      [
        'src/report.js',
        '-  const rows = await pool.query(Q);\n+  const client = await pool.connect();\n+  const rows = await client.query(Q);',
      ],
      [
        'Ledger.java',
        '-    return jdbc.queryForList(SQL);\n+    Connection c = ds.getConnection();\n+    return read(c.createStatement());',
      ],
      ['cmd/import.go', '-\tb, err := os.ReadFile(p)\n+\tf, err := os.Open(p)\n+\tsc := bufio.NewScanner(f)'],
      ['Export.cs', '-  var t = File.ReadAllText(p);\n+  var s = new FileStream(p, FileMode.Open);'],
    ];
    for (const [file, diff] of leaks) expect(whys(file, diff), file).to.include('never closed');
    expect(shows(...leaks[0]!, 'QueuePool limit of size 5 overflow 10 reached')).to.equal(true);
    expect(shows(...leaks[0]!, 'connect: connection refused')).to.equal(false);
    expect(shows(...leaks[0]!, 'psycopg2.pool.PoolError: connection pool exhausted')).to.equal(true);
    expect(shows(...leaks[3]!, 'open /data/x: too many open files')).to.equal(true);
  });

  it('finds what is closed at the end only, where some leave before', () => {
    const early: [string, string][] = [
      [
        'Store.kt',
        '-    ds.connection.use { c ->\n-        val box = c.freeBox() ?: return null\n-        return c.take(box)\n-    }\n+    val c = ds.connection\n+    val box = c.freeBox() ?: return null\n+    val taken = c.take(box)\n+    c.close()\n+    return taken',
      ],
      [
        'rates.py',
        '-    with pool.getconn() as conn:\n-        if not known(conn):\n-            raise Unknown()\n-        return rate(conn)\n+    conn = pool.getconn()\n+    if not known(conn):\n+        raise Unknown()\n+    found = rate(conn)\n+    pool.putconn(conn)\n+    return found',
      ],
    ];
    for (const [file, diff] of early) expect(whys(file, diff), file).to.include('never gives it back');
    const before: [string, string][] = [
      [
        'Papers.kt',
        '-    return client.execute(HttpGet(uri), handler)\n+    val response = client.executeOpen(host, HttpGet(uri), null)\n+    if (response.code == 404) return null\n+    return response.use { read(it.entity) }',
      ],
      [
        'papers.go',
        '+\tresp, err := client.Do(req)\n+\tif err != nil {\n+\t\treturn nil, err\n+\t}\n+\tif resp.StatusCode == 404 {\n+\t\treturn nil, nil\n+\t}\n+\tdefer resp.Body.Close()',
      ],
    ];
    for (const [file, diff] of before) expect(whys(file, diff), file).to.include('never closed then');
    const usual =
      '+\tresp, err := client.Do(req)\n+\tif err != nil {\n+\t\treturn nil, err\n+\t}\n+\tdefer resp.Body.Close()';
    expect(whys('papers.go', usual)).to.equal('');
    expect(shows(...early[0]!, 'HikariPool-1 - Connection is not available')).to.equal(true);
    const straight =
      '-    ds.connection.use { c -> c.take(box) }\n+    val c = ds.connection\n+    c.take(box)\n+    c.close()';
    expect(whys('Store.kt', straight)).not.to.include('never gives it back');
  });

  it('takes nothing for a leak that is given back, also around the changed lines', () => {
    const tidy: [string, string][] = [
      ['a.py', '+    with pool.getconn() as conn:\n+        conn.execute(Q)'],
      ['a.go', '+\tf, err := os.Open(p)\n+\tdefer f.Close()'],
      [
        'a.js',
        '+  const client = await pool.connect();\n   try {\n+    await client.query(Q);\n   } finally {\n     client.release();',
      ],
      ['A.kt', '+  dataSource.connection.use { c -> c.prepareStatement(Q) }'],
      ['A.java', '-  Connection c = ds.getConnection();\n+  Connection c = replica.getConnection();'],
    ];
    for (const [file, diff] of tidy) expect(whys(file, diff), diff).to.equal('');
  });

  it('finds regular expressions that can backtrack, where the language tries all ways', () => {
    const slow: [string, string][] = [
      ['mail.py', '-EMAIL = re.compile(r"^[^@]+@[^@]+$")\n+EMAIL = re.compile(r"^([a-zA-Z0-9]+)*@[a-z.]+$")'],
      ['Iban.java', '-  Pattern.compile("[A-Z0-9 ]+")\n+  Pattern.compile("([A-Z0-9]+\\\\s?)+$")'],
      ['waf/rules.conf', '+  SecRule ARGS "@rx (?:.*?)(?:.*=.*.*)" "deny"'],
      ['Street.java', '-  Pattern.compile("[A-Za-z ]+")\n+  Pattern.compile("^(\\\\p{Lu}?\\\\p{L}+[. ]?)*$")'],
      ['path.ts', '-const P = /^\\/[\\w/]+$/;\n+const P = /^(\\/?[\\w-]*)*$/;'],
    ];
    for (const [file, diff] of slow) expect(whys(file, diff), file).to.include('backtrack');
    expect(shows(...slow[0]!, 'worker timeout (pid:31)')).to.equal(true);
  });

  it('takes harmless patterns and sums for what they are', () => {
    const fast: [string, string][] = [
      ['mail.go', '+var email = regexp.MustCompile(`^([a-z0-9]+)*@[a-z.]+$`)'],
      ['host.ts', '+const HOST = /^[a-z0-9-]+(?:\\.[a-z0-9-]+)*$/;'],
      ['tags.ts', '+const TAGS = /^(\\p{L}+;)+$/u;'],
      ['csv.py', '+ROW = re.compile(r"^(\\d+,)+$")'],
      ['price.ts', '+const total = items.map((x) => (x.a + x[0]) * (x.b * 2));'],
      ['glob.py', '+    files = glob("[a-z]*/(data)*.csv")'],
    ];
    for (const [file, diff] of fast) expect(whys(file, diff), diff).to.equal('');
  });

  it('finds durations that lost their unit or got another one', () => {
    const lost: [string, string][] = [
      ['session.ts', '-  redis.set(key, value, "PX", ttl * 1000);\n+  redis.set(key, value, "PX", ttl);'],
      [
        'Client.java',
        '-  client.readTimeout(timeout, TimeUnit.SECONDS);\n+  client.readTimeout(timeout, TimeUnit.MILLISECONDS);',
      ],
      ['lease.py', '-    lease = timedelta(minutes=lease_for)\n+    lease = timedelta(seconds=lease_for)'],
      ['cfg.rs', '-    timeout: Duration::from_secs(cfg.timeout),\n+    timeout: Duration::from_millis(cfg.timeout),'],
      ['opt.go', '-\topts.Timeout = time.Duration(secs) * time.Second\n+\topts.Timeout = time.Duration(cfg.Timeout)'],
    ];
    for (const [file, diff] of lost)
      expect(whys(file, diff), file).to.match(/duration (?:without its|in another) unit/);
    const kept = '-\topts.Timeout = time.Duration(secs) * time.Second\n+\topts.Timeout = cfg.Timeout.Std()';
    expect(whys('opt.go', kept)).to.equal('');
  });

  it('finds labels of metrics whose values never end, and no others', () => {
    const endless: [string, string][] = [
      ['m.py', ' REQS = Counter("reqs", "Requests",\n-    ["route"])\n+    ["route", "user_id"])'],
      ['m.ts', '-  httpSeconds.labels(route).observe(s);\n+  httpSeconds.labels(route, req.url).observe(s);'],
      [
        'M.java',
        '-  registry.counter("orders", "shop", shop).increment();\n+  registry.counter("orders", Tags.of("shop", shop, "orderId", id)).increment();',
      ],
      ['m.go', '-\thits.WithLabelValues(kind).Inc()\n+\thits.WithLabelValues(kind, r.SessionID).Inc()'],
    ];
    for (const [file, diff] of endless) expect(whys(file, diff), file).to.include('values never end');
    expect(shows(...endless[0]!, 'per-user series limit of 150000 exceeded')).to.equal(true);
    const few = '-\thits.WithLabelValues(kind).Inc()\n+\thits.WithLabelValues(kind, region).Inc()';
    expect(whys('m.go', few)).to.equal('');
    const noMetric = '-  log(route)\n+  log(route, userId)';
    expect(whys('m.ts', noMetric)).to.equal('');
  });

  it('finds indexes that go away, and not those that are made anew', () => {
    const drops: [string, string][] = [
      ['db/migrate/7_x.rb', '+    remove_index :shipments, name: "index_shipments_on_carrier"'],
      ['V12__tidy.sql', '+DROP INDEX CONCURRENTLY idx_orders_buyer;'],
      ['versions/ab.py', "+    op.drop_index('ix_visits_day', table_name='visits')"],
      ['Order.java', '-  @Index(name = "idx_order_state", columnList = "state")'],
    ];
    for (const [file, diff] of drops) expect(whys(file, diff), file).to.match(/^it drops an index \(\w+\)/);
    expect(whys('V13.sql', '+DROP INDEX idx_a;\n+CREATE INDEX CONCURRENTLY idx_a ON orders (buyer, day);')).to.equal(
      '',
    );
  });

  it('finds rules of the network that let less through, by the ports that they still name', () => {
    const policy =
      ' kind: NetworkPolicy\n   egress:\n     - to:\n         - podSelector: {}\n+      ports:\n+        - port: 443\n+        - port: 9092';
    expect(whys('policies/pay.yaml', policy)).to.include('ports 443, 9092');
    expect(shows('policies/pay.yaml', policy, 'dial tcp 10.1.2.3:5432: i/o timeout')).to.equal(true);
    expect(shows('policies/pay.yaml', policy, 'connect ETIMEDOUT 10.1.2.3:5432')).to.equal(true);
    expect(shows('policies/pay.yaml', policy, 'dial tcp 10.1.2.3:9092: i/o timeout')).to.equal(false);
    const group =
      ' resource "aws_security_group" "db" {\n-  ingress {\n-    from_port = 3306\n-    cidr_blocks = ["10.0.0.0/8"]\n-  }';
    expect(shows('infra/db.tf', group, 'Communications link failure: connect timed out')).to.equal(true);
    const opens =
      ' kind: NetworkPolicy\n egress:\n   - to:\n       - podSelector: {}\n     ports:\n+      - port: 6379';
    expect(whys('policies/pay.yaml', opens)).to.equal('');
  });
});
