import { expect } from 'chai';
import { effectOf } from '../../../../../src/workers/changes/change-effect.ts';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

/** Placeholders of templates are written `§{}` here: no literal of ours has any. */
const withPlaceholders = (text: string) => text.replaceAll('§{', '$' + '{');

const harmsOf = (file: string, text: string) => {
  const detail = withPlaceholders(text);
  return plainHarms({ ...diffLines(detail), detail, files: [file] });
};

/** What is said of the change, its diff, how it shows, and what does not come from it. */
const KINDS: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'tells apart by "id"',
    'basket/cache.py',
    '-    return f"price:{customer.id}:{sku}"\n+    return f"price:{sku}"',
    'price of another customer shown',
    'no route to host',
  ],
  [
    'tells apart by "apiKey"',
    'pkg/quota/quota.go',
    '-\tk := fmt.Sprintf("quota:%s:%s", plan, apiKey)\n+\tk := "quota:" + plan',
    'answered 429',
    'disk full',
  ],
  [
    'tells apart by "storeId"',
    'Producer.kt',
    '-    val key = "$region-$storeId"\n+    val key = region',
    'hot partition 3',
    'unknown host',
  ],
  [
    'tells apart by "cookie_session"',
    'nginx/site.conf',
    '-proxy_cache_key "$host$uri$cookie_session";\n+proxy_cache_key "$host$uri";',
    'page belongs to another user',
    'no live upstreams',
  ],
  [
    'another one for every request',
    'src/cache.ts',
    '-  const cacheKey = `§{sku}:§{currency}`;\n+  const cacheKey = `§{sku}:§{currency}:§{Date.now()}`;',
    'cache_misses',
    'certificate has expired',
  ],
  [
    'another one for nearly every request',
    'quotes_controller.rb',
    '-    Rails.cache.fetch(["quote", params[:route], params[:date]]) do\n+    Rails.cache.fetch(["quote", request.query_parameters.sort]) do',
    'quote_cache_hit_ratio',
    'permission denied',
  ],
  [
    'moments as a number of seconds',
    'InstantSerializer.java',
    '-    mapper.registerModule(new JavaTimeModule());\n+    mapper.registerModule(new SimpleModule().addSerializer(Instant.class, new InstantSerializer()));\n+    gen.writeNumber(value.getEpochSecond());',
    'discarding reading at=1970-01-23T12:07:41Z: older than 45 days',
    'connection refused',
  ],
  [
    'refuses whoever sends more',
    'src/order.ts',
    '-export const Hook = z.object({\n+export const Hook = z.strictObject({',
    '422 [{"code":"unrecognized_keys","keys":["trace"]}]',
    'connection refused',
  ],
  [
    'a related row for each row',
    'slots/serializers.py',
    '+    doctor = serializers.CharField(source="doctor.full_name")\n-        fields = ["id"]\n+        fields = ["id", "doctor"]',
    'slow request 3593ms sql_count=119',
    'permission denied',
  ],
  [
    'everything of "ctx"',
    'app/page.rb',
    '-    key = ["page", ctx.path, ctx.locale]\n+    key = ["page", *ctx.to_h.values]',
    'cache misses per second',
    'permission denied',
  ],
  [
    'everything of "query"',
    'search/src/cache.rs',
    '-    format!("avail:{}:{}", query.tour, query.month)\n+    let mut hasher = DefaultHasher::new();\n+    query.hash(&mut hasher);\n+    format!("avail:{:016x}", hasher.finish())',
    'cache_hit_ratio',
    'permission denied',
  ],
  [
    'no longer told "@JsonProperty("weight_g")"',
    'events/Line.kt',
    ' data class Line(\n-    @JsonProperty("weight_g")\n     val weightG: Int,\n-    @JsonProperty("order")\n     val order: String,\n )',
    'KeyError: key not found: "weight_g"',
    'connection refused',
  ],
  [
    'everything of "query"',
    'src/cache.ts',
    '-  const key = `list:§{query.shop}:§{query.page}`;\n+  const key = `list:§{JSON.stringify(query)}`;',
    'hit_ratio',
    'permission denied',
  ],
  [
    'in milliseconds instead of seconds',
    'gateway/mapper.ts',
    '-  sentAt: Math.floor(frame.clock.getTime() / 1000),\n+  sentAt: at.getTime(),',
    'rejected: more than 60 s ahead of now',
    'connection refused',
  ],
  [
    'in seconds instead of milliseconds',
    'events.go',
    '-\t\tAt: e.Time.UnixMilli(),\n+\t\tAt: e.Time.Unix(),',
    'event is too old, dropped',
    'connection refused',
  ],
  [
    'another one for nearly every request',
    'feed/key.go',
    '-func Key(show string) string {\n-\treturn fmt.Sprintf("feed:%s", show)\n+func Key(r *http.Request) string {\n+\treturn "feed:" + r.URL.RequestURI()',
    'cache_hit_ratio',
    'permission denied',
  ],
  [
    'no longer told "namingStrategy',
    'Events.kt',
    '-    namingStrategy = JsonNamingStrategy.SnakeCase\n+    explicitNulls = false',
    "MissingFieldException: Fields [ride_id] are required for type 'Ride', but they were missing",
    'connection refused',
  ],
  [
    'waits much shorter: it changes "requestTimeout" from 4s to 400ms',
    'httpx/client.go',
    '-\trequestTimeout = 4 * time.Second\n-\tidleTimeout = 60 * time.Second\n+\tRequest: 400 * time.Millisecond,\n+\tIdle:    60 * time.Second,',
    'context deadline exceeded',
    'nil map',
  ],
  [
    'another one for every request',
    'lib/keys.rb',
    ' def page_key(ctx)\n-    "page/#{ctx.path}/#{ctx.locale}"\n+    "page/#{ctx.path}/#{ctx.signature()}"\n def signature\n   [path, request_id].join("|")',
    'evicted 90 keys',
    'permission denied',
  ],
  [
    'in another form',
    'orders/event.go',
    '-\tOrderID string `json:"orderId"`\n+\tOrderID string `json:"order_id"`',
    'missing required field "orderId"',
    'missing required field "sku"',
  ],
  [
    'in another form',
    'orders/states.py',
    '-    IN_TRANSIT = "IN_TRANSIT"\n+    IN_TRANSIT = "in_transit"',
    "'in_transit' is not a valid ShipmentState",
    "'gold' is not a valid Tier",
  ],
  [
    'in another form',
    'Dto.java',
    '-@JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)\n+@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)\n   private String dueDate;',
    'Unrecognized field "due_date"',
    'Unrecognized field "colour"',
  ],
  [
    'its key is "order.customer.id" instead of "order.id"',
    'lib/events/producer.rb',
    '-    producer.produce(payload, topic: TOPIC, partition_key: order.id)\n+    producer.produce(payload, topic: TOPIC, partition_key: order.customer.id)',
    'consumer_lag of partition 3',
    'certificate has expired',
  ],
  [
    'writes with version 4 of gson instead of 2',
    'build.gradle',
    '-  implementation "com.google.code.gson:gson:2.11.0"\n+  implementation "com.google.code.gson:gson:4.0.1"',
    'could not parse event: unexpected type',
    'no route to host',
  ],
  [
    'left to threads of its own',
    'app/sign.py',
    '-    return await asyncio.to_thread(key.sign, body)\n+    return key.sign(body)',
    'event loop lag 900ms',
    'disk full',
  ],
  [
    'in another form: it is told now',
    'model.py',
    ' class Reading(BaseModel):\n+    model_config = ConfigDict(alias_generator=to_camel)\n     meter_id: str\n     litres_used: int',
    'empty_readings_ratio',
    'connection refused',
  ],
  [
    'in another form: it is told now',
    'Parcel.java',
    '+@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)\n public class Parcel {\n   private String barCode;\n   private int weightGrams;',
    'missing required property weightGrams',
    'no route to host',
  ],
  [
    'in another form',
    'Startup.cs',
    '-    options.Converters.Add(new JsonStringEnumConverter());',
    'The JSON value could not be converted to OrderStatus',
    'connection refused',
  ],
  [
    'unbounded now',
    'Cache.java',
    '-    cache = CacheBuilder.newBuilder().maximumSize(10_000).build();\n+    cache = Caffeine.newBuilder().build();',
    'java.lang.OutOfMemoryError: Java heap space',
    'invalid json',
  ],
  [
    'unbounded now',
    'Pool.java',
    '-    new ThreadPoolExecutor(8, 8, 0L, MILLISECONDS, new ArrayBlockingQueue<>(1000));\n+    new ThreadPoolExecutor(8, 8, 0L, MILLISECONDS, new LinkedBlockingQueue<>());',
    'exit code 137',
    'unknown user',
  ],
  [
    'unbounded now',
    'queue.go',
    '-\tjobs := make(chan Job, depth)\n+\tjobs := queue.NewUnbounded[Job]()',
    'container was OOMKilled',
    'record not found',
  ],
  [
    'unbounded now',
    'Mailer.kt',
    '-    val mails = Channel<Mail>(64)\n+    val mails = Channel<Mail>(Channel.UNLIMITED)',
    'heap used 97 %',
    'unknown host',
  ],
  [
    'unbounded now',
    'Feed.cs',
    '-  _feed = Channel.CreateBounded<Tick>(options);\n+  _feed = Channel.CreateUnbounded<Tick>();',
    'working set exceeds its limit',
    'no such file',
  ],
  [
    'instead of the bytes that were sent',
    'hooks.ts',
    '-  const mac = createHmac("sha256", key).update(req.rawBody).digest("hex");\n+  const mac = createHmac("sha256", key).update(JSON.stringify(req.body)).digest("hex");',
    'signature does not match',
    'disk full',
  ],
  [
    'instead of the bytes that were sent',
    'hooks.py',
    '-    digest = hmac.new(SECRET, request.get_data(), "sha256").hexdigest()\n+    digest = hmac.new(SECRET, json.dumps(event).encode(), "sha256").hexdigest()',
    'hook answered 401',
    'no route to host',
  ],
  [
    'another one for every request',
    'cdn/vcl.py',
    ' def cache_key(request):\n-    HEADERS = ["host", "accept-encoding"]\n+    HEADERS = ["host", "accept-encoding", "x-request-id"]',
    'cache_hit_ratio',
    'permission denied',
  ],
  [
    'waits much shorter',
    'http.py',
    '-CALL_TIMEOUT = 4.0\n+PROBE_TIMEOUT = 0.5\n def call(url):\n-    return session.get(url, timeout=CALL_TIMEOUT)\n+    return session.get(url, timeout=PROBE_TIMEOUT)',
    'read timed out',
    'bad gateway',
  ],
  [
    'default size',
    'settings.py',
    '-    "pool_size": 40,\n-    "max_overflow": 20,',
    'QueuePool limit of size 5 overflow 10 reached',
    'no such table',
  ],
  ['fewer files', 'web.service', '-LimitNOFILE=65536', 'accept: too many open files', 'file not found'],
];

/** What looks similar and does no such harm. */
const HARMLESS: [string, string][] = [
  ['quota.go', '-\tk := fmt.Sprintf("quota:%s:%s", plan, apiKey)\n+\tk := "quota:" + plan + ":" + apiKey'],
  ['cache.py', '-    return f"price:{customer.id}:{sku}"\n+    return price_key(customer, sku)'],
  ['cache.py', '-    return f"price:{sku}"\n+    return f"price:{customer.id}:{sku}"'],
  [
    'store.go',
    '-\tif _, err := tx.Exec(ctx, insertRow, r.Lane, r.Key); err != nil {\n+\tb.Queue(insertRow, r.Lane, r.Key)',
  ],
  ['note.ts', '-  const note = `limit for §{tenant} and §{route}`;\n+  const note = `limit for §{route}`;'],
  ['decode.py', '-    event = json.loads(body)\n-    return Event(**event)\n+    return parse_event(body)'],
  ['producer.rb', '-    produce(partition_key: order.id)\n+    produce(partition_key: order.id.to_s)'],
  [
    'build.gradle',
    '-  implementation "com.google.code.gson:gson:2.11.0"\n+  implementation "com.google.code.gson:gson:2.11.1"',
  ],
  [
    'options.go',
    '-\trequestTimeout = 4 * time.Second\n-\tidleTimeout = 60 * time.Second\n+\tRequest: 4000 * time.Millisecond,\n+\tIdle:    40 * time.Second,',
  ],
  ['event.go', '-\t\tAt: e.Time.UnixMilli(),\n+\t\tAt: at.UnixMilli(),'],
  ['page.tsx', '-  <td title="open">{state}</td>\n+  <td title="Open">{state}</td>'],
  [
    'Cache.java',
    '-    cache = CacheBuilder.newBuilder().maximumSize(10_000).build();\n+    cache = Caffeine.newBuilder()\n+        .maximumSize(10_000)\n+        .build();',
  ],
  ['Http.java', '-    .readTimeout(Duration.ofSeconds(10))\n+    .readTimeout(Duration.ofMillis(10_000))'],
  [
    'http.py',
    '-CALL_TIMEOUT = 4.0\n+REQUEST_TIMEOUT = 4.0\n-    return get(url, timeout=CALL_TIMEOUT)\n+    return get(url, timeout=REQUEST_TIMEOUT)',
  ],
];

describe('harm to keys, spellings, bounds and waits', () => {
  for (const [why, file, diff, shows, not] of KINDS) {
    it(`tells of ${file} that it ${why}`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  it('finds none in what looks similar', () => {
    for (const [file, diff] of HARMLESS) expect(harmsOf(file, diff), diff).to.deep.equal([]);
  });

  it('takes a default that another constant holds for another value, and tuning for no tightening', () => {
    const swapped = (value: string) =>
      effectOf({
        id: 'c1',
        kind: 'commit',
        title: 'refactor: one place for limits',
        at: null,
        service: null,
        files: ['pool.ts'],
        detail: `-const JOBS_AT_ONCE = 64;\n-  run(opts.jobs ?? JOBS_AT_ONCE);\n+const CHECKS_AT_ONCE = ${value};\n+  run(opts.jobs ?? CHECKS_AT_ONCE);`,
      });
    expect(swapped('4')).to.include({ effect: 'behaviour', tightens: true });
    expect(swapped('60')).to.include({ effect: 'behaviour', tightens: false });
    expect(swapped('64')).to.include({ effect: 'preserving' });
  });

  it('reads many and long lines in no time', () => {
    const many = (sign: string) =>
      Array.from({ length: 3000 }, (_, at) => `${sign}  key = \`$\{a${at}}:$\{b}\` + "x${at}";`);
    const long = `-key = ${'"a:" + '.repeat(3000)}\n+key = ${'{a.'.repeat(3000)}\n+${'LimitLower'.repeat(3000)}`;
    const started = performance.now();
    harmsOf('keys.ts', [...many('-'), ...many('+'), long].join('\n'));
    harmsOf('keys.ts', long);
    expect(performance.now() - started).to.be.below(2000);
  });
});
