import { signedLines } from './harm.ts';
import { came, gone, grows, type HarmRule, REMEMBERS, some } from './lines.ts';

const MEMORY = /memor|heap|\boom|\brss\b|working.?set|garbage|\bgc\b|exit code 137|evict/i;
const SLOW_STORE = /slow|quer|statement|database|\bdb\b|took|latenc|duration|p9\d|time[sd]? ?out|cpu|scan|rows|reject/i;
const TOO_MUCH =
  /memor|heap|\boom|exit code 137|too many|\b429\b|rate.?limit|throttl|time[sd]? ?out|refused|reject|\bpool\b|overload|exhaust/i;

const BOUNDS =
  /\.limit\(|\blimit\s+[\d$:?]|SetLimit\(|\bp_?limit\(|pLimit|page_?size|per_page|\.(?:take|first|top)\(\d|Semaphore\(|batch_?size|chunk(?:ed|s)?\(|maxConcurren|concurrency:/i;
const AT_ONCE =
  /Promise\.all(?:Settled)?\(|asyncio\.gather\(|parallelStream\(|Parallel\.For|CompletableFuture\.allOf|awaitAll\(|join_all\(/;
/** As many as there are, not two or three that are written down. */
const OF_MANY = /\.map\(|\bfor\b|parallelStream|Parallel\.For|\(\*/;
const LOADS_TOGETHER =
  /select_related|prefetch_related|joinedload|selectinload|subqueryload|\.includes\(:|eager_load|\.preload\(:|Preload\("|(?:JOIN|join) (?:FETCH|fetch)|@EntityGraph|FetchType\.EAGER|\.Include\(\w+ =>|\binclude:\s*[{[]|\b[dD]ata_?[lL]oader\b|batch_?load|BatchLoader|loadMany|find_in_batches|preload_associations/;
/** Fields of an answer that are taken from another object than the one that is given out. */
const OF_RELATED =
  /\bsource\s*=\s*["']\w+\.\w+|\bSerializerMethodField\(|^\s*(?:has_one|has_many|belongs_to) :\w+\s*$|@(?:ResolveField|FieldResolver|SchemaMapping|BatchMapping)\b|\battributes?\s+:\w+\s+do\b/;
const NO_INDEX_HELPS =
  /\b(?:(?:and|or)?_?where(?:_?raw|_?sql)?|having)\b[^;]{0,80}(?<!\.)\b(?:lower|upper|date|cast|trim|ltrim|rtrim|coalesce|ifnull|nvl|to_char|substr(?:ing)?|left|md5|date_trunc|date_format|year|month|convert|extract)\(\s*["`]?[a-z][\w."`]*\s*(?:\)|,|as\b|::|from\b)|\b(?:i?like)\s+['"`]?%|\bwildcard\b|__icontains|__iexact|__date\b|__year\b|\bfunc\.(?:lower|upper|date|date_trunc|trim|coalesce)\(\w+\.\w|\b(?:cb|builder|criteriaBuilder)\.(?:lower|upper|trim|function)\(|\$regex|regexp_match/i;
const MAKES_CLIENT =
  /\b(?:new (?:https?\.)?Agent\(|new HttpClient\(|new OkHttpClient|http\.Client\{|requests\.Session\(|new Pool\(|createPool\(|new PrismaClient|MongoClient\(|redis\.createClient\(|redis\.NewClient\(|grpc\.(?:Dial|NewClient)\(|boto3\.(?:client|resource)\(|httpx\.(?:Async)?Client\(|create_(?:async_)?engine\(|sql\.Open\(|pgxpool\.New|pgx\.Connect|new HikariDataSource\(|new Redis\(|redis\.(?:Redis|StrictRedis)\(|Redis\.new\b|Sequel\.connect\(|psycopg\w*\.connect\(|NpgsqlDataSource\.Create|ConnectionMultiplexer\.Connect|mongoose\.createConnection\(|knex\()/;
/** Within a function, and not kept by an object. */
const PER_CALL = /^(?:[ \t]+|.{0,200}=>)/;
const KEPT = /\b(?:self|this)\.|\b(?:private|static|final|lazy|singleton)\b/;
const KEEPS_CLIENT =
  /Agent\(|HttpClient|http\.Client|Session\(|Pool\(|PrismaClient|MongoClient|createClient|NewClient|Dial\(|boto3|httpx|keep_?alive/i;
const EXPIRES =
  /\b(?:ex|px|ttl|exat|expire_?in|expires_?in|max_?age|timeout)\s*[=:]|\bp?set_?ex\b|["'][EP]X["']|\.p?_?expire\(|maximumSize|expireAfter|max_?size\s*[=:]/i;
const STORES = /\.set\(|\bput\(|setItem|cache|setex|\bSET\b/i;
const BOUNDED =
  /\bcapacity\b|maximum_?(?:size|weight)|max_?(?:size|entries|items|weight|keys|length|elements|cost)|\blru\b|lru_?(?:cache|map|dict)|removeEldest|ArrayBlockingQueue|Blocking(?:Queue|Collection)<[^>]*>\(\w|CreateBounded|\bbounded\(|\b(?:sync_)?channel(?:::<[^>]{0,80}>)?\(\w|make\(chan [^,)]{1,80}, ?\w|\bmaxsize|size_?limit|\bSetSize\(|expire_?After|weakValues|softValues|(?:len|length|size|count)\(?\)?\s*>=?\s*[\w.]+[^\n]{0,80}(?:pop|remove|shift|truncate|evict|drain|delete|clear)|\bltrim\b|\.slice!\(/i;
/** What says of itself that it takes as much as comes. */
const TAKES_ALL = /unbounded|\bUNLIMITED\b|Integer\.MAX_VALUE|newCachedThreadPool|maxsize\s*=\s*(?:0|None)\b/i;
/** What holds things for as long as the process runs. */
const HOLDS =
  /cache|history|\bVec(?:Deque)?<|deque|\bHash(?:Set|Map)\b|\bset\(\)|\bnew Set\b|buffer|caffeine|memo|\blru|map\b|map[<([]|dict|registry|queue|\bchan\b|channel|\bstore\b/i;
const STREAMS =
  /for await|\.pipe\(|\byield\b|cursor|iterator|\.write\(|chunk|createReadStream|StreamingResponse|bufio\.|server_side/i;
const WHOLE =
  /\bcollect\(|Buffer\.concat|\.toList\(|readAll|ReadAll\(|\.read\(\)|\.toArray\(|\blist\(|fetchall\(|readFileSync|readAllBytes|\.all\(\)|json\.loads?\(/i;
const WIDE = /\blong\b|int64|\bbigint\b|\bLong\b|float64|\bdouble\b|BigDecimal|\btext\b|\bdecimal\b/i;
const NARROW = /\bint\b|int32|\binteger\b|toIntExact|\bInteger\b|smallint|float32|\bfloat\b|varchar\(\d+|char\(\d+/i;
/** What proves who sent something, over its bytes. */
const SIGNS = /hmac|HMACSHA|\bsignature|\bsign(?:ed|ing)?\(|constructEvent|\bdigest\b|Mac\.getInstance/i;
const AS_SENT =
  /getContent\(|raw_?body|raw_?payload|request\.body\b|req\.body\b|get_data\(|getInputStream|ReadAll\(|readAllBytes|body\.read\(|php:\/\/input|express\.raw|bodyParser\.raw|\bbytes\b|\bbody\b/i;
const WRITTEN_ANEW =
  /to_?json|json_encode|JSON\.stringify|json\.dumps|json\.Marshal|writeValueAsString|Serialize\(|to_vec\(|to_string\(|encode_json|normali[sz]e|express\.json|bodyParser\.json|\.trim\(|\.strip\(/i;
/** So much of a diff is searched for what its lines belong to. */
const MOST_READ = 8000;
const COSTS =
  /rounds|(?:hash|crypt|password)\w*\W{0,5}\w*cost|iterations|work_?factor|comp_?level|compression|gzip|zstd|brotli|argon|scrypt|pbkdf2/i;

/** What changed lines of programs do, whatever the language. */
export const OF_PROGRAMS: readonly HarmRule[] = [
  {
    why: 'it no longer limits how much it takes at once',
    when: (lines) => gone(lines, BOUNDS),
    shows: TOO_MUCH,
  },
  {
    why: 'it does all at once what it did one after the other',
    when: (lines) =>
      came(lines, AT_ONCE) && some(lines.added, OF_MANY) && some(lines.removed, /\bfor\b|\bawait\b|forEach|\.map\(/),
    shows: TOO_MUCH,
  },
  {
    why: 'it takes the whole into memory at once',
    when: (lines) => gone(lines, STREAMS) && came(lines, WHOLE),
    shows: MEMORY,
  },
  {
    why: 'it loads related rows one by one',
    when: (lines) => gone(lines, LOADS_TOGETHER),
    shows: SLOW_STORE,
    ofStatements: true,
  },
  {
    why: 'it reads a related row for each row that it gives out',
    when: (lines) =>
      came(lines, OF_RELATED) &&
      !some(signedLines(lines.detail).context, LOADS_TOGETHER) &&
      !some(lines.added, LOADS_TOGETHER),
    told: OF_RELATED,
    shows: /quer(?:y|ies)_?per|queries|sql_count|n ?\+ ?1|statements|(?:slow|took).{0,60}(?:sql|quer)/i,
    ofStatements: true,
  },
  {
    why: 'it searches by what no index answers',
    when: (lines) => came(lines, NO_INDEX_HELPS),
    told: NO_INDEX_HELPS,
    shows: SLOW_STORE,
    ofStatements: true,
  },
  {
    why: 'it asks a store for all that it holds at once, which holds up everybody else',
    when: (lines) => came(lines, /\.keys\(\s*(?:ctx|["'`])|\bKEYS\b\s+\S*\*|smembers\(|lrange\([^)]*\b0,\s*-1/i),
    shows: /redis|valkey|time[sd]? ?out|slow|block|latenc|p9\d|duration/i,
  },
  {
    why: 'it makes a client for each call instead of keeping connections',
    when: (lines) =>
      (some(lines.removed, KEEPS_CLIENT) || gone(lines, REMEMBERS)) &&
      signedLines(lines.detail).added.some(
        (line) => MAKES_CLIENT.test(line) && PER_CALL.test(line) && !KEPT.test(line),
      ),
    told: MAKES_CLIENT,
    shows:
      /EADDRNOTAVAIL|assign requested address|time.?wait|too many(?: clients| connections| open files)?|handshake|sockets?|ephemeral|descriptors|connections?_|connections_idle|port exhaust|slots/i,
  },
  {
    why: 'it no longer stops work that nobody waits for',
    when: (lines) =>
      came(lines, /context\.(?:Background|TODO)\(\)|CancellationToken\.None|NonCancellable/) &&
      some(lines.removed, /\b(?:ctx|cancellationToken|ct|signal|context)\b/i),
    shows:
      /still running|time[sd]? ?out|deadline|goroutines?|memor|heap|oom|\bpool\b|connections?_|slow|cancel|p9\d|duration/i,
  },
  {
    why: 'it starts work that nothing ends',
    when: ({ added, detail }) =>
      (some(added, /make\(chan [^,)]*\)/) && some(added, /\bgo func\b/) && !/\bselect\b/.test(detail)) ||
      (some(added, /\bsetInterval\(|addEventListener\(|\.on\(["']/) &&
        !/clearInterval|removeEventListener|\.off\(|\.once\(/.test(detail) &&
        some(added, /=>|function/) &&
        /^\+[ \t]+/m.test(detail)),
    shows: /memor|heap|\boom|exit code 137|goroutines?|threads?\b|listeners?|leak/i,
  },
  {
    why: 'what it stores no longer expires',
    when: (lines) =>
      gone(lines, EXPIRES) &&
      lines.removed.some((line) => EXPIRES.test(line) && STORES.test(line)) &&
      some(lines.added, STORES),
    shows: /memor|\boom|maxmemory|evict|\bkeys\b|disk|no space|stale|full/i,
  },
  {
    why: 'what it keeps in memory is unbounded now',
    when: (lines) =>
      some(lines.removed, HOLDS) &&
      ((gone(lines, BOUNDED) &&
        !some(lines.added, /evict|oldest|remove|\bpop/i) &&
        some(signedLines(lines.detail).added, HOLDS)) ||
        came(lines, TAKES_ALL)),
    shows: new RegExp(`${MEMORY.source}|\\bentries\\b|_entries|cache_(?:size|items|keys)`, 'i'),
  },
  {
    why: 'it signs or checks what was written anew instead of the bytes that were sent',
    when: (lines) =>
      some(lines.removed, AS_SENT) && came(lines, WRITTEN_ANEW) && SIGNS.test(lines.detail.slice(0, MOST_READ)),
    shows:
      /signature|hmac|not verif|verification|mismatch|tamper|forged|checksum|\b401\b|unauthori[sz]ed|invalid token/i,
  },
  {
    why: 'it makes each piece of work costlier',
    when: (lines) => grows(lines, COSTS),
    shows: /cpu|slow|took|latenc|duration|p9\d|time[sd]? ?out|exceeded|event.?loop|busy/i,
  },
  {
    why: 'it holds values in a smaller type',
    when: (lines) => gone(lines, WIDE) && came(lines, NARROW),
    shows: /overflow|out of range|truncat|too long|precision|exceeds|ArithmeticException|numeric value|data too/i,
  },
  {
    why: 'it gives a field another number on the wire',
    when: ({ files, altered }) =>
      files.some((file) => /\.(?:proto|thrift)$/.test(file)) &&
      altered.some(({ factor, before }) => factor !== null && /=\s*\d+\s*;|^\s*\d+:/.test(before)),
    shows: /wire|proto|unmarshal|deserial|decode|pars(?:e|ing)|invalid|missing|required|empty/i,
  },
];
