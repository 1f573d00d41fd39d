import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

/** What a change is known to do, the file, the diff, how it shows, and what does not come from it. */
const KINDS: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'waits in place',
    'app/rates.py',
    '-        async with session.get(url) as r:\n-            return await r.json()\n+        return requests.get(url).json()',
    'health check timed out',
    'invalid currency',
  ],
  ['no longer limits', 'fan.go', '-\tg.SetLimit(16)\n for _, s := range shelves {', 'too many open files', 'nil map'],
  [
    'all at once',
    'src/sync.ts',
    '-  for (const one of all) await push(one);\n+  await Promise.all(all.map(push));',
    '429 Too Many Requests',
    'schema mismatch',
  ],
  [
    'whole into memory',
    'report.ts',
    '-  for await (const page of pages(r)) res.write(page);\n+  res.end(Buffer.concat(await collect(pages(r))));',
    'JavaScript heap out of memory',
    'ENOTFOUND mail',
  ],
  [
    'one by one',
    'views.py',
    '-    qs = Entry.objects.select_related("account")\n+    qs = Entry.objects.all()',
    'slow query (3100 ms)',
    'csrf token missing',
  ],
  [
    'no index answers',
    'q.ts',
    '-  "select * from m where email = $1"\n+  "select * from m where lower(email) = lower($1)"',
    'statement took 2200 ms',
    'bad request',
  ],
  [
    'makes a client for each call',
    'seats/db.py',
    '-@lru_cache(maxsize=1)\n-def engine():\n-    return create_engine(DSN, pool_size=8)\n+def engine(role="rw"):\n+    return create_engine(dsn_for(role), pool_size=8)',
    'FATAL: sorry, too many clients already',
    'certificate has expired',
  ],
  [
    'unbounded now',
    'relay/dedup.rs',
    '-    seen: LruCache<Id, ()>,\n-        Self { seen: LruCache::new(cap) }\n+    seen: HashSet<Id>,\n+        Self { seen: HashSet::new() }',
    'OOMKilled, exit code 137',
    'certificate has expired',
  ],
  [
    'drops an index',
    'src/ClinicContext.cs',
    '-            a.HasIndex(x => new { x.RoomId, x.StartsAt });\n+            a.HasIndex(x => x.GuestId);\n+        migrationBuilder.DropIndex(\n+            name: "IX_Stays_RoomId_StartsAt");\n+        migrationBuilder.CreateIndex(\n+            name: "IX_Stays_GuestId",\n+            column: "GuestId");',
    'LOG: duration: 4200 ms statement: SELECT * FROM stays',
    'certificate has expired',
  ],
  [
    'no index answers: "q.whereRaw(',
    'src/visits.ts',
    "-  q.where('seen_at', '>=', from).andWhere('seen_at', '<', to);\n+  q.whereRaw('DATE(seen_at) = ?', [day]);",
    'execute <unnamed>: select * from visits took 4200 ms',
    'bad request',
  ],
  [
    'no index answers: "Visit.objects.filter(seen_at__date=day)"',
    'visits/models.py',
    '-    Visit.objects.filter(seen_at__gte=start, seen_at__lt=end)\n+    Visit.objects.filter(seen_at__date=day)',
    'statement took 4200 ms',
    'bad request',
  ],
  [
    'client for each call',
    'http.ts',
    '-const agent = new https.Agent({ keepAlive: true });\n+export const call = (url) => fetch(url, { agent: new https.Agent() });',
    'connect EADDRNOTAVAIL 10.2.3.4:443',
    'certificate has expired',
  ],
  [
    'nobody waits for',
    'h.go',
    '-\tres, err := price(ctx, b)\n+\tres, err := price(context.Background(), b)',
    'context deadline exceeded',
    'unknown sku',
  ],
  ['costlier', 'auth.ts', '-const ROUNDS = 10;\n+const ROUNDS = 14;', 'login took 4200 ms', 'unknown user'],
  [
    'no longer expires',
    'cart.py',
    '-    r.set(key, value, ex=3600)\n+    r.set(key, value)',
    "OOM command not allowed when used memory > 'maxmemory'",
    'invalid json',
  ],
  [
    'smaller type',
    'Posting.java',
    '-  long id = row.getLong("id");\n+  int id = Math.toIntExact(row.getLong("id"));',
    'java.lang.ArithmeticException: integer overflow',
    'connection reset',
  ],
  [
    'number on the wire',
    'order.proto',
    '-  string sku = 3;\n+  string sku = 4;',
    'cannot parse invalid wire-format data',
    'tls',
  ],
  ['less CPU', 'values.yaml', '-      cpu: "2"\n+      cpu: 250m', 'request took 3000 ms', 'no such host'],
  [
    'between two polls',
    'consumer.yaml',
    '-  max.poll.records: 50\n+  max.poll.records: 5000',
    'group rebalancing',
    'denied',
  ],
  [
    'waits for the disk',
    'redis.conf',
    '-appendfsync everysec\n+appendfsync always',
    'fsync is taking too long',
    'NOAUTH',
  ],
  [
    'writes anew on what one may',
    'terraform/queues.tf',
    '-  policy = file("policies/worker.json")\n+data "aws_iam_policy_document" "worker" {\n+    actions   = ["sqs:ReceiveMessage"]\n+    resources = [aws_sqs_queue.other.arn]\n+}\n-{ "Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-north-1:1:jobs" }',
    'User is not authorized to perform: sqs:ReceiveMessage',
    'timeout',
  ],
  [
    'right to s3:GetObject',
    'iam/stock.tf',
    '-    actions = ["s3:GetObject", "s3:ListBucket"]\n+    actions = ["s3:ListBucket"]',
    'AccessDenied: not authorized to perform: s3:GetObject',
    'timeout',
  ],
  [
    'gives the column sku another type',
    'migrations/21.sql',
    '+ALTER TABLE items MODIFY COLUMN sku VARCHAR(40) NOT NULL;',
    'rows_examined=811204',
    'certificate has expired',
  ],
  [
    'drops the column memo',
    'migrations/20.sql',
    '+ALTER TABLE entries DROP COLUMN memo;',
    'column "memo" does not exist',
    'memo of the day sent',
  ],
  [
    'requires a value of the column branch',
    'migrations/42.sql',
    '+ALTER TABLE entries ADD COLUMN branch text NOT NULL;',
    'null value in column "branch" violates not-null constraint',
    'branch main deployed',
  ],
  [
    'locks a table',
    'migrations/43.sql',
    '+CREATE INDEX entries_memo_idx ON entries (memo);',
    'canceling statement due to lock timeout',
    'no route to host',
  ],
];

/** What looks similar and does no such harm. */
const HARMLESS: [string, string][] = [
  [
    'two.ts',
    '-  const a = await one();\n-  const b = await two();\n+  const [a, b] = await Promise.all([one(), two()]);',
  ],
  ['list.js', '-  if (!names.includes(name)) return;\n+  if (!known(name)) return;'],
  ['values.yaml', '-      cpu: 500m\n+      cpu: 450m'],
  ['m.sql', '+CREATE INDEX CONCURRENTLY a_b ON a (b);'],
  ['ship.ts', '-const SHIPPING_COST = 5;\n+const SHIPPING_COST = 6;'],
  ['m2.sql', '+ALTER TABLE entries ADD COLUMN branch text;'],
  [
    'Repo.java',
    '-  private final HttpClient client = new HttpClient(4);\n+  private final HttpClient client = new HttpClient(8);',
  ],
];

const harmsOf = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });

describe('kinds of harm that lines show', () => {
  for (const [why, file, diff, shows, not] of KINDS) {
    it(`tells that it ${why}`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  it('finds none in what looks similar', () => {
    for (const [file, diff] of HARMLESS) expect(harmsOf(file, diff), diff).to.deep.equal([]);
  });
});
