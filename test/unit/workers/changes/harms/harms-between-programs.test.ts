import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

/** What a change is known to do, the file, the diff, how it shows, and what does not come from it. */
const KINDS: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'done before they are',
    'worker.rb',
    '   def work(message)\n+    channel.ack(message.tag)\n     ship(message)\n-    channel.ack(message.tag)',
    'parcel 7 was never sent',
    'no such host',
  ],
  [
    'done before they are',
    'app.yml',
    '-  enable-auto-commit: false\n+  enable-auto-commit: true',
    'message 12 lost',
    'certificate has expired',
  ],
  [
    'from elsewhere',
    'consumer.toml',
    '-group_id = "ledger"\n+group_id = "ledger-v2"',
    'payment 9 was already processed',
    'permission denied',
  ],
  [
    'keeps them in order',
    'Emit.kt',
    '-    producer.send(ProducerRecord(TOPIC, seat.id, event))\n+    producer.send(ProducerRecord(TOPIC, event))',
    'event of seat 4 out of order',
    'too many open files',
  ],
  [
    'once only',
    'pay.py',
    '-    gate.charge(order, idempotency_key=order.id)\n+    gate.charge(order)',
    'guest charged twice',
    'Unknown column',
  ],
  [
    'other origins',
    'app.js',
    '-  origin: /\\.shop\\.example$/,\n+  origin: "https://shop.example",',
    'CORS: origin https://fr.shop.example not allowed',
    'heap out of memory',
  ],
  [
    'tokens by other rules',
    'Auth.java',
    '-    .withAudience("seats")\n+    .withAudience("seat-api")',
    "The Token doesn't have the required audience",
    'deadlock detected',
  ],
  [
    'smaller requests',
    'site.conf',
    '-  client_max_body_size 50m;\n+  client_max_body_size 1m;',
    'client intended to send too large body: 2097152 bytes',
    'no live upstreams',
  ],
  [
    'other values than before',
    'app/models/phone.rb',
    '-  FORMAT = /\\A[\\d ]+\\z/\n+  FORMAT = /\\A\\d+\\z/',
    'Validation failed: Phone is invalid',
    'connection refused',
  ],
  [
    'with no timeout, so without a limit of time',
    'rates.go',
    '-\tclient := &http.Client{Timeout: 3 * time.Second}\n+\tclient := &http.Client{}',
    '48112 goroutines',
    'relation does not exist',
  ],
  [
    'left to others for later',
    'app/controllers/guests.rb',
    '-    LetterMailer.hello(guest).deliver_later\n+    LetterMailer.hello(guest).deliver_now',
    'POST /guests took 7100 ms',
    'nil class',
  ],
  [
    'pass through one hand',
    'lib/seats.ex',
    '-    :ets.lookup(:seats, id)\n+    GenServer.call(Seats, {:get, id})',
    '** (EXIT) exited in: GenServer.call(Seats, {:get, 7}, 5000) time out',
    'no such table',
  ],
  [
    'fewer hands',
    'hpa.yaml',
    '-  maxReplicas: 24\n+  maxReplicas: 4',
    'request dropped, too many in flight',
    'forbidden',
  ],
  [
    'in no order',
    'lib/jobs.ts',
    '-  "select id from jobs where state = $1 order by id for update"\n+  "select id from jobs where state = $1 for update"',
    'deadlock detected',
    'no space left on device',
  ],
  [
    'joins other rows',
    'report.sql',
    '-LEFT JOIN rebates r ON r.order_id = o.id\n+JOIN rebates r ON r.order_id = o.id',
    'order 7 is missing in the report',
    'connection reset',
  ],
  [
    'reads the same row again and again',
    'walk.py',
    '   """SELECT id, scan FROM sheets\n-     WHERE shelf = %s AND id > %s\n+     WHERE shelf = %s AND id >= %s\n      ORDER BY id LIMIT 200"""',
    'sheets_per_sec: engine answered 429',
    'certificate has expired',
  ],
  [
    'is done too early',
    'src/seats.ts',
    '   try {\n-    return await this.book(seat);\n+    return this.book(seat);\n   } finally {\n     await client.release();\n   }',
    'client was closed and is not queryable: connection is closed',
    'no such host',
  ],
  [
    'no longer tells the type of a parameter',
    'Seats.java',
    '-  ps.setObject(1, code, Types.VARCHAR);\n+  ps.setObject(1, code);\n   var sql = "SELECT id FROM seats WHERE code = ?";',
    'plan: Index Scan, CONVERT_IMPLICIT(nvarchar, code)',
    'unknown seat',
  ],
  [
    'security group (egress) lets fewer connections through: all ports 8000 to 8100 were open before',
    'infra/press.tf',
    ' resource "aws_security_group_rule" "press_egress" {\n-  from_port = 8000\n-  to_port   = 8100\n+  from_port = 8000\n+  to_port   = 8000\n }',
    'connect to 10.1.2.3:8090 timed out',
    'invalid seat',
  ],
  [
    'threads of its own',
    'views.py',
    '-    await asyncio.to_thread(resize, image)\n+    resize(image)',
    'event loop blocked for 900 ms',
    'no such host',
  ],
  [
    'left out before',
    'Invoices.cs',
    '-    q.Where(i => i.Open && i.Tenant == tenant)\n-     .Where(i => i.Due < now)\n+    q.Where(i => i.Tenant == tenant)',
    'invoice 7 reminded although it is paid',
    'no such host',
  ],
];

/** What looks similar and does no such harm. */
const HARMLESS: [string, string][] = [
  ['csv.ts', '+  return rows.map((row) => row.join(";"));'],
  ['ack.py', '     ship(message)\n-    channel.basic_ack(tag)\n+    channel.basic_ack(tag, multiple=False)'],
  ['seats.ts', '-    return await this.book(seat);\n+    return this.book(seat).then(lock);'],
  [
    'Seats.kt',
    '-    fun seat(row: Row) = Seat(row)\n+    fun seat(row: Row) = read(row)\n+\n+    private fun read(row: Row) = Seat(row)',
  ],
  ['hpa.yaml', '-  maxReplicas: 24\n+  maxReplicas: 30'],
  ['rates.py', '-    r = requests.get(url, timeout=3)\n+    r = requests.get(url, timeout=LIMIT)'],
];

const harmsOf = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });

describe('harms between programs', () => {
  for (const [why, file, diff, shows, not] of KINDS) {
    it(`tells that ${why} (${file})`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  it('are told with the line that decides', () => {
    const lines = harmsOf(
      'views.py',
      '-    await asyncio.to_thread(resize, image)\n-    tidy()\n+    resize(image)\n+    tidy()',
    );
    expect(lines[0]!.line).to.equal(', without "await asyncio.to_thread(resize, image)"');
  });

  it('are not found in what looks similar', () => {
    for (const [file, diff] of HARMLESS)
      expect(
        harmsOf(file, diff).map(({ why }) => why),
        diff,
      ).to.deep.equal([]);
  });
});
