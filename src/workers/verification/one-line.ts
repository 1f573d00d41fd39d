/** Whatever a shell, a terminal or a page takes for the end of a line. */
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** True for a text of more than one line, whatever parts them. */
export const hasLines = (text: string): boolean => LINE_BREAK.test(text);

/**
 * A command as the one line that is pasted: comments and empty lines around it go, a line that a backslash carries on is one with the
 * next. Null where nothing or more than one command is left.
 */
export function oneLineCommand(text: string): string | null {
  const commands: string[] = [];
  let begun = '';
  for (const line of text.split(LINE_BREAK)) {
    if (begun === '' && /^\s*(?:#|$)/.test(line)) continue;
    const goesOn = (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    if (goesOn) begun += `${line.slice(0, -1)} `;
    else {
      commands.push(begun + line);
      begun = '';
    }
  }
  if (begun.trim() !== '') commands.push(begun);
  const [only, ...more] = commands;
  return only === undefined || more.length > 0 ? null : only.trim();
}
