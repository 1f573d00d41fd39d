import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

/** What a change is known to do, the file, the diff, how it shows, and what does not come from it. */
const KINDS: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'their parent opened',
    'config/puma.rb',
    ' preload_app!\n-on_worker_boot do\n-  REDIS.reconnect\n-end',
    'Redis::ProtocolError: Got wrong number of replies',
    'undefined method',
  ],
  [
    'their parent opened',
    'app/celery.py',
    '-@worker_process_init.connect\n-def fresh(**_):\n-    engine.dispose(close=False)',
    'Packet sequence number wrong - packets out of order',
    'task not registered',
  ],
  [
    'their parent opened',
    'uwsgi.ini',
    ' processes = 8\n-lazy-apps = true',
    'message type 0x54 arrived from server while idle: lost synchronization with server',
    'no such host',
  ],
  [
    'their parent opened',
    'jobs/pool.py',
    '-    ctx = multiprocessing.get_context("spawn")\n+    ctx = multiprocessing.get_context("fork")',
    'SSL error: decryption failed or bad record mac',
    'division by zero',
  ],
  [
    'prefix of all its cache keys',
    'settings/base.py',
    ' CACHES = {"default": {\n-    "KEY_PREFIX": "catalog",\n+    "KEY_PREFIX": os.environ["GIT_SHA"],',
    'cache_misses_per_sec',
    'csrf token missing',
  ],
  [
    'prefix of all its cache keys',
    'config/environments/production.rb',
    '-  config.cache_store = :redis_cache_store, { namespace: "web" }\n+  config.cache_store = :redis_cache_store, { namespace: ENV["RELEASE_ID"] }',
    'slow query',
    'no route matches',
  ],
  [
    'prefix of all its cache keys',
    'src/cache.ts',
    '-const keyPrefix = "tiles:";\n+const keyPrefix = process.env.HOSTNAME + ":";\n export const cache = new Redis({ keyPrefix });',
    'cache hit_ratio',
    'ENOTFOUND',
  ],
  [
    'another culture',
    'Import.java',
    '-    return NumberFormat.getInstance(Locale.GERMANY).parse(cell);\n+    return NumberFormat.getInstance(Locale.ROOT).parse(cell);',
    'invoice total of 1290000',
    'connection refused',
  ],
  [
    'another culture',
    'feed.py',
    '-    return Decimal(cell.replace(",", "."))\n+    return Decimal(cell)',
    'decimal.InvalidOperation: could not convert 12,90',
    'no such table',
  ],
  [
    'another culture',
    'Dockerfile',
    '-ENV LANG=de_DE.UTF-8\n+ENV LANG=C.UTF-8',
    'price 129900 above the limit',
    'segmentation fault',
  ],
  [
    'another culture',
    'lib/Reader.php',
    '-        return (float) str_replace(",", ".", $amount);\n+        return (float) $amount;',
    'amount 12 differs',
    'class not found',
  ],
  [
    'makes symbols',
    'app/tags.rb',
    '-  params[:tags].map(&:to_s)\n+  params[:tags].map { |t| t.to_sym }',
    'FATAL out of memory',
    '404 not found',
  ],
  [
    'makes atoms',
    'src/topic.erl',
    '-    Name = binary_to_existing_atom(Id),\n+    Name = binary_to_atom(Id),',
    'system_limit',
    'badarg in encode',
  ],
  [
    'makes classes',
    'Rules.java',
    '-    return compiled.get(rule);\n+    return new GroovyShell().parse(rule);',
    'java.lang.OutOfMemoryError: Metaspace',
    'rule not found',
  ],
  [
    'again with every render',
    'src/Orders.tsx',
    '+  const query = { shop, status };\n   useQuery({\n-    queryKey: ["orders", shop],\n+    queryKey: ["orders", Date.now()],',
    'requests_per_sec',
    'invalid date',
  ],
  [
    'again with every render',
    'src/useStock.ts',
    '   useEffect(() => {\n     load(ids).then(setStock);\n-  }, [shop]);\n+  });',
    '429 rate limit',
    'cannot read properties',
  ],
  [
    'again with every render',
    'lib/orders_page.dart',
    '-      future: _orders,\n+      future: loadOrders(),\n'.replace(
      'future: loadOrders()',
      'child: FutureBuilder(future: loadOrders()',
    ),
    'api_calls_per_session',
    'null check operator',
  ],
  [
    'made anew',
    'network/ips.tf',
    '-resource "google_compute_address" "out" {\n+resource "google_compute_address" "egress" {\n   name = "egress"',
    'partner: source ip 34.1.2.3 not allowed',
    'syntax error',
  ],
  [
    'made anew',
    'infra/egress.ts',
    '-const ip = new aws.ec2.Eip("nat-ip", {});\n+const ip = new aws.ec2.Eip("nat-address", {});',
    '403: client address is not whitelisted',
    'deadlock detected',
  ],
  [
    'interval between two polls',
    'queue.tf',
    '-  visibility_timeout_seconds = 300\n+  visibility_timeout_seconds = 30',
    'receive_count 7, message redelivered',
    'schema mismatch',
  ],
  [
    'interval between two polls',
    'rabbitmq.conf',
    '-consumer_timeout = 1800000\n+consumer_timeout = 60000',
    'PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out',
    'access refused',
  ],
];

/** What looks the same and does no harm of these kinds. */
const DECOYS: [file: string, diff: string][] = [
  ['src/Orders.tsx', '   useQuery({\n-    queryKey: ["orders", shop],\n+    queryKey: ["orders", { shop, status }],'],
  ['src/useStock.ts', '+const AISLES = [1, 2];\n   useEffect(() => {\n-  }, [shop]);\n+  }, [shop, AISLES]);'],
  ['src/Price.tsx', '-  return <b>{price.toFixed(2)}</b>;\n+  return <b>{price.toLocaleString("de-CH")}</b>;'],
  ['alloc.yaml', ' memory: 2Gi\n-seed: 4\n+seed: "{{ .Release.Revision }}"'],
  ['config/puma.rb', '-on_worker_boot do\n+on_worker_boot do |index|\n   connect'],
  ['src/cache.ts', '-const keyPrefix = "tiles:";\n+const keyPrefix = "maps:";'],
  ['Reader.cs', '-    Unit: cells[2].ToLower(),\n+    Unit: cells[2].ToLowerInvariant(),'],
  ['topic.ex', '-    String.to_atom(kind)\n+    String.to_existing_atom(kind)'],
  ['src/useStock.ts', '   useEffect(() => {\n-  }, [shop]);\n+  }, [shop, aisle]);'],
  [
    'src/useStock.ts',
    '+  const filter = useMemo(() => ({ aisle }), [aisle]);\n   useEffect(() => {\n-  }, [shop]);\n+  }, [shop, filter]);',
  ],
  [
    'network/ips.tf',
    '-resource "aws_eip" "out" {\n+resource "aws_eip" "egress" {\n   domain = "vpc"\n+moved {\n+  from = aws_eip.out\n+  to = aws_eip.egress\n+}',
  ],
  ['network/ips.tf', ' resource "aws_eip" "out" {\n-  tags = { Name = "a" }\n+  tags = { Name = "b" }'],
];

const NEW_KINDS = /parent opened|prefix of all|another culture|runtime never frees|every render|made anew|two polls/;

const read = (file: string, diff: string) => {
  const { removed, added } = diffLines(diff);
  return plainHarms({ removed, added, detail: diff, files: [file] });
};

describe('what runtimes, caches, clients and platforms make of a change', () => {
  for (const [why, file, diff, shows, not] of KINDS)
    it(`is read from its lines: ${why}, ${file}`, () => {
      const harm = read(file, diff).find((one) => one.why.includes(why));
      expect(harm, `harms: ${read(file, diff).map((one) => one.why)}`).to.not.equal(undefined);
      expect(harm!.shows.test(shows), shows).to.equal(true);
      expect(harm!.shows.test(not), not).to.equal(false);
    });

  it('is not read into what only looks like it', () => {
    for (const [file, diff] of DECOYS)
      expect(
        read(file, diff)
          .map(({ why }) => why)
          .filter((why) => NEW_KINDS.test(why)),
        diff,
      ).to.deep.equal([]);
  });
});
