/** Investigates one alert here and now, without queue and Slack: `npm run investigate -- --help`. */
import { investigateCommand } from './cli/investigate.ts';
import { main } from './cli/main.ts';

await main(investigateCommand);
