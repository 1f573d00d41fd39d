/** Brings the database schema up, down, or says where it stands: `npm run migrate -- --help`. */
import { main } from './cli/main.ts';
import { migrateCommand } from './cli/migrate.ts';

await main(migrateCommand);
