import type { Action } from '../../shared/report.ts';
import { checkCommand } from '../verification/check-command.ts';
import { firstOfEach } from './first-of-each.ts';

const MOST = { looks: 5, changes: 3 } as const;

/** First what only looks, then what changes something, each once; of neither so much that the other finds no room. */
export function actionsInOrder(actions: Action[]): Action[] {
  const all = firstOfEach(actions, ({ command, title }) => command ?? title);
  const looks = all.filter(({ command }) => command !== null && checkCommand(command).effect === 'read');
  const changes = all.filter((action) => !looks.includes(action));
  return [...looks.slice(0, MOST.looks), ...changes.slice(0, MOST.changes)];
}
