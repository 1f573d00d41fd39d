/** Checks every configured dependency: `npm run doctor -- --help`. */
import { doctorCommand } from './cli/doctor.ts';
import { main } from './cli/main.ts';

await main(doctorCommand);
