import type { Action } from '../../shared/report.ts';
import { oneLine } from '../detectors/support/text.ts';
import { checkCommand } from './check-command.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { hidesCommand } from './hidden-command.ts';
import type { KnownNames } from './known-names.ts';
import { oneLineCommand } from './one-line.ts';

/** What an action's command is held against; `struck` gets a sentence for each part that is taken out. */
export type ActionChecks = {
  names: () => KnownNames;
  /** True for a word that stands in the alerts or the evidence. */
  isName: (word: string) => boolean;
  struck: string[];
};

/**
 * An action with a command of one line, names filled in and its risk stated. A command that leaves a name open goes and its title stays;
 * an action whose command may not be shown goes altogether.
 */
export function keepAction(action: Action, { names, isName, struck }: ActionChecks): Action[] {
  const notShown = (what: string, why: string) =>
    void struck.push(`${what} "${oneLine(action.title, 80)}" is not shown because ${why}`);
  if (hidesCommand(action.title) || hidesCommand(action.risk ?? '')) {
    notShown('action:', 'its words hold a command');
    return [];
  }
  if (action.command === null) return [action];
  const line = oneLineCommand(action.command);
  if (line === null) {
    notShown('action:', 'its command is not one line');
    return [];
  }
  const filled = fillPlaceholders(line, names, isName);
  const check = checkCommand('command' in filled ? filled.command : line);
  if (check.effect === 'forbidden') {
    notShown('action:', check.reason);
    return [];
  }
  if ('open' in filled) {
    notShown('action: the command of', `it leaves ${filled.open} open, which the evidence does not tell for sure`);
    return [{ ...action, command: null }];
  }
  const { command } = filled;
  if (check.effect === 'read') return [{ ...action, command }];
  return [{ ...action, command, risk: action.risk?.trim() ? action.risk : check.risk }];
}
