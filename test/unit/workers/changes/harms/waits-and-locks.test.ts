import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

const harmsOf = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });
const lines = (...all: string[]): string => all.join('\n');

const BLOCKS = 'blocking (synchronous) call';
const LOCKS = 'in no common order';

/** What a change is known to do, what it is written in, the file, and the diff. */
const KINDS: [why: string, name: string, file: string, diff: string][] = [
  [
    BLOCKS,
    'a client of Python that knows no loop',
    'tides.py',
    lines(
      '-client = aioredis.from_url(URL)',
      '+store = redis.Redis(host=HOST)',
      ' async def tide(port: str) -> bytes:',
      '-    return await client.get(port)',
      '+    return store.get(port)',
    ),
  ],
  [
    BLOCKS,
    'the disk read by a handler of Node',
    'pages.ts',
    '-app.get("/", async (_, res) => res.send(await readFile(PAGE)));\n+app.get("/", (_, res) => res.send(readFileSync(PAGE)));',
  ],
  [
    BLOCKS,
    'JDBC in what may be suspended',
    'Seats.kt',
    ' suspend fun seat(id: Long): Seat? {\n-    return seats.findById(id).awaitFirstOrNull()\n+    return jdbcTemplate.queryForObject(ONE, mapper, id)',
  ],
  [
    BLOCKS,
    'a sleep in Rust',
    'src/poll.rs',
    ' async fn poll(&self) -> Result<()> {\n-    tokio::time::sleep(PAUSE).await;\n+    std::thread::sleep(PAUSE);',
  ],
  [
    LOCKS,
    'rows in the order of the request',
    'stock.py',
    lines(
      ' def reserve(items):',
      '-    for item in sorted(items, key=lambda one: one.sku):',
      '+    for item in items:',
      '         row = Stock.objects.select_for_update().get(sku=item.sku)',
    ),
  ],
  [
    LOCKS,
    'two accounts, the lower one first',
    'Transfers.java',
    lines(
      '-    Account first = from.id() < to.id() ? from : to;',
      '-    Account second = first == from ? to : from;',
      '-    first.lock();',
      '-    second.lock();',
      '+    from.lock();',
      '+    to.lock();',
    ),
  ],
  [
    LOCKS,
    'a set that is sorted by itself',
    'Berths.kt',
    '-    val ids = TreeSet(request.berths)\n+    val ids = HashSet(request.berths)\n     ids.forEach { repository.lockById(it) }',
  ],
  [
    LOCKS,
    'two locks the other way round',
    'ledger.go',
    lines(
      ' func (l *Ledger) Close() {',
      '-\tl.books.Lock()',
      ' \tl.pages.Lock()',
      '+\tl.books.Lock()',
      ' \tdefer l.pages.Unlock()',
      ' \tdefer l.books.Unlock()',
    ),
  ],
];

/** How each kind shows, and what does not come from it. */
const SHOWS: Record<string, [shows: string, not: string]> = {
  [BLOCKS]: ['event_loop_lag_seconds', 'unknown column'],
  [LOCKS]: ['Deadlock found when trying to get lock', 'no such host'],
};

/** What looks similar and does no such harm. */
const HARMLESS: [name: string, file: string, diff: string][] = [
  [
    'what waits in place where nothing is asynchronous',
    'tides.py',
    '-async def tide(port):\n-    return await client.get(port)\n+def tide(port):\n+    return requests.get(port)',
  ],
  [
    'what is handed over to another thread',
    'tides.py',
    ' async def tide(port):\n-    return await client.get(port)\n+    return await to_thread(lambda: requests.get(port))',
  ],
  [
    'an order of what is shown',
    'list.py',
    '-    for name in sorted(names):\n+    for name in names:\n         show(name)',
  ],
  [
    'an order that another one replaces',
    'stock.py',
    '-    for id in sorted(ids):\n+    for id in sorted(set(ids)):\n         lock_row(id)',
  ],
  [
    'locks that are not held together',
    'ledger.go',
    '-\tl.books.Lock()\n-\tl.books.Unlock()\n \tl.pages.Lock()\n \tl.pages.Unlock()\n+\tl.books.Lock()\n+\tl.books.Unlock()',
  ],
];

describe('who waits for whom', () => {
  for (const [why, name, file, diff] of KINDS) {
    it(`changes: ${name}`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      const [shows, not] = SHOWS[why]!;
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  for (const [name, file, diff] of HARMLESS) {
    it(`stays as it was: ${name}`, () => {
      const found = harmsOf(file, diff).filter((one) => Object.keys(SHOWS).some((why) => one.why.includes(why)));
      expect(found, diff).to.deep.equal([]);
    });
  }
});
