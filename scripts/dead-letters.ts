/** Shows dead incidents and sends them round again: `npm run dead-letters -- --help`. */
import { deadLettersCommand } from './cli/dead-letters.ts';
import { main } from './cli/main.ts';

await main(deadLettersCommand);
