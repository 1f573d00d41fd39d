import type { EventEmitter } from 'node:events';

/** A row as the driver gives it; repositories shape it with SQL casts so that both drivers agree. */
export type Row = Record<string, unknown>;

/** The part of a `pg` pool that BullMQ's PostgreSQL backend uses; the embedded database imitates it. */
export type QueuePool = {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
  connect(): Promise<EventEmitter & { query: QueuePool['query']; release(destroy?: boolean): void }>;
  end(): Promise<void>;
};

/** One session for migrations: several statements in one transaction. */
export type MigrationSession = { query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> };

/**
 * The one store of truth: a PostgreSQL server, or PostgreSQL embedded in this process. Our own statements are single
 * statements (no transactions over several), because the embedded database has one session that everybody shares.
 */
export type Database = {
  readonly kind: 'postgres' | 'embedded';
  /** Runs one statement. Throws FleetError `store_unavailable` (retryable) when the server cannot be reached in time. */
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** The pool for BullMQ, with `search_path=bullmq`. */
  queuePool(): QueuePool;
  /** Runs `work` on one session while nobody else migrates. */
  withMigrationSession<T>(work: (session: MigrationSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};
