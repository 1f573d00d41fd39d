/** How connection pools and database servers say that no connection was left; the groups hold what they count. */
export const POOL_PATTERNS = [
  // HikariCP
  /Connection is not available, request timed out after (?<waited>\d{1,9})ms(?: \(total=(?<total>\d{1,6}), active=(?<active>\d{1,6}), idle=(?<idle>\d{1,6}), waiting=(?<waiting>\d{1,6})\))?/,
  // SQLAlchemy
  /QueuePool limit of size (?<max>\d{1,6}) overflow (?<overflow>\d{1,6}) reached, connection timed out(?:, timeout (?<waitedSeconds>[\d.]{1,12}))?/,
  // Prisma
  /Timed out fetching a new connection from the connection pool[\s\S]{0,200}?connection limit: (?<max>\d{1,6})/,
  // node-postgres (pg-pool)
  /timeout exceeded when trying to connect/,
  // Knex (tarn), Sequelize, TypeORM
  /Timeout acquiring a connection\. The pool is probably full|SequelizeConnectionAcquireTimeoutError|ConnectionAcquireTimeoutError/,
  // Tomcat JDBC
  /Pool empty\. Unable to fetch a connection in (?<waitedSeconds>\d{1,6}) seconds?, none available\[size:(?<max>\d{1,6}); busy:(?<active>\d{1,6}); idle:(?<idle>\d{1,6})/,
  // Commons DBCP, c3p0, ADO.NET, MongoDB drivers
  /Cannot get a connection, pool error|An attempt by a client to checkout a Connection has timed out/,
  /prior to obtaining a connection from the pool/,
  /Timed out while checking out a connection from connection pool|MongoWaitQueueTimeoutError|WaitQueueTimeoutError/,
  // Go: pgxpool, and the words of services that wrap database/sql
  /failed to acquire (?:a )?(?:db|database|sql|pgx|postgres|mysql) ?connection|sql: connection pool (?:timeout|exhausted)|pgxpool[^\n]{0,60}acquire[^\n]{0,60}deadline exceeded/i,
] as const;

/** How the database server itself says that its connection slots are used up. */
export const SERVER_FULL_PATTERNS = [
  /sorry, too many clients already/,
  /remaining connection slots are reserved/,
  /too many connections for (?:role|database) "[\w.-]{1,63}"/,
  /\bToo many connections\b|ER_CON_COUNT_ERROR/,
  /no more connections allowed \(max_client_conn\)/,
  /ORA-12519|ORA-00018|ORA-00020/,
] as const;

/** A connection that a program took and does not give back. */
export const LEAK_PATTERNS = [/Connection leak detection triggered/i, /connection leak detected/i] as const;

const GENERAL_POOL =
  /connection pool (?:is )?(?:exhausted|full|empty|timed out|timeout)|(?:exhausted|no (?:free|available)) connections? (?:in|from) (?:the )?pool|pool exhausted/i;
const DATABASE_WORDS = /\bsql|jdbc|postgres|\bpg\b|mysql|mariadb|oracle|mongo|redis|hikari|database|\bdb\b|datasource/i;
const OTHER_POOLS = /\bhttp|urllib3|okhttp|\bthread|httpclient|worker pool|executor/i;

/** True for a line in which a connection pool, not the network, gave up waiting. */
export function speaksOfPool(body: string): boolean {
  return POOL_PATTERNS.some((pattern) => pattern.test(body)) || speaksOfDatabasePool(body);
}

/** "Connection pool exhausted" in words that name a database; pools of HTTP clients and threads are another matter. */
export function speaksOfDatabasePool(body: string): boolean {
  return GENERAL_POOL.test(body) && DATABASE_WORDS.test(body) && !OTHER_POOLS.test(body);
}
