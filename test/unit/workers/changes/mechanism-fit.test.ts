import { expect } from 'chai';
import { suspectedCommit } from '../../../../scripts/eval/stress/suspected-commit.ts';
import { evidenceOfChange } from '../../../../src/workers/changes/change-fit.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import { type Commit, type Incident, incident } from '../../../fixtures/rca/change-incident.ts';

const commit = (id: string, title: string, file: string, diff: string, service = 'tickets'): Commit => ({
  id,
  title,
  files: [file],
  diff,
  deployed: [service, 16],
});

const PATTERN = commit(
  'ba5e',
  'fix: seat labels with a dash',
  'tickets/label.rb',
  '-LABEL = /\\A[A-Z]\\d+\\z/\n+LABEL = /\\A([A-Z]+-?\\d*)+\\z/',
);
const UNINDEXED = commit(
  '1dea',
  'chore: drop what the planner does not use',
  'tickets/db/migrate/20_tidy.rb',
  '+    remove_index :seat_holds, name: "index_seat_holds_on_show"',
);
const CACHE = commit(
  'cac4',
  'fix: seats change often',
  'tickets/cache.yaml',
  '-seat_cache_ttl_seconds: 600\n+seat_cache_ttl_seconds: 6',
);

const blamed = (about: Partial<Incident> & Pick<Incident, 'metric' | 'complaints'>, one: Commit) =>
  suspectedCommit(incident({ service: 'tickets', commits: [one], ...about })) === one.id;

describe('how the mechanism of a change fits', () => {
  const slow = { service: 'tickets', body: 'answered visit % after 8000 ms' };
  const metric = 'http_server_duration_p99_ms';

  it('by what anything can show where nothing else is told, and not where troubles are called by another name', () => {
    expect(blamed({ metric, complaints: [slow] }, PATTERN)).to.equal(true);
    const others = [
      'java.lang.OutOfMemoryError: Metaspace, show %',
      'ERROR: deadlock detected, process %',
      'rpc error: code = PermissionDenied desc = permission denied on project %',
      'cannot get Jedis: no such host redis-%',
    ];
    for (const body of others)
      expect(blamed({ metric, complaints: [slow, { service: 'tickets', body }] }, PATTERN), body).to.equal(false);
  });

  it('by the statements that are told, where it is about statements', () => {
    const said = (sql: string) => [slow, { service: 'tickets', body: `slow query 4100 ms: ${sql}` }];
    expect(blamed({ metric, complaints: said('SELECT * FROM seat_holds WHERE show_id = %') }, UNINDEXED)).to.equal(
      true,
    );
    expect(blamed({ metric, complaints: said('SELECT * FROM "SeatHold" WHERE show = %') }, UNINDEXED)).to.equal(true);
    expect(blamed({ metric, complaints: said('SELECT * FROM invoices WHERE id = %') }, UNINDEXED)).to.equal(false);
  });

  it('by statements that take long, whatever else is told that follows from them', () => {
    const complaints = [
      { service: 'tickets', body: 'LOG:  duration: 4100.% ms  execute: select * from seat_holds where show_id = $1' },
      { service: 'tickets', body: 'Timeout acquiring a connection. The pool is probably full, request %' },
    ];
    expect(blamed({ metric, complaints }, UNINDEXED)).to.equal(true);
  });

  it('less by the names of a statement that takes long, which whatever uses its table has', () => {
    const fewer = commit(
      'fe3e',
      'HOLD-7: load what is shown',
      'tickets/holds.py',
      '-    return SeatHold.objects.filter(show_id=show)\n+    return SeatHold.objects.filter(show_id=show).only("seat")',
    );
    const body = 'LOG:  duration: 4100.% ms  execute: select "seat" from "seat_holds" where "show_id" = $1';
    const told = incident({
      service: 'tickets',
      metric,
      complaints: [{ service: 'tickets', body }],
      commits: [UNINDEXED, fewer],
    });
    expect(suspectedCommit(told)).to.equal(UNINDEXED.id);
  });

  it('cites where the metric was seen by which it shows', () => {
    const jumps = [{ service: 'tickets', metric: 'seat_cache_hit_ratio', from: 0.97, to: 0.08 }];
    const key = commit(
      'f00d',
      'seats: key of the cache',
      'tickets/key.go',
      '-func Key(show string) string {\n-\treturn fmt.Sprintf("seat:%s", show)\n+func Key(r *http.Request) string {\n+\treturn "seat:" + r.URL.RequestURI()',
    );
    const told = incident({ service: 'tickets', metric, complaints: [slow], jumps, commits: [key] });
    const { culprit } = suspectChange(told)!;
    expect(culprit?.mechanism.why).to.include('seat_cache_hit_ratio');
    const seen = told.evidence.find(({ query }) => query.metric === 'seat_cache_hit_ratio')!.number;
    expect(evidenceOfChange(culprit!)).to.include(seen);
  });

  it('not by added code that only speaks of the same things', () => {
    const parser = commit(
      '9a25',
      'tickets: seat labels have a parser of their own',
      'tickets/seat_label_parser.rb',
      '-      label.parts\n+      SeatLabelParser.parts(label) do |row|\n+        place(row)\n+      end\n+      zone(label)',
    );
    const body = 'SeatLabelParser: row of seat label % has no place, zone unknown';
    expect(blamed({ metric: 'labels_rejected_total', complaints: [{ service: 'tickets', body }] }, parser)).to.equal(
      false,
    );
  });

  it('not by a load that fell, nor by requests that others send', () => {
    const jumps = [{ service: 'tickets', metric: 'memory_working_set_mib', from: 900, to: 200 }];
    const keeps = commit(
      '6eeb',
      'perf: remember labels',
      'tickets/labels.py',
      '+LABELS = {}\n+    LABELS[show.id] = label(show)',
    );
    const complaints = [{ service: 'tickets', body: 'sold out: event %' }];
    expect(blamed({ metric: 'sold_out_total', complaints, jumps }, keeps)).to.equal(false);
    expect(blamed({ metric: 'sold_out_total', complaints, jumps: [{ ...jumps[0]!, to: 3000 }] }, keeps)).to.equal(true);
    const rush = [
      { service: 'tickets', metric: 'requests_per_sec', from: 50, to: 95 },
      { service: 'tickets', metric: 'cpu_utilization', from: 0.3, to: 0.55 },
    ];
    expect(blamed({ metric: 'sold_out_total', complaints, jumps: rush }, PATTERN)).to.equal(false);
    expect(blamed({ metric: 'sold_out_total', complaints, jumps: rush.slice(1) }, PATTERN)).to.equal(true);
  });

  it('not by the name of a service, nor by the words that stand in every text', () => {
    const culture = commit(
      'de1a',
      'fix: prices from partners',
      'price-api/Read.cs',
      '-  var p = decimal.Parse(cell, CultureInfo.InvariantCulture);\n+  var p = decimal.Parse(cell);',
      'price-api',
    );
    const about = { service: 'price-api', metric: 'http_5xx_ratio' };
    const lost = [{ service: 'price-api', body: 'price-api lost its leader, term %' }];
    expect(blamed({ ...about, complaints: lost }, culture)).to.equal(false);
    const wrong = [{ service: 'price-api', body: "'1,5' is not a valid number, row %" }];
    expect(blamed({ ...about, complaints: wrong }, culture)).to.equal(true);
    const after = commit(
      'af7e',
      'feat: greet after sign-up',
      'tickets/mail.rb',
      '-  greet(user)\n+  greet(user, after: 2)',
    );
    const ended = [{ service: 'tickets', body: 'saga % ended after 3 steps' }];
    expect(blamed({ metric: 'sagas_ended', complaints: ended }, after)).to.equal(false);
  });

  it('not where a certificate has expired, or what may be done beyond a baseline is used up', () => {
    const cold = [{ service: 'tickets', body: 'seat cache miss, asking the database, show %' }];
    expect(blamed({ metric, complaints: cold }, CACHE)).to.equal(true);
    const operational = [
      'sun.security.validator.ValidatorException: java.security.cert.CertificateExpiredException: NotAfter: %',
      'vol-% has its I/O credits depleted, capped to baseline',
    ];
    for (const body of operational)
      expect(blamed({ metric, complaints: [...cold, { service: 'tickets', body }] }, CACHE), body).to.equal(false);
  });

  it('tells a pool that was made small by the lines around its size', () => {
    const small = commit(
      '9001',
      'chore: same settings everywhere',
      'deploy/tickets.toml',
      ' [hikari]\n pool:\n-  maximum = 30\n+  maximum = 6\n   idle = 2',
    );
    const waits = [{ service: 'tickets', body: 'timed out waiting for a free connection, show %' }];
    expect(blamed({ metric, complaints: waits }, small)).to.equal(true);
    const refused = [{ service: 'tickets', body: 'invalid token of kiosk %' }];
    expect(blamed({ metric: 'http_401_ratio', complaints: refused }, small)).to.equal(false);
  });

  it('by the disk that it fills, which else needs no change to be full', () => {
    const logs = commit(
      '1099',
      'chore: help support',
      'tickets/import.kt',
      '   for (seat in seats) {\n+    log.info("seat {}", seat)\n     store(seat)',
    );
    const full = [{ service: 'tickets', body: 'write /var/log/tickets.log: no space left on device, line %' }];
    expect(blamed({ metric: 'disk_used_ratio', complaints: full }, logs)).to.equal(true);
    expect(blamed({ metric: 'disk_used_ratio', complaints: full }, CACHE)).to.equal(false);
  });

  it('not by words in which its service spoke before the trouble, nor by one word alone', () => {
    const outbox = commit(
      '0b0c',
      'feat: postcards in the green tray',
      'tickets/outbox.py',
      '-    outbox.put(postcard, tray="blue")\n+    outbox.put(postcard, tray="green")',
    );
    const busy = [{ service: 'tickets', body: 'printer asks to come back later, job %' }];
    const counted = [
      { service: 'tickets', metric: 'postcard_outbox_depth', from: 40, to: 9000 },
      { service: 'tickets', metric: 'tray_prints_per_min', from: 2, to: 70 },
    ];
    expect(blamed({ metric: 'print_wait_seconds', complaints: busy, jumps: counted }, outbox)).to.equal(false);
    const unheard = [{ service: 'tickets', body: 'postcard % dropped: no such tray in the outbox' }];
    expect(blamed({ metric: 'undelivered', complaints: unheard }, outbox)).to.equal(true);
    const gilding = commit('91d0', 'feat: gilding', 'tickets/gild.go', '+\tgild(frame, leaf)');
    const single = [{ service: 'tickets', body: 'leaf % fell off' }];
    expect(blamed({ metric: 'fallen', complaints: single }, gilding)).to.equal(false);
  });

  it('by the room that it takes, which more requests than usual would have found', () => {
    const narrow = commit(
      'a220',
      'chore: the defaults of new services',
      'charts/tickets/values.yaml',
      ' connectionPool:\n   tcp:\n-    maxConnections: 400\n+    maxConnections: 10',
    );
    const complaints = [{ service: 'tickets', body: '503 UO upstream_reset{overflow} visit %' }];
    const about = { metric: 'http_5xx_ratio', complaints };
    const rush = [{ service: 'tickets', metric: 'requests_per_sec', from: 50, to: 160 }];
    expect(blamed({ ...about, jumps: rush }, narrow)).to.equal(true);
    expect(blamed({ ...about, jumps: rush }, CACHE)).to.equal(false);
  });

  it('by rows that are read by the statements of a store', () => {
    const complaints = [{ service: 'tickets', body: 'visit % waited 9000 ms' }];
    const jumps = [{ service: 'tickets', metric: 'tuples_read_per_sec', from: 900, to: 4_000_000 }];
    const concurrently = commit(
      '1dec',
      'chore: housekeeping',
      'tickets/db/migrate/21_tidy.rb',
      '+    remove_index :seat_holds, :gate, algorithm: :concurrently',
    );
    expect(blamed({ metric, complaints, jumps }, concurrently)).to.equal(true);
    const tokens = [{ service: 'tickets', body: '401 invalid token of kiosk %' }];
    expect(blamed({ metric: 'http_401_ratio', complaints: tokens }, concurrently)).to.equal(false);
  });
});
