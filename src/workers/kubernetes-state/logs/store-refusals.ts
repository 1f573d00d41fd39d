import type { FailureKind } from './failure-kind.ts';

/** How stores say that they have as many clients as they allow. */
export const REFUSES_CLIENTS =
  /\((?:1040|1203|1226), |too many clients already|remaining connection slots|too many connections|max number of clients reached|max_connections (?:reached|exceeded)|Host '[^']*' is blocked because of many connection errors|max_user_connections|no more connections allowed|max_client_conn|connection refused because too many open connections|sorry, too many|too many open connections|connection limit \(\d+\) is reached|has exceeded the '[^']*' resource/i;

/** What databases, caches and brokers answer when they refuse their clients. */
export const STORE_REFUSALS: readonly FailureKind[] = [
  {
    name: 'read-only-database',
    class: 'database',
    meaning: 'the database is read-only and refuses writes',
    pattern:
      /\((?:1290|1836), |read[- ]only transaction|cannot execute \w+ in a read-only|READONLY You can't write|--read-only option|--super-read-only|NotWritablePrimary|not master and slaveOk|not primary|database is in read.?only|attempt to write a readonly database|running in read-only mode|(?:table|database|index) \S{1,80} is read[- ]only|database is read-only|blocked by: \[FORBIDDEN\/\d+\/index (?:write|read-only)/i,
    weight: 1,
  },
  {
    name: 'connection-limit',
    class: 'database',
    meaning: 'the database has reached its connection limit and refuses new connections',
    pattern: REFUSES_CLIENTS,
    weight: 1,
  },
  {
    name: 'pool-exhausted',
    class: 'database',
    meaning: 'the database connection pool is exhausted',
    pattern:
      /pool (?:is |was )?(?:exhausted|empty|full)|QueuePool limit|connection is not available, request timed out|timeout (?:exceeded )?(?:when|while) (?:trying to )?(?:connect|acquir)\w*.{0,40}pool|connection pool.{0,60}(?:exhaust|timeout|timed out|starv)|could not (?:get|obtain) .{0,20}connection from (?:the )?pool|too many waiters|query_wait_timeout|Max connect timeout reached while reaching hostgroup|pool_timeout|ResourceRequest timed out|AcquireTimeout|timeout exceeded when trying to connect|prior to obtaining a connection from the pool|no available connections?\b.{0,40}pool|acquire.{0,30}connection.{0,30}timed? ?out|pool is probably full|pool timed out while waiting|waiting for a pooled item|WaitQueueTimeout|checking out a connection from connection pool/i,
    weight: 1,
  },
  {
    name: 'driver-too-old',
    class: 'database',
    meaning:
      'the driver of the client is too old (or too new) for the database: it does not know its authentication or protocol (SCRAM, wire version)',
    pattern:
      /authentication type \d+ is not supported|does not support authentication protocol requested|Authentication plugin '[^']+' (?:cannot be loaded|is not supported|reported error)|wire version|SCRAM authentication (?:is not supported|requires libpq)|Unsupported OP_QUERY|unsupported wire protocol|client is older than|server does not support (?:this )?(?:driver|client)/i,
    weight: 1,
  },
  {
    name: 'password-expired',
    class: 'database',
    meaning: 'the password of the database user has expired, so logins are refused (credentials)',
    pattern:
      /\bpassword (?:has |is )?expired|\bexpired password\b|must reset your password using ALTER USER|password of user .{0,60} expired|ORA-28001/i,
    weight: 1,
  },
  {
    name: 'user-missing',
    class: 'database',
    meaning: 'the database user (role) does not exist, so authentication fails',
    pattern:
      /role "[^"]+" does not exist|UserNotFound|could not find user|\buser .{0,40}does not exist|unknown user '|no such user\b/i,
    weight: 1,
  },
  {
    name: 'store-demands-tls',
    class: 'database',
    meaning: 'the database accepts only TLS (SSL) connections and the client does not use it, or the reverse',
    pattern:
      /only allow(?:s)? SSL connections|SSLHandshakeFailed|The server is configured to only allow SSL|does not support SSL connections|SSL is required|requires? (?:a )?(?:secure|SSL|TLS) connection|Connections using insecure transport are prohibited|\brequire_secure_transport ?= ?ON\b|server refuses (?:unencrypted|plain-?text) connections/i,
    weight: 1,
  },
  {
    name: 'client-not-allowed',
    class: 'database',
    meaning:
      'no rule of the database (pg_hba.conf) lets the client in as it comes: by its address, user or database, or because it does not use TLS (SSL, encryption)',
    pattern: /no pg_hba\.conf entry/i,
    weight: 1,
  },
  {
    name: 'broker-credentials',
    class: 'application',
    meaning: 'the broker refuses the login: the credentials are wrong or missing (authentication failed)',
    pattern:
      /\bACCESS_REFUSED\b|Amqp\w*Authentication|rabbitmq[\w.]*Authentication|SaslAuthenticationException|SASL\w* authentication fail|PLAIN login refused/i,
    weight: 1,
  },
  {
    name: 'credentials',
    class: 'database',
    meaning: 'the credentials are wrong or missing: authentication failed',
    pattern:
      /\(1045, |password authentication failed|access denied for user|authentication failed|auth(?:entication)? (?:error|failure)|AuthenticationFailed|SASL.{0,40}(?:fail|auth)|SCRAM.{0,60}fail|WRONGPASS|NOAUTH|invalid (?:username|password|credentials)|(?:requires|command \w+ requires) authentication|login failed for user|ACCESS_REFUSED|called without any password configured|username.{0,40}password (?:are|is) incorrect|invalid username\/password|Authorization Violation|unable to authenticate user|no password supplied|client password must be a string|is not permitted to log in|account is locked/i,
    weight: 1,
  },
  {
    name: 'store-rights',
    class: 'database',
    meaning: 'the user lacks a right (permission, role) in the database: it was revoked or never granted',
    pattern:
      /\((?:1044|1142|1143), |not authori[sz]ed on \S+ to execute|permission denied for (?:table|schema|database|relation|sequence|view|function)|command denied to user|\bNOPERM\b|must be owner of|TOPIC_AUTHORIZATION_FAILED|GROUP_AUTHORIZATION_FAILED/i,
    weight: 1,
  },
  {
    name: 'store-memory',
    class: 'database',
    meaning: 'the store has used up its memory (maxmemory) and refuses writes',
    pattern: /OOM command not allowed|used memory > 'maxmemory'|SERVER_ERROR out of memory storing object/i,
    weight: 1,
  },
];
