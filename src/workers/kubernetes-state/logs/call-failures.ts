import type { FailureKind } from './failure-kind.ts';

const DATABASE = String.raw`(?:database|\bdb\b|postgres\w*|psql|pgx|psycopg2?|mysql\w*|mariadb|mongo\w*|redis\w*|valkey|cassandra|\bsql\w*|jdbc|hikari\w*|sequelize|typeorm|prisma|:(?:5432|3306|27017|6379)\b)`;

/** A request that was answered with 5xx, as servers and frameworks write it (Rails, Phoenix, ASP.NET, Ktor). */
export const SERVER_ERROR =
  /HTTP\/\d(?:\.\d)?"?\s+5\d\d\b|\bstatus(?:_?code)?["=: ]{1,4}5\d\d\b|\b(?:Completed|Sent|responded) 5\d\d\b|\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)\b/i;

/** What programs say when a call, a start or their own configuration fails; from the particular to the general. */
export const CALL_FAILURES: readonly FailureKind[] = [
  {
    name: 'lock',
    class: 'database',
    meaning: 'statements of the database block each other (locks)',
    pattern:
      /\((?:1205|1213), |deadlock (?:detected|found)|lock wait timeout|could not obtain lock|canceling statement due to lock|WriteConflict|could not serialize access|database is locked|was deadlocked on|deadlock victim|still waiting for \w+Lock on/i,
    weight: 0.9,
  },
  {
    name: 'database-schema',
    class: 'database',
    meaning: 'the database does not hold what the program asks for',
    pattern:
      /\((?:1049|1054|1146), |relation "[^"]+" does not exist|column "?[\w.]+"? does not exist|UndefinedTable|UndefinedColumn|Invalid object name '|migrations are pending|Schema-validation: missing|\bno (?:exchange|queue) '[^']+' in vhost|\bns not found\b|database "[^"]+" does not exist|unknown database|table '[^']+' doesn't exist|no such table|Unknown column '|PendingMigration|ns does not exist|migration.{0,40}fail/i,
    weight: 0.95,
  },
  {
    name: 'database-unreachable',
    class: 'database',
    meaning: 'the database cannot be reached',
    pattern: new RegExp(
      `\\((?:2002|2003|2006|2013), |terminating connection due to (?:administrator command|unexpected postmaster exit)|the database system is (?:starting up|shutting down|in recovery mode)|no reachable servers|server selection (?:error|timeout)|ServerSelection(?:Timeout)?Error|MongoNetworkError|MongoSocket\\w*Exception|Communications link failure|Lost connection to MySQL|server closed the connection unexpectedly|${DATABASE}[^\\n]{0,120}(?:refused|time(?:d )?out|unreachable|unavailable|failed|reset|closed|lost|gone away|error|down|not connected|unable to connect|not possible to connect|\\bETIMEDOUT\\b|\\bECONNREFUSED\\b)|(?:refused|time(?:d )?out|unreachable|failed|\\bETIMEDOUT\\b|\\bECONNREFUSED\\b|cannot connect|can't connect|unable to connect|can't reach)[^\\n]{0,120}${DATABASE}`,
      'i',
    ),
    weight: 0.95,
  },
  {
    name: 'connection-refused',
    class: 'network',
    meaning: 'a connection was refused: nothing listens at that address and port',
    pattern:
      /connection refused|\bECONNREFUSED\b|Failed to connect to \S{1,120} port \d+|connect(?:ion)? to .{0,80}refused|actively refused/i,
    weight: 0.9,
  },
  {
    name: 'timeout',
    class: 'network',
    meaning: 'a connection timed out',
    pattern:
      /i\/o timeout|\bETIMEDOUT\b|connection timed? ?out|connect(?:ion)? timeout|connect timed out|context deadline exceeded|DeadlineExceeded|deadline exceeded|read timed? ?out|ReadTimeout|ConnectTimeout|SocketTimeout|request timed? ?out|upstream (?:request )?timeout|operation timed out|gateway time-?out|TLS handshake timeout|DEADLINE_EXCEEDED|HttpClient\.Timeout|Client\.Timeout|\b(?:Net::)?(?:Open|Read|Socket)Timeout\b|ESOCKETTIMEDOUT|\bTimedOut\b|timeout of \d+ ?ms exceeded|network timeout at|\bTimeoutE(?:rror|xception)\b/i,
    weight: 0.85,
  },
  {
    name: 'connection-lost',
    class: 'network',
    meaning: 'connections break off',
    pattern:
      /connection reset|\bECONNRESET\b|broken pipe|\bEPIPE\b|no route to host|\bEHOSTUNREACH\b|network is unreachable|\bENETUNREACH\b|socket hang up|RemoteDisconnected|Remote end closed|connection closed unexpectedly|unexpected EOF|response ended prematurely|upstream prematurely closed|end of file reached/i,
    weight: 0.8,
  },
  {
    name: 'mesh-policy',
    class: 'network',
    meaning: 'a policy (of the mesh or the network) denies the call',
    pattern:
      /rbac_access_denied|RBAC: access denied|linkerd\w*::policy\S*: .{0,60}(?:denied|unauthorized)|[Pp]olicy denied.{0,20}(?:DROPPED|drop)|drop \(Policy denied\)/,
    weight: 1,
    certain: true,
  },
  {
    name: 'service-unavailable',
    class: 'network',
    meaning: 'a callee is unavailable',
    pattern:
      /code = Unavailable|StatusCode\.UNAVAILABLE|\bUNAVAILABLE: |no[_ ]healthy[_ ]upstream|upstream connect error|upstream_reset_before_response_started|route_not_found|cluster_not_found|no live upstreams|circuit ?breaker.{0,60}(?<!half[- ])\bopen\b|CallNotPermittedException|503 Service (?:Temporarily )?Unavailable|no endpoints available|produced zero addresses|no passing instance|502 Bad Gateway/i,
    weight: 0.8,
  },
  {
    name: 'address-in-use',
    class: 'network',
    meaning: 'the port is already in use',
    pattern: /address already in use|\bEADDRINUSE\b|bind: permission denied|port \d+ (?:is|was) already/i,
    weight: 1,
  },
  {
    name: 'arguments',
    class: 'application',
    meaning: 'its command line is wrong: it does not know one of its options (flag, argument)',
    pattern:
      /flag provided but not defined|unknown (?:shorthand )?(?:flag|option)\b|unrecogni[sz]ed (?:option|arguments?|flag)|unexpected argument|no such option|invalid choice: |Unrecognized VM option|Could not create the Java Virtual Machine/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'request-too-large',
    class: 'network',
    meaning:
      'the proxy refuses requests because their body is larger than it allows (request entity too large, body size limit)',
    pattern:
      /client intended to send too large body|413 (?:Request Entity|Payload|Content) Too Large|PayloadTooLargeError/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'mesh-control-plane',
    class: 'network',
    meaning: 'the sidecar gets no configuration from the control plane of the mesh, so the pod does not get ready',
    pattern: /config not received from XDS server|is Istiod running\?|xds-grpc closed since/i,
    weight: 1,
    certain: true,
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
    name: 'callee-refuses',
    class: 'application',
    meaning: 'a callee refuses the requests of the program as wrong (client error)',
    pattern:
      /\b4\d\d Client Error\b.{0,80} for url\b|resulted in a `4\d\d\b|HttpClientErrorException\$?\w*: 4\d\d\b|AxiosError: Request failed with status code 4\d\d/,
    weight: 0.6,
  },
  {
    name: 'file-permission',
    class: 'application',
    meaning: 'the program lacks permission',
    pattern:
      /permission denied|\bEACCES\b|operation not permitted|\bEPERM\b|read-only file system|\bEROFS\b|access (?:is )?denied|insufficient (?:privilege|permission)|403 forbidden|unauthori[sz]ed/i,
    weight: 0.9,
  },
  {
    name: 'configuration',
    class: 'application',
    meaning: 'the configuration is wrong or missing',
    pattern:
      /environment variable|could not resolve placeholder|env(?:ironment)? var\b|\benv \w+ (?:is )?(?:not set|missing|required)|(?:is|are) not set|missing (?:required )?(?:config|key|setting|parameter|argument|property|value)|(?:invalid|unknown|bad|unsupported|unrecogni[sz]ed) (?:config\w*|option|flag|argument|value|setting|directive|parameter)|configuration error|config(?:uration)? (?:file )?(?:not found|is missing|is invalid|error)|failed to (?:load|parse|read) config|KeyError: |key not found: "|Missing `secret_key_base`|validation errors? for \w*(?:settings|config)\w*|ImproperlyConfigured|connection string '[^']*' (?:was )?not found|\(Parameter 'connectionString'\)|"received": ?"undefined"|Failed to configure a DataSource|DisallowedHost|Blocked host: |must be (?:set|provided|specified)|is required but|required (?:but|property|parameter|env)|FileNotFoundError|no such file or directory|\bENOENT\b|yaml: |parse error|syntax error|SyntaxError|unknown directive|Config validation error|must have a value|Failed to bind properties|cannot unmarshal \w+ into Go|ModuleNotFoundError|Cannot find module|ImportError|ClassNotFound|NoClassDef/i,
    weight: 0.95,
  },
  {
    name: 'program-fault',
    class: 'application',
    meaning: 'the program itself fails (an error in its code)',
    pattern:
      /NullPointerException|NullReferenceException|nil pointer dereference|index out of range|IndexOutOfBounds|panicked at|undefined method|NoMethodError|Call to undefined|is not a function|Cannot read propert|(?:Type|Reference|Attribute|ZeroDivision|Index)Error\b|Segmentation fault|core dumped|SIGSEGV|StackOverflow|http: panic serving|runtime error: |divide by zero|ArithmeticException|DivideByZeroException|ClassCastException|InvalidOperationException|AssertionError/,
    weight: 0.6,
  },
  {
    name: 'callee-error',
    class: 'application',
    meaning: 'a callee answers with server errors of its own (internal error)',
    pattern:
      /https?:\/\/[^\s"']{1,200}["']?:? \[?5\d\d\b|\b5\d\d Server Error\b.{0,80} for url\b|(?:failed with|responded with|returned|answered(?: with)?|unexpected|got) (?:HTTP )?(?:status(?: ?code)?:? )?5\d\d\b|\[5\d\d[^\]]{0,40}\] during \[|HttpServerErrorException|InternalServerException|code = (?:Internal|Unknown) desc\b|StatusCode\.INTERNAL\b/,
    weight: 0.45,
  },
  {
    name: 'server-error',
    class: 'application',
    meaning: 'requests are answered with errors of the server (HTTP server errors)',
    pattern: SERVER_ERROR,
    weight: 0.4,
  },
];
