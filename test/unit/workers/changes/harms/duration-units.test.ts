import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { durationUnits } from '../../../../../src/workers/changes/harms/duration-units.ts';

const read = (file: string, lines: string[]) => {
  const detail = lines.join('\n');
  return durationUnits({ ...diffLines(detail), detail, files: [file] });
};
const whys = (file: string, lines: string[]) =>
  read(file, lines)
    .map(({ why }) => why)
    .join('; ');

const SOONER = '(milliseconds instead of seconds), so that it ends far too soon';
/** File, what happens, and the lines. */
const OTHER_UNIT: [file: string, happens: string, lines: string[]][] = [
  ['src/menu.ts', SOONER, ["-  await redis.set(key, menu, 'EX', 600);", "+  await redis.set(key, menu, 'PX', 600);"]],
  ['app/menu.py', SOONER, ['-    r.setex(key, KEPT, menu)', '+    r.psetex(key, KEPT, menu)']],
  ['app/menu.py', SOONER, ['-    r.set(key, menu, ex=KEPT)', '+    r.set(key, menu, px=KEPT)']],
  ['Menu.php', SOONER, ['-    $redis->expire($key, $kept);', '+    $redis->pexpire($key, $kept);']],
  ['menu.go', SOONER, ['-\tcache.Set(key, menu, 90*time.Second)', '+\tcache.Set(key, menu, 90*time.Millisecond)']],
  [
    'Menu.java',
    SOONER,
    ['-  cache.put(key, menu, Duration.ofSeconds(900));', '+  cache.put(key, menu, Duration.ofMillis(900));'],
  ],
  [
    'Menu.kt',
    SOONER,
    ['-  cache.put(key, menu, kept, TimeUnit.SECONDS)', '+  cache.put(key, menu, kept, TimeUnit.MILLISECONDS)'],
  ],
  [
    'Menu.cs',
    SOONER,
    [
      '-    cache.Set(key, menu, TimeSpan.FromSeconds(120));',
      '+    cache.Set(key, menu, TimeSpan.FromMilliseconds(120));',
    ],
  ],
  [
    'src/menu.rs',
    SOONER,
    ['-    let () = con.set_ex(key, menu, kept)?;', '+    let () = con.pset_ex(key, menu, kept)?;'],
  ],
  ['lib/menu.rb', SOONER, ['-    redis.set(key, menu, ex: KEPT)', '+    redis.set(key, menu, px: KEPT)']],
  ['src/poll.js', SOONER, ['-  setTimeout(poll, pause * 1000);', '+  setTimeout(poll, pause);']],
  ['src/poll.js', SOONER, ['-  setTimeout(poll, 30 * 1000);', '+  setTimeout(poll, 30);']],
  ['src/cache.ts', SOONER, ['-  cache: { ttlSeconds: kept },', '+  cache: { ttlMs: kept },']],
  [
    'lib/shelf.js',
    SOONER,
    [
      '-  await client.set(key, text, { EX: SHELF_KEPT });',
      '+  await shelf.keep(key, text, SHELF_KEPT);',
      ' ',
      '+async function keep(key, text, kept) {',
      '+  const name = prefix + key;',
      '+  return client.set(name, text, { PX: kept });',
      '+}',
    ],
  ],
  [
    'shelf.go',
    SOONER,
    [
      '-\terr := rdb.Set(ctx, key, text, time.Duration(kept)*time.Second).Err()',
      '+\terr := s.keep(ctx, key, text, kept)',
      '+func (s *Shelf) keep(ctx context.Context, key string, text string, kept int) error {',
      '+\treturn s.rdb.Set(ctx, key, text, time.Duration(kept)*time.Millisecond).Err()',
      '+}',
    ],
  ],
  [
    'shelf.py',
    SOONER,
    [
      '-        self.redis.setex(key, SHELF_KEPT, text)',
      '+        self.shelf.keep(key, text, kept=SHELF_KEPT)',
      '+    def keep(self, key: str, text: str, kept: int = 60):',
      '+        self.redis.psetex(key, kept, text)',
    ],
  ],
  [
    'app/menu.py',
    '(seconds instead of milliseconds), so that it lasts far too long',
    ['-    r.psetex(key, KEPT, menu)', '+    r.setex(key, KEPT, menu)'],
  ],
];

/** File and lines by which everything lasts as long as before. */
const SAME: [file: string, lines: string[]][] = [
  ['src/menu.ts', ["-  await redis.set(key, menu, 'EX', 600);", "+  await redis.set(key, menu, 'PX', 600_000);"]],
  ['app/menu.py', ['-    r.setex(key, KEPT, menu)', '+    r.psetex(key, KEPT * 1000, menu)']],
  ['app/menu.py', ['-KEPT = 60', '-    r.setex(key, KEPT, menu)', '+KEPT = 60000', '+    r.psetex(key, KEPT, menu)']],
  [
    'Menu.java',
    ['-  cache.put(key, menu, Duration.ofSeconds(5));', '+  cache.put(key, menu, Duration.ofMillis(5000));'],
  ],
  ['menu.go', ['-\tcache.Set(key, menu, 90*time.Second)', '+\tcache.Set(key, menu, kept)']],
  ['src/menu.ts', ["-  await redis.set(key, menu, 'EX', 600);", '+  await redis.setex(key, 600, menu);']],
  ['src/poll.js', ['-  setTimeout(poll, pause * 1000);', '+  setTimeout(poll, 1000 * pause);']],
  ['src/poll.js', ['-  setTimeout(poll, pause * 1000);', '+  setTimeout(poll, pauseMs);']],
  [
    'lib/shelf.js',
    [
      '-  await client.set(key, text, { EX: SHELF_KEPT });',
      '+  await shelf.keep(key, text, SHELF_KEPT);',
      '+async function keep(key, text, kept) {',
      '+  return client.set(key, text, { EX: kept });',
      '+}',
    ],
  ],
  [
    'lib/shelf.js',
    [
      '-  await client.set(key, text, { EX: SHELF_KEPT });',
      '+  await shelf.keep(key, text, SHELF_KEPT * 1000);',
      '+async function keep(key, text, kept) {',
      '+  return client.set(key, text, { PX: kept });',
      '+}',
    ],
  ],
];

describe('durations in another unit', () => {
  for (const [file, happens, lines] of OTHER_UNIT)
    it(`are found where the call changed and not the number (${lines[0]!.slice(1).trim()})`, () => {
      expect(whys(file, lines), lines.join('\n')).to.include(happens);
    });

  it('are none where the number changed with its unit, or the call has the same one', () => {
    for (const [file, lines] of SAME) expect(whys(file, lines), lines.join('\n')).to.equal('');
  });

  it('show as a cache that finds nothing, and are felt by those who are asked instead', () => {
    const [harm] = read(OTHER_UNIT[0]![0], OTHER_UNIT[0]![2]);
    expect(harm!.feltByAsked).to.equal(true);
    for (const said of ['menu_cache_hit_ratio', 'expired_keys_per_sec', 'cache_misses_total'])
      expect(harm!.shows.test(said), said).to.equal(true);
    expect(harm!.shows.test('connection refused')).to.equal(false);
    const [pause] = read(OTHER_UNIT[10]![0], OTHER_UNIT[10]![2]);
    expect(pause!.feltByAsked).to.equal(undefined);
  });
});
