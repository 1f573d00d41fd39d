const FRAMED = /[┌┏│┃├┡╞]/;
/** The head of ClickHouse's compact form stands inside the upper frame: `┌─table──┬─parts─┐`. */
const HEAD_IN_FRAME = /^\s*┌─*([^─┬┐\s][^\n]*)┐\s*$/;

/** Tables that were drawn with the lines of Unicode, drawn with `+`, `-` and `|`, as the readers of tables know them. */
export const plainFrames = (text: string): string =>
  FRAMED.test(text) ? text.split('\n').flatMap(plainLine).join('\n') : text;

function plainLine(raw: string): string[] {
  // Newer versions number their rows.
  const line = raw.replace(/^\s*\d+\.\s+(?=[│┃])/, '');
  const [, names] = HEAD_IN_FRAME.exec(line) ?? [];
  if (names !== undefined) {
    const head = names.split('┬').map((name) => name.replace(/─+/g, ' ').trim());
    const rule = `+${head.map(() => '---').join('+')}+`;
    return [rule, `| ${head.join(' | ')} |`, rule];
  }
  if (!FRAMED.test(line) && !/[└┗╘]/.test(line)) return [raw];
  return [
    line
      .trim()
      .replace(/[│┃║]/g, '|')
      .replace(/[─━═]/g, '-')
      .replace(/[┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋┡┩╇╞╡╪╘╛╧╒╕╤]/g, '+'),
  ];
}
