/** Texts are matched by so many of their characters at most. */
const MAX_TEXT = 1_000;
/** Open-ended repetitions in one expression: each multiplies the time by the length of the text. */
const MAX_REPETITIONS = 2;

/** Tells whether a text (of an alert, untrusted) matches; never slow, whatever the text is. */
export type PatternMatcher = (text: string) => boolean;

/** The matcher of a pattern: `/expression/` (flag `i`), a glob when it holds `*` or `?`, else the text itself in any case. */
export function patternMatcher(pattern: string): PatternMatcher {
  const expression = expressionOf(pattern);
  if (expression !== null) {
    const compiled = new RegExp(expression, 'i');
    return (text) => compiled.test(text.slice(0, MAX_TEXT));
  }
  const wanted = pattern.toLowerCase();
  if (/[*?]/.test(wanted)) return (text) => matchesGlob(wanted, text.slice(0, MAX_TEXT).toLowerCase());
  return (text) => text.toLowerCase() === wanted;
}

/** What is wrong with a pattern, and its remedy; null when nothing is. */
export function patternFault(pattern: string): string | null {
  const expression = expressionOf(pattern);
  if (expression === null) return null;
  try {
    new RegExp(expression, 'i');
  } catch {
    return `/${expression}/ is not a regular expression: check its brackets, or write a glob such as Kube*`;
  }
  const danger = dangerOf(expression);
  return danger
    ? `/${expression}/ ${danger}, which can take for ever on some texts: write it without, or as a glob`
    : null;
}

const expressionOf = (pattern: string) => /^\/(.+)\/$/s.exec(pattern)?.[1] ?? null;

/** What could make backtracking costly. Groups may be repeated only where nothing in them has a choice. */
function dangerOf(expression: string): string | null {
  // What stands in a class or behind a backslash is one character.
  const plain = expression
    .replace(/\\(?:[1-9]|k<)/g, '\u0001')
    .replace(/\\./gs, 'x')
    .replace(/\[(?:\^?\]?)[^\]]*\]/g, 'x');
  if (plain.includes('\u0001')) return 'refers back to a group';
  if (/\(\?(?:[=!]|<[=!])/.test(plain)) return 'looks ahead or behind';
  if (repeatsChoice(plain)) return 'repeats a group that repeats or chooses itself';
  const open = plain.match(/[*+]|\{\d*,\d*\}/g) ?? [];
  return open.length > MAX_REPETITIONS ? `repeats without an end ${open.length} times` : null;
}

/** True where a group with a repetition or an alternative in it is itself repeated. */
function repeatsChoice(plain: string): boolean {
  const choices: boolean[] = [];
  for (let at = 0; at < plain.length; at++) {
    const character = plain[at]!;
    if (character === '(') choices.push(false);
    else if (character === ')') {
      const choice = choices.pop() ?? false;
      if (choice && /[*+{]/.test(plain[at + 1] ?? '')) return true;
      if (choice && choices.length > 0) choices[choices.length - 1] = true;
    } else if (/[*+{|]/.test(character) || (character === '?' && plain[at - 1] !== '(')) {
      if (choices.length > 0) choices[choices.length - 1] = true;
    }
  }
  return false;
}

/** Glob matching without backtracking over more than the last `*`. */
function matchesGlob(glob: string, text: string): boolean {
  let [g, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (g < glob.length && glob[g] === '*') [star, mark, g] = [g, t, g + 1];
    else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) [g, t] = [g + 1, t + 1];
    else if (star >= 0) [g, t, mark] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
