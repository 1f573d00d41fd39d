import { SignozRefusal } from './signoz-refusal.ts';

export type Token =
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'word'; value: string }
  | { kind: 'sign'; value: string };

const PATTERNS: [RegExp, (match: RegExpExecArray) => Token | null][] = [
  [/\s+/y, () => null],
  [/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y, ([, one, two]) => ({ kind: 'text', value: unquote(one ?? two ?? '') })],
  [/(?:!=|<>|<=|>=|=~|=|<|>|\(|\)|\[|\]|,)/y, ([value]) => ({ kind: 'sign', value })],
  [/-?\d+(?:\.\d+)?(?![\w.])/y, ([value]) => ({ kind: 'number', value: Number(value) })],
  [/[A-Za-z0-9_@$][\w.\-/:@$]*/y, ([value]) => ({ kind: 'word', value })],
];

/** SigNoz undoes the escapes in this order, whatever the quotes. */
function unquote(text: string): string {
  return text.replaceAll('\\\\', '\\').replaceAll("\\'", "'");
}

/** Refuses a filter expression in SigNoz's words. */
export function syntaxError(complaint: string): SignozRefusal {
  return new SignozRefusal('invalid_input', 'Found 1 syntax errors while parsing the search expression.', [complaint]);
}

/** Cuts a filter expression of the v5 query language into tokens; refuses characters that have no place in it. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const start = at;
    for (const [pattern, build] of PATTERNS) {
      pattern.lastIndex = at;
      const match = pattern.exec(expression);
      if (!match) continue;
      const token = build(match);
      if (token) tokens.push(token);
      at = pattern.lastIndex;
      break;
    }
    if (at === start) throw syntaxError(`line 1:${at} token recognition error at: '${expression[at]}'`);
  }
  return tokens;
}
