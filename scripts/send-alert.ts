/** Sends an alert to a running producer, as its source would: `npm run send-alert -- --help`. */
import { main } from './cli/main.ts';
import { sendAlertCommand } from './cli/send-alert.ts';

await main(sendAlertCommand);
