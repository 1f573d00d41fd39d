import type { AlertClass } from '../../../shared/alert.ts';

/** What a line of a log complains about, told in the words of those who write logs. */
export type FailureKind = {
  name: string;
  class: AlertClass;
  /** What it means, as a clause. */
  meaning: string;
  pattern: RegExp;
  /** From 0 to 1: how much such a line says about the cause. */
  weight: number;
  /** True when the line is a measurement and needs no word of complaint. */
  certain?: boolean;
};

const DATABASE = String.raw`(?:database|\bdb\b|postgres\w*|psql|pgx|psycopg2?|mysql\w*|mariadb|mongo\w*|redis\w*|valkey|cassandra|\bsql\w*|jdbc|hikari\w*|sequelize|typeorm|prisma|:(?:5432|3306|27017|6379)\b)`;

/** The kinds in the order in which they are tried: a line is of the first kind that it matches. */
export const FAILURE_KINDS: readonly FailureKind[] = [
  {
    name: 'read-only-database',
    class: 'database',
    meaning: 'the database is read-only and refuses writes',
    pattern:
      /read-only transaction|cannot execute \w+ in a read-only|READONLY You can't write|--read-only option|--super-read-only|NotWritablePrimary|not master and slaveOk|not primary|database is in read.?only|attempt to write a readonly database/i,
    weight: 1,
  },
  {
    name: 'connection-limit',
    class: 'database',
    meaning: 'the database has reached its connection limit and refuses new connections',
    pattern:
      /too many clients already|remaining connection slots|too many connections|max number of clients reached|max_connections|connection refused because too many open connections|sorry, too many|too many open connections/i,
    weight: 1,
  },
  {
    name: 'pool-exhausted',
    class: 'database',
    meaning: 'the database connection pool is exhausted',
    pattern:
      /pool (?:is |was )?(?:exhausted|empty|full)|QueuePool limit|connection is not available, request timed out|timeout (?:exceeded )?(?:when|while) (?:trying to )?(?:connect|acquir)\w*.{0,40}pool|connection pool.{0,60}(?:exhaust|timeout|timed out|starv)|could not (?:get|obtain) .{0,20}connection from (?:the )?pool|too many waiters/i,
    weight: 1,
  },
  {
    name: 'credentials',
    class: 'database',
    meaning: 'the credentials are wrong or missing: authentication failed',
    pattern:
      /password authentication failed|access denied for user|authentication failed|auth(?:entication)? (?:error|failure)|AuthenticationFailed|SASL.{0,40}(?:fail|auth)|SCRAM.{0,60}fail|WRONGPASS|NOAUTH|invalid (?:username|password|credentials)|(?:requires|command \w+ requires) authentication|not authori[sz]ed on \w+ to execute|role "[^"]+" does not exist|no pg_hba\.conf entry|login failed for user|user .{0,40}does not exist|could not find user/i,
    weight: 1,
  },
  {
    name: 'certificate',
    class: 'network',
    meaning: 'a TLS/SSL certificate is not valid',
    pattern:
      /certificate (?:has )?expired|expired certificate|certificate is not (?:yet )?valid|x509: |certificate verify failed|CERT_HAS_EXPIRED|self[- ]signed certificate|unable to (?:verify|get local issuer)|PKIX path|ssl certificate (?:expired|problem|error)|SSLHandshake|tls: (?:bad|failed|handshake|unknown)|certificate signed by unknown|hostname.{0,40}doesn't match/i,
    weight: 1,
  },
  {
    name: 'name-resolution',
    class: 'network',
    meaning: 'a host name could not be resolved to an IP address (DNS)',
    pattern:
      /could not resolve|couldn't resolve|can'?t resolve|cannot resolve|unable to resolve|no such host|NXDOMAIN|SERVFAIL|ENOTFOUND|EAI_AGAIN|name or service not known|temporary failure in name resolution|UnknownHost|server misbehaving|nodename nor servname|name resolution (?:fail|error)|name does not resolve|bad address|no servers could be reached|host not found|dns (?:lookup|resolution) fail|failed to resolve/i,
    weight: 1,
  },
  {
    name: 'kubernetes-permission',
    class: 'infrastructure',
    meaning: 'the service account lacks permission (RBAC)',
    pattern:
      /is forbidden: User "|cannot (?:get|list|watch|create|update|patch|delete) resource|\(Forbidden\)|does not have (?:permission|access) to|system:serviceaccount:\S+.{0,40}(?:cannot|forbidden)/i,
    weight: 1,
  },
  {
    name: 'disk-full',
    class: 'resource',
    meaning: 'the disk is full: no space left on device',
    pattern: /no space left on device|ENOSPC|disk (?:is )?full|quota exceeded.{0,20}disk|could not extend file/i,
    weight: 1,
  },
  {
    name: 'out-of-memory',
    class: 'resource',
    meaning: 'memory ran out (out of memory)',
    pattern:
      /OutOfMemoryError|JavaScript heap out of memory|runtime: out of memory|Out of memory: Kill|MemoryError\b|cannot allocate memory|std::bad_alloc|OOMKilled|oom-kill/i,
    weight: 1,
  },
  {
    name: 'packet-loss',
    class: 'network',
    meaning: 'packets are lost in the network (packet loss)',
    pattern: /\b(?:[1-9]\d?|100)(?:\.\d+)?% packet loss|netem\b.{0,80}\b(?:loss|corrupt|duplicate) \d/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'network-delay',
    class: 'network',
    meaning: 'the network delays packets (added latency)',
    pattern: /netem\b.{0,80}\bdelay \d/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'lock',
    class: 'database',
    meaning: 'statements of the database block each other (locks)',
    pattern: /deadlock (?:detected|found)|lock wait timeout|could not obtain lock|canceling statement due to lock/i,
    weight: 0.9,
  },
  {
    name: 'database-schema',
    class: 'database',
    meaning: 'the database does not hold what the program asks for',
    pattern:
      /relation "[^"]+" does not exist|column "[^"]+" does not exist|database "[^"]+" does not exist|unknown database|table '[^']+' doesn't exist|no such table|ns does not exist|duplicate key value|migration.{0,40}fail/i,
    weight: 0.95,
  },
  {
    name: 'database-unreachable',
    class: 'database',
    meaning: 'the database cannot be reached',
    pattern: new RegExp(
      `${DATABASE}[^\\n]{0,120}(?:refused|time(?:d )?out|unreachable|unavailable|failed|reset|closed|lost|gone away|error|down|not connected|ETIMEDOUT|ECONNREFUSED)|(?:refused|time(?:d )?out|unreachable|failed|ETIMEDOUT|ECONNREFUSED|cannot connect|can't connect)[^\\n]{0,120}${DATABASE}`,
      'i',
    ),
    weight: 0.95,
  },
  {
    name: 'connection-refused',
    class: 'network',
    meaning: 'a connection was refused: nothing listens at that address and port',
    pattern: /connection refused|ECONNREFUSED|connect(?:ion)? to .{0,80}refused|actively refused/i,
    weight: 0.9,
  },
  {
    name: 'timeout',
    class: 'network',
    meaning: 'a connection timed out',
    pattern:
      /i\/o timeout|ETIMEDOUT|connection timed? ?out|connect(?:ion)? timeout|context deadline exceeded|DeadlineExceeded|deadline exceeded|read timed? ?out|ReadTimeout|ConnectTimeout|SocketTimeout|request timed? ?out|upstream (?:request )?timeout|operation timed out|gateway time-?out/i,
    weight: 0.85,
  },
  {
    name: 'connection-lost',
    class: 'network',
    meaning: 'connections break off',
    pattern:
      /connection reset|ECONNRESET|broken pipe|EPIPE|no route to host|EHOSTUNREACH|network is unreachable|ENETUNREACH|socket hang up|connection closed unexpectedly|unexpected EOF/i,
    weight: 0.8,
  },
  {
    name: 'address-in-use',
    class: 'network',
    meaning: 'the port is already in use',
    pattern: /address already in use|EADDRINUSE|bind: permission denied|port \d+ is already/i,
    weight: 1,
  },
  {
    name: 'exec-format',
    class: 'infrastructure',
    meaning: 'the image does not fit or its command cannot be executed',
    pattern:
      /exec format error|executable file not found|exec: "[^"]+"|no such file or directory: unknown|: command not found|: not found$|StartError|can't open file/i,
    weight: 0.95,
  },
  {
    name: 'file-permission',
    class: 'application',
    meaning: 'the program lacks permission',
    pattern:
      /permission denied|EACCES|operation not permitted|EPERM|read-only file system|EROFS|access (?:is )?denied|insufficient (?:privilege|permission)|403 forbidden|unauthori[sz]ed/i,
    weight: 0.9,
  },
  {
    name: 'configuration',
    class: 'application',
    meaning: 'the configuration is wrong or missing',
    pattern:
      /environment variable|env(?:ironment)? var\b|\benv \w+ (?:is )?(?:not set|missing|required)|(?:is|are) not set|missing (?:required )?(?:config|key|setting|parameter|argument|property|value)|(?:invalid|unknown|bad|unsupported|unrecogni[sz]ed) (?:config\w*|option|flag|argument|value|setting|directive|parameter)|configuration error|config(?:uration)? (?:file )?(?:not found|is missing|is invalid|error)|failed to (?:load|parse|read) config|KeyError: |must be (?:set|provided|specified)|is required but|required (?:but|property|parameter|env)|FileNotFoundError|no such file or directory|ENOENT|yaml: |parse error|syntax error|SyntaxError|unknown directive|ModuleNotFoundError|Cannot find module|ImportError|ClassNotFound|NoClassDef/i,
    weight: 0.95,
  },
];

/** Words by which a line says itself that something went wrong. */
export const LEVEL_WORDS: readonly { pattern: RegExp; weight: number }[] = [
  {
    pattern:
      /\b(?:FATAL|PANIC|CRITICAL|EMERG(?:ENCY)?|ALERT)\b|\bpanic:|^F\d{4}|"level":\s?"(?:fatal|panic|critical)"|level=(?:fatal|panic|critical)|npm ERR!|\bcritical:/,
    weight: 1,
  },
  {
    pattern:
      /\bERROR\b|\bERR\b|\bSEVERE\b|^E\d{4}|"level":\s?"error"|level=error|\[error\]|\berror:|Error:|Exception\b|Exception in thread|Traceback|^error |Caused by:|"severity":\s?"error"/i,
    weight: 0.85,
  },
  {
    pattern:
      /\b(?:fail(?:ed|ure|s|ing)?|cannot|can't|could not|couldn't|unable to|denied|refused|rejected|aborted|crash(?:ed|ing)?|exceeded|invalid|unavailable|missing|expired|not found|undefined)\b/i,
    weight: 0.6,
  },
  { pattern: /\bWARN(?:ING)?\b|level=warn|"level":\s?"warn/i, weight: 0.35 },
];

/** Lines that only sound like trouble. */
export const HARMLESS =
  /\b(?:0|no|zero|without(?: any)?) (?:errors?|failures?|warnings?|exceptions?)\b|\b(?:errors?|failures?|failed|err)["']?\s?[=:]\s?["']?(?:0|none|null|nil|false|""|\[\]|<nil>)(?:\b|["\s,;]|$)|error[_-]?(?:handler|page|log|rate|count|reporting)\b(?!.{0,40}(?:exceed|high))|\bdefault error\b|npm info it worked|previous terminated container|errors?\.log\b|ignore errors|This is a development server|deprecat|reconnected|recovered|succeeded after|retry succeeded/i;

/** Lines whose own level says that they only inform. */
export const INFORMS =
  /\b(?:INFO|DEBUG|TRACE|NOTICE|VERBOSE)\b|level=(?:info|debug)|"level":\s?"(?:info|debug)"|\[(?:info|debug|notice)\]|^[ID]\d{4}\b/;
