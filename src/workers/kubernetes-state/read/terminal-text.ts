import { stripVTControlCharacters } from 'node:util';

/** A command and what it printed. */
export type Printed = { command: string; output: string };

/** A terminal's text without colours, cursor movements and the line ends of other systems. */
export function plainText(text: string): string {
  const coloured = text.includes('\u001b') || text.includes('\u009b');
  const bare = coloured ? stripVTControlCharacters(text) : text;
  return bare.includes('\r') ? bare.split('\n').map(afterReturn).join('\n') : bare;
}

/** What a terminal shows of a line that was written over: the text after the last carriage return. */
function afterReturn(line: string): string {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
  return whole.slice(whole.lastIndexOf('\r') + 1);
}

/** A prompt before a command, or a heading that repeats the command: `$ kubectl …`, `root@host:~# kubectl …`, `=== kubectl … ===`, `+ kubectl …`. */
const COMMAND_LINE =
  /^\s{0,4}(?:(?:\S{0,80}\s?)?[$#%>❯]\s+|PS [^>\n]{1,80}>\s*|➜\s+\S{1,80}\s+(?:git:\(\S{1,80}\)\s+(?:✗\s+)?)?|[=\-#*>+]{1,8}\s*(?:command:?\s*|cmd:?\s*)?|(?:command|cmd|running|executing):\s*)`?((?:sudo\s+)?(?:\S{0,60}\/)?(?:kubectl(?:\.exe)?|oc|kubecolor|stern|kubetail|helm|istioctl|k(?= (?:(?:-n|--namespace) \S+ )?(?:get|describe|logs?|exec|top|events|rollout)\b))\s[^\n]{1,400})$/iu;
/** Any other command at a prompt ends what the one before it printed. */
const OTHER_COMMAND = /^(?:\S{1,60}@\S{1,60}[#$%]|\$|❯)\s+([a-z][\w./-]{0,60}(?:\s[^\n]{0,400})?)$|^(?:\$|❯)\s*$/;
/** `==== Pods ====`, `--- services ---` and the like: the beginning of another text, whose command is not told. */
const HEADING = /^(?:={3,}|-{3,}|#{2,}|\*{3,})\s*([A-Za-z][^\n=*]{0,120}?)\s*(?:={3,}|-{3,}|#{2,}|\*{3,}|:)\s*$/;

/**
 * Cuts a recording of several commands into the commands with their outputs; a text of one command is one of them. What one
 * kubectl command printed is never cut: a log may hold prompts and headings of its own.
 */
export function printedCommands(command: string, text: string): Printed[] {
  if (/^\s*(?:sudo\s+)?(?:\S+\/)?(?:kubectl(?:\.exe)?|oc|kubecolor|k)\s/.test(command))
    return [{ command, output: text }];
  const parts: { command: string; lines: string[] }[] = [{ command, lines: [] }];
  for (const line of text.split('\n')) {
    const next = line.length > 600 ? null : commandOf(line);
    if (next === null) parts.at(-1)?.lines.push(line);
    else parts.push({ command: next, lines: [] });
  }
  return parts
    .map((part) => ({ command: part.command, output: part.lines.join('\n') }))
    .filter(({ output }) => output.trim() !== '');
}

function commandOf(line: string): string | null {
  const first = line.charAt(0);
  if (first === '' || first === '{') return null;
  const named = COMMAND_LINE.exec(line)?.[1];
  if (named) return named.replace(/\s*(?:[=\-#*]{2,}|`)\s*$/, '').replace(/^sudo\s+/, '');
  const other = OTHER_COMMAND.exec(line);
  if (other) return other[1] ?? '';
  return HEADING.test(line) && !/statistics/.test(line) ? '' : null;
}
