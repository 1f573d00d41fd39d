import { expect } from 'chai';
import { effectOf } from '../../../../../src/workers/changes/change-effect.ts';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

/** What a change is known to do, the file, the diff, how it shows, and what does not come from it. */
const KINDS: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'one more or one less',
    'src/ring.rs',
    '-    let head = &ring[..n - 1];\n+    let head = &ring[..n];',
    'range end index 9 out of range for slice of length 8',
    'connection refused',
  ],
  [
    'one more or one less',
    'Iban.kt',
    '-  for (i in 0..size - 1) check(i)\n+  for (i in 0..size) check(i)',
    'java.lang.ArrayIndexOutOfBoundsException: Index 22',
    'certificate has expired',
  ],
  [
    'in another order',
    'lib/vault.ex',
    '-    move(from, to, qty)\n+    move(to, from, qty)',
    'balance must not be negative',
    'no such host',
  ],
  [
    'in another order',
    'Window.cs',
    '-    return _clock.Between(opens, closes);\n+    return _clock.Between(closes, opens);',
    'ArgumentOutOfRangeException: closes',
    'timeout',
  ],
  [
    'no longer waits for what it starts',
    'app/jobs.py',
    '-    await mailer.send(letter)\n+    mailer.send(letter)',
    "RuntimeWarning: coroutine 'Mailer.send' was never awaited",
    'disk full',
  ],
  [
    'no longer waits for what it starts',
    'src/seat.rs',
    '-    let seat = hold(id).await;\n+    let seat = hold(id);',
    'seat 7 not found',
    'no space left on device',
  ],
  [
    'takes back what it began',
    'repo.go',
    '-\tdefer tx.Rollback()\n \tif err := debit(tx); err != nil {\n \t\treturn err\n \t}',
    'current transaction is aborted, commands ignored until end of transaction block',
    'bad request',
  ],
  [
    'leaves a lock taken',
    'Gate.java',
    '     lock.lock();\n-    try {\n-      open();\n-    } finally {\n-      lock.unlock();\n-    }\n+    if (!open()) return;\n+    lock.unlock();',
    '212 threads blocked',
    'unknown field',
  ],
  [
    'keeps apart those who do it at once',
    'Desk.java',
    '-  private final Map<String, Desk> desks = new ConcurrentHashMap<>();\n+  private final Map<String, Desk> desks = new HashMap<>();',
    'java.util.ConcurrentModificationException',
    'heap space',
  ],
  [
    'keeps apart those who do it at once',
    'app/models/seat.rb',
    '-    seat.with_lock { seat.book!(guest) }\n+    seat.book!(guest)',
    'seat 9 was booked twice',
    'timeout',
  ],
  [
    'takes for granted',
    'src/address.ts',
    '-  return order?.address?.zip;\n+  return order.address.zip;',
    "Cannot read properties of undefined (reading 'zip')",
    'connection reset',
  ],
  [
    'takes for granted',
    'app/mail.py',
    '-    lang = guest.get("lang", "en")\n+    lang = guest["lang"]',
    "KeyError: 'lang'",
    'smtp timeout',
  ],
  [
    'takes for granted',
    'src/qty.rs',
    '-    let q: u32 = s.parse().map_err(Error::Quantity)?;\n+    let q: u32 = s.parse().unwrap();',
    'called `Result::unwrap()` on an `Err` value',
    'deadlock detected',
  ],
  [
    'branch of its own for what is not there',
    'lib/stay.ex',
    '-  def label(%Guest{room: nil}), do: "walk-in"\n-\n-  def label(%Guest{room: room}), do: room.name\n+  def label(%Guest{room: room}), do: String.upcase(room.name)',
    '** (KeyError) key :name not found in: nil',
    'connection reset',
  ],
  [
    'branch of its own for what is not there',
    'src/Label.scala',
    '-  case Some(room) => room.name\n-  case None => "walk-in"\n+  case Some(room) => room.name.toUpperCase',
    'scala.MatchError: None',
    'connection reset',
  ],
  [
    'tried again after every answer that is no success',
    'client/retry.py',
    '     retry=retry_if_result(\n-        lambda answer: answer.status_code >= 500\n+        lambda answer: not answer.ok\n     ),',
    'stock requests_per_sec',
    'disk full',
  ],
  [
    'tried again after every answer that is no success',
    'src/http.ts',
    '   shouldRetry: (response) =>\n-    response.status >= 500,\n+    !response.ok,',
    'attempt 4 of 4',
    'disk full',
  ],
  [
    'rounds or holds numbers',
    'Money.kt',
    '-  amount.setScale(2, RoundingMode.HALF_EVEN)\n+  amount.setScale(2)',
    'ArithmeticException: Rounding necessary',
    'forbidden',
  ],
  [
    'another encoding',
    'lib/rows.php',
    '-  $name = mb_convert_encoding($cell, "UTF-8", "ISO-8859-1");\n+  $name = mb_convert_encoding($cell, "UTF-8", "ASCII");',
    'Malformed UTF-8 characters',
    'no route to host',
  ],
  [
    'another time zone',
    'lib/cutoff.rb',
    '-    Time.zone.now.hour >= 18\n+    Time.now.utc.hour >= 18',
    'order 71 is too late for the day',
    'OOMKilled',
  ],
  [
    'asked whether it is well',
    'chart/deploy.yaml',
    ' readinessProbe:\n   tcpSocket:\n-    port: 9000\n+    port: 9100',
    'Readiness probe failed: connection refused',
    'invalid token',
  ],
  [
    'less memory',
    'infra/lambda.tf',
    '-  memory_size = 1024\n+  memory_size = 192',
    'Runtime exited with error: signal: killed',
    'access denied',
  ],
  [
    'less memory',
    'compose.yaml',
    '-      NODE_OPTIONS: --max-old-space-size=2048\n+      NODE_OPTIONS: --max-old-space-size=256',
    'JavaScript heap out of memory',
    'ECONNRESET',
  ],
  [
    'write to its files',
    'chart/values.yaml',
    '+    readOnlyRootFilesystem: true',
    'EROFS: read-only file system, open /tmp/a',
    'no such host',
  ],
  [
    'connections open between calls',
    'src/http.ts',
    '-  keepAlive: true,\n+  keepAlive: false,',
    'connect EADDRNOTAVAIL 10.0.0.7:443',
    'syntax error',
  ],
  [
    'passes over failures',
    'pay.go',
    '-\tr, err := gate.Charge(c)\n-\tif err != nil {\n-\t\treturn err\n-\t}\n+\tr, _ := gate.Charge(c)',
    'invalid memory address or nil pointer dereference',
    'too many open files',
  ],
  [
    'log line for each of many',
    'src/import.ts',
    '   for (const row of rows) {\n+    logger.info({ row }, "imported");\n     await save(row);',
    'write /var/log/app.log: no space left on device',
    'unknown column',
  ],
  [
    'asks once for each of many',
    'list.go',
    ' \tfor _, o := range orders {\n+\t\tlines, err := s.store.LinesOf(ctx, o.ID)\n \t\tout = append(out, o)',
    'db_queries_per_sec',
    'permission denied',
  ],
  [
    'loads related rows one by one',
    'app/graphql/types/post.rb',
    '-    dataloader.with(Sources::Author).load(object.author_id)\n+    Author.find(object.author_id)',
    'SELECT authors.* took 20 ms',
    'nil class',
  ],
  [
    'unbounded now',
    'src/trail.rs',
    '-    trail: VecDeque<Step>,\n-        if self.trail.len() > 500 { self.trail.pop_front(); }\n+    trail: Vec<Step>,',
    'memory allocation of 8589934592 bytes failed',
    'dns',
  ],
  [
    'no longer told',
    'PostingDto.java',
    '-  @JsonProperty("booked_on")\n   private LocalDate bookedOn;',
    'Unrecognized field "booked_on"',
    'unknown host',
  ],
  [
    'never closed',
    'lib/scan.rb',
    '-    File.open(path) { |file| scan(file) }\n+    scan(File.open(path))',
    'Too many open files',
    'divided by 0',
  ],
];

/** What looks similar and does no such harm. */
const HARMLESS: [string, string][] = [
  ['Report.cs', '-        return args.Outcome.Ok;\n+        return args.Result.Ok;'],
  ['loop.ts', '-  for (let i = 0; i < n; i++) go(i);\n+  for (let i = 0; i <= n - 1; i++) go(i);'],
  ['save.ts', '-  return await repo.save(order);\n+  return repo.save(order);'],
  ['both.kt', '-    merge(setOf(a, b))\n+    merge(setOf(b, a))'],
  ['fn.go', '-func move(from, to string) {\n+func move(to, from string) {\n-\tmove(a, b)\n+\tmove(b, a)'],
  ['csv.py', '-    open(path, encoding="utf-8")\n+    open(path, encoding="utf8")'],
  ['values.yaml', '-    memory: 1Gi\n+    memory: 950Mi'],
  ['route.yaml', '-    path: /orders\n+    path: /v2/orders'],
  ['pool.go', '-\tcfg.MaxConnIdleTime = 30 * time.Minute\n+\tcfg.MaxConnIdleTime = 5 * time.Minute'],
];

const harmsOf = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });
const effect = (file: string, detail: string, title = 'refactor: tidy') =>
  effectOf({ kind: 'commit', id: 'c0de', service: null, at: null, title, detail, files: [file] });

describe('the usual harms of changes', () => {
  for (const [why, file, diff, shows, not] of KINDS) {
    it(`tells that ${why} (${file})`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  it('are not found in what comes to the same', () => {
    for (const [file, diff] of HARMLESS)
      expect(
        harmsOf(file, diff).map(({ why }) => why),
        diff,
      ).to.deep.equal([]);
  });

  it('reads as another behaviour what decides the other way round, and not what leaves early or asks for nothing', () => {
    const turned: [string, string][] = [
      ['a.rb', '-    return unless guest.checked_in?\n+    return if guest.checked_in?'],
      ['b.ts', '-  if (flags.loyalty) price = reduced(price);\n+  if (!flags.loyalty) price = reduced(price);'],
      ['c.go', '-\treturn pass.ValidUntil.Before(now)\n+\treturn pass.ValidUntil.After(now)'],
      ['d.java', '-    return a.state().equals(b.state());\n+    return a.state() == b.state();'],
      ['e.py', '-    return any(seat.free for seat in seats)\n+    return all(seat.free for seat in seats)'],
    ];
    for (const [file, diff] of turned) expect(effect(file, diff).effect, diff).to.equal('behaviour');
    const same: [string, string][] = [
      [
        'f.ts',
        '-  if (guest.active) {\n-    greet(guest);\n-  }\n+  if (!guest.active) {\n+    return;\n+  }\n+  greet(guest);',
      ],
      ['g.ts', '-  if (guest != null) greet(guest);\n+  if (guest !== null) greet(guest);'],
    ];
    for (const [file, diff] of same) expect(effect(file, diff).effect, diff).to.equal('preserving');
  });

  it('knows the libraries of which a new version came, whatever the file writes', () => {
    const bumped: [string, string, string][] = [
      ['requirements.txt', '-marshmallow==2.21.0\n+marshmallow==3.5.1', 'marshmallow.exceptions.ValidationError'],
      [
        'pom.xml',
        '       <artifactId>liquibase-core</artifactId>\n-      <version>3.10.2</version>\n+      <version>4.1.0</version>',
        'at liquibase.integration.spring: checksum',
      ],
      [
        'App.csproj',
        '-    <PackageReference Include="Npgsql" Version="6.0.3" />\n+    <PackageReference Include="Npgsql" Version="7.0.1" />',
        'Npgsql.PostgresException',
      ],
    ];
    for (const [file, diff, said] of bumped) {
      const { consequences } = effect(file, diff, 'chore: bump');
      expect(
        consequences.some(({ shows }) => shows.test(said)),
        diff,
      ).to.equal(true);
      expect(consequences.some(({ shows }) => shows.test('connection refused'))).to.equal(false);
    }
    expect(effect('requirements.txt', '-flask==2.2.1\n+flask==2.2.5').effect).to.equal('preserving');
  });
});
