const MAX_STATEMENT = 1_000;

/** What stands at the beginning of the rest of a statement, the first that fits. */
const TOKENS: readonly { pattern: RegExp; shown: (text: string) => string }[] = [
  // Comments may hold anything, names of users and trace ids among it.
  { pattern: /^(?:--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/, shown: () => ' ' },
  { pattern: /^[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/, shown: () => '?' },
  { pattern: /^(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)/, shown: () => '?' },
  { pattern: /^(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?(?:\1|$)/, shown: () => '?' },
  { pattern: /^\$\d+/, shown: (text) => text },
  { pattern: /^"(?:[^"]|"")*(?:"|$)/, shown: (text) => text },
  { pattern: /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/, shown: (text) => text },
  {
    pattern: /^(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)/,
    shown: () => '?',
  },
  { pattern: /^\s+/, shown: () => ' ' },
  { pattern: /^[\s\S]/, shown: (text) => text },
];

/**
 * A statement without its values: texts, numbers and comments are taken out, names stay. What was cut in the middle of a text (the
 * server keeps 1 kB) counts as text to its end. At most 1,000 characters, in one line.
 */
export function maskStatement(statement: string): string {
  let rest = statement;
  let shown = '';
  while (rest !== '' && shown.length <= MAX_STATEMENT * 4) {
    for (const { pattern, shown: show } of TOKENS) {
      const [text] = pattern.exec(rest) ?? [];
      if (text === undefined || text === '') continue;
      shown += show(text);
      rest = rest.slice(text.length);
      break;
    }
  }
  const line = shown
    .replace(/\s+/g, ' ')
    .replace(/\?(?:\s*,\s*\?){3,}/g, '?, ...')
    .trim()
    .toWellFormed();
  return line.length > MAX_STATEMENT ? `${line.slice(0, MAX_STATEMENT - 1)}…` : line;
}
