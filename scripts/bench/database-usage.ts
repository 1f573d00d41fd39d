import pg from 'pg';

/** What a database holds on disk, indexes included, and how many transactions it has committed, as its statistics say by now. */
export type DatabaseUsage = { bytes: number; commits: number };

/** Reads it over a connection of its own; PostgreSQL's sessions report their transactions about once a second. */
export async function databaseUsage(url: string): Promise<DatabaseUsage> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select pg_database_size(datname)::float8 as bytes, xact_commit::float8 as commits
       from pg_stat_database where datname = current_database()`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
