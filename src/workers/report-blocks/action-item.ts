import type { Action } from '../../shared/report.ts';
import { checkCommand } from '../verification/check-command.ts';
import { cleanText } from './clean-text.ts';
import { weighText } from './cut-text.ts';
import { type Item, itemOf } from './part.ts';
import { line, preformatted, type RichElement, run, section, type TextRun } from './slack-blocks.ts';

const COMMAND_LIMIT = 2_000;

/** A step with its risk before its command, so that the risk is read first. */
export function actionItem(action: Action, index: number): Item {
  return itemOf(
    section(run(`${index + 1}. ${line(action.title, 300)}`, { bold: true }), ...readOnlyMark(action)),
    ...riskLine(action),
    ...commandBlock(action.command),
  );
}

function riskLine({ risk }: Action): RichElement[] {
  return risk === null ? [] : [section(run('Risk: ', { italic: true }), run(line(risk, 400)))];
}

/** Said of a command that our own check knows to look only, so that the reader need not wonder. */
function readOnlyMark({ command, risk }: Action): TextRun[] {
  const looks = command !== null && risk === null && checkCommand(command).effect === 'read';
  return looks ? [run(' (read-only)')] : [];
}

/** A command is shown whole or not at all: half a command does something else. */
function commandBlock(command: string | null): RichElement[] {
  if (command === null) return [];
  const text = command.length > 2 * COMMAND_LIMIT ? null : cleanText(command, COMMAND_LIMIT);
  if (text === '') return [];
  if (text !== null && weighText(text) <= COMMAND_LIMIT) return [preformatted(text)];
  const size = `${command.length} characters`;
  return [section(run(`The command is too long to show whole (${size}): read it in the incident API.`))];
}
