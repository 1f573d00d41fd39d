import type { ServerDefinition } from '../../server-definition.ts';
import { databaseDeps } from './ask-targets.ts';
import type { DatabaseServerOptions } from './database-target.ts';
import { listTargets } from './list-targets.ts';
import { getActivity } from './postgresql/get-activity.ts';
import { getLocks } from './postgresql/get-locks.ts';
import { getReplication } from './postgresql/get-replication.ts';
import { getServer } from './postgresql/get-server.ts';
import { getSizes } from './postgresql/get-sizes.ts';
import { getStatements } from './postgresql/get-statements.ts';
import { getClients } from './redis/get-clients.ts';
import { getInfo } from './redis/get-info.ts';
import { getSlowlog } from './redis/get-slowlog.ts';

/**
 * The `database` server: how PostgreSQL (13 or newer) and Redis targets fare, by fixed questions within read-only sessions. No tool
 * takes a statement or a command. Its tools throw DependencyError (dependency `database`).
 */
export function createDatabaseServer(options: DatabaseServerOptions): ServerDefinition {
  const deps = databaseDeps(options);
  return {
    name: 'database',
    version: '0.1.0',
    instructions:
      'Reads how configured PostgreSQL and Redis servers fare. list_database_targets names them; values never appear in statements.',
    tools: [
      listTargets(deps),
      getActivity(deps),
      getLocks(deps),
      getStatements(deps),
      getReplication(deps),
      getSizes(deps),
      getServer(deps),
      getInfo(deps),
      getSlowlog(deps),
      getClients(deps),
    ],
  };
}
