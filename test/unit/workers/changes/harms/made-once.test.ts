import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';

const harmsOf = (file: string, detail: string) => plainHarms({ ...diffLines(detail), detail, files: [file] });
const lines = (...all: string[]): string => all.join('\n');

const ANEW = 'anew with each try';
const EACH = 'anew for each request or call';

/** What a change is known to do, what it is written in, the file, and the diff. */
const KINDS: [why: string, name: string, file: string, diff: string][] = [
  [
    ANEW,
    'a key that is made in the loop of attempts',
    'pkg/courier/book.go',
    lines(
      ' func (c *Courier) Book(ctx context.Context, p Parcel) error {',
      '-\tkey := uuid.NewString()',
      ' \tfor attempt := 0; attempt < 4; attempt++ {',
      '-\t\tres, err := c.post(ctx, p, key)',
      '+\t\tres, err := c.post(ctx, p, uuid.NewString())',
      ' \t\tif err == nil {',
    ),
  ],
  [
    ANEW,
    'a key that is made in a function that is tried again by its decorator',
    'refunds.py',
    lines(
      ' @retry(stop=stop_after_attempt(3))',
      '-def refund(order, key):',
      '-    gate.post("/refunds", order, headers={"Idempotency-Key": key})',
      '+def refund(order):',
      '+    gate.post("/refunds", order, headers={"Idempotency-Key": str(uuid4())})',
      ' ',
      ' def cancel(order):',
      '-    refund(order, str(uuid4()))',
      '+    refund(order)',
    ),
  ],
  [
    ANEW,
    'a key that is made by the function that is handed to what tries again',
    'src/labels.ts',
    lines(
      ' export async function order(parcel: Parcel) {',
      '-  const requestId = randomUUID();',
      '-  return pRetry(() => print(parcel, requestId), { retries: 3 });',
      '+  return pRetry(() => print(parcel), { retries: 3 });',
      ' }',
      '-async function print(parcel: Parcel, requestId: string) {',
      '+async function print(parcel: Parcel) {',
      '+  const requestId = randomUUID();',
      '   return http.post("/labels", parcel, { headers: { "X-Request-Id": requestId } });',
    ),
  ],
  [
    ANEW,
    'a key that is made by the job and not by who queues it',
    'app/jobs/payout_job.rb',
    lines(
      '   def start(payout)',
      '-    PayoutJob.perform_later(payout, SecureRandom.uuid)',
      '+    PayoutJob.perform_later(payout)',
      '   end',
      '-  def perform(payout, key)',
      '-    Bank.pay(payout, key)',
      '+  def perform(payout)',
      '+    Bank.pay(payout, SecureRandom.uuid)',
    ),
  ],
  [
    ANEW,
    'a key by chance instead of one of the order',
    'Charges.kt',
    '-    header("Idempotency-Key", "charge-$id")\n+    header("Idempotency-Key", UUID.randomUUID().toString())',
  ],
  [
    EACH,
    'a lifetime of .NET',
    'Startup.cs',
    '-    services.AddSingleton<ITariffs, Tariffs>();\n+    services.AddTransient<ITariffs, Tariffs>();',
  ],
  [
    EACH,
    'a scan of Autofac',
    'Module.cs',
    '-    builder.RegisterType<Tariffs>().SingleInstance();\n+    builder.RegisterType<Tariffs>().InstancePerDependency();',
  ],
  [EACH, 'a scope of Spring', 'Tariffs.java', ' @Component\n+@Scope("prototype")\n public class Tariffs {'],
  [EACH, 'a mark of Guice', 'Tariffs.java', '-@Singleton\n public class Tariffs {'],
  [EACH, 'a definition of Koin', 'Modules.kt', '-    single { Tariffs(get()) }\n+    factory { Tariffs(get()) }'],
  [
    EACH,
    'a scope of NestJS',
    'tariffs.service.ts',
    '-@Injectable()\n+@Injectable({ scope: Scope.REQUEST })\n export class Tariffs {',
  ],
  [EACH, 'a cache of results', 'zones.py', '-@lru_cache(maxsize=1)\n def zones():\n     return json.load(open(ZONES))'],
  [
    EACH,
    'an instance variable that is kept',
    'zones.rb',
    '   def zones\n-    @zones ||= YAML.load_file(PATH)\n+    YAML.load_file(PATH)\n   end',
  ],
  [
    EACH,
    'a value of the module',
    'rules.js',
    lines(
      '-const validate = ajv.compile(require("./rules.json"));',
      ' export function check(body) {',
      '+  const validate = ajv.compile(require("./rules.json"));',
      '   return validate(body);',
    ),
  ],
  [
    EACH,
    'a lazy static',
    'src/plate.rs',
    lines(
      '-static PLATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(FORM).unwrap());',
      ' pub fn is_plate(text: &str) -> bool {',
      '+    let plate = Regex::new(FORM).unwrap();',
      '-    PLATE.is_match(text)',
      '+    plate.is_match(text)',
    ),
  ],
  [
    EACH,
    'options of a serializer',
    'Writer.cs',
    lines(
      '-    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);',
      '     public string Write(object value)',
      '     {',
      '-        return JsonSerializer.Serialize(value, Web);',
      '+        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);',
      '+        return JsonSerializer.Serialize(value, options);',
    ),
  ],
];

/** How each kind shows, and what does not come from it. */
const SHOWS: Record<string, [shows: string, not: string]> = {
  [ANEW]: ['parcel 17 was booked twice', 'connection refused'],
  [EACH]: ['cpu_utilization', 'certificate has expired'],
};

/** What looks similar and does no such harm. */
const HARMLESS: [name: string, file: string, diff: string][] = [
  [
    'a key that is made outside as before',
    'book.ts',
    '-  const key = uuid();\n+  const key = randomUUID();\n   return retry(() => post(parcel, key));',
  ],
  [
    'an id for each turn as before',
    'book.go',
    ' for attempt := 0; attempt < 3; attempt++ {\n-\tid := uuid.NewString()\n+\tid := ulid.Make().String()\n \tsend(id)',
  ],
  [
    'a lifetime that becomes longer',
    'Startup.cs',
    '-  services.AddTransient<A, B>();\n+  services.AddSingleton<A, B>();',
  ],
  ['a singleton of another framework', 'Tariffs.java', '-@Singleton\n+@Service\n public class Tariffs {'],
  [
    'a singleton that is gone with its class',
    'Tariffs.java',
    '-@Singleton\n-public class Tariffs {\n-}\n public class Zones {',
  ],
  [
    'what is made when the program starts',
    'app.py',
    '-engine = load_engine(PATH)\n def create_app():\n+    engine = load_engine(PATH)\n     return App(engine)',
  ],
  [
    'what is still made once, by a function of its own',
    'store.py',
    '-engine = create_engine(URL, pool_size=5)\n+def engine_of(url):\n+    return create_engine(url, pool_size=5)\n+\n+engine = engine_of(URL)',
  ],
  [
    'what a container makes once',
    'Config.java',
    '-  private static final Rules RULES = Rules.load(PATH);\n+  @Bean\n+  Rules rules() {\n+    return Rules.load(PATH);\n+  }',
  ],
  [
    'a cheap value that moved inside',
    'list.js',
    '-const seen = new Set();\n function walk(tree) {\n+  const seen = new Set();',
  ],
];

describe('what was made once', () => {
  for (const [why, name, file, diff] of KINDS) {
    it(`and is made again and again: ${name}`, () => {
      const found = harmsOf(file, diff).find((one) => one.why.includes(why));
      expect(found, diff).to.include({ isPlain: true });
      const [shows, not] = SHOWS[why]!;
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  for (const [name, file, diff] of HARMLESS) {
    it(`and still is, or is made as often as before: ${name}`, () => {
      const found = harmsOf(file, diff).filter((one) => Object.keys(SHOWS).some((why) => one.why.includes(why)));
      expect(found, diff).to.deep.equal([]);
    });
  }
});
