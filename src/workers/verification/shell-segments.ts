/** A simple command: its words, where its redirections lead, and whether it reads what the one before it writes. */
export type Segment = { words: string[]; redirects: string[]; piped: boolean };

/** A command line as its simple commands; null for what must not be shown (substitution, open quotes). */
export function shellSegments(command: string): Segment[] | null {
  const state: State = { segments: [{ words: [], redirects: [], piped: false }], word: null, redirect: false };
  const text = command.replace(/\\\r?\n/g, ' ');
  let index = 0;
  while (index < text.length) {
    const next = readAt(text, index, state);
    if (next === null) return null;
    index = next;
  }
  endWord(state);
  return state.segments.filter(({ words, redirects }) => words.length > 0 || redirects.length > 0);
}

type State = { segments: Segment[]; word: string | null; redirect: boolean };

/** Reads one piece at `index` and answers where the next begins. */
function readAt(text: string, index: number, state: State): number | null {
  const char = text[index] ?? '';
  if (char === "'") return readSingleQuoted(text, index, state);
  if (char === '"') return readDoubleQuoted(text, index, state);
  if (char === '`' || text.startsWith('$(', index) || text.startsWith('<(', index) || text.startsWith('>(', index))
    return null;
  if (char === '\\') return add(state, text[index + 1] ?? '', index + 2);
  if (char === ' ' || char === '\t') return endWord(state, index + 1);
  if (char === '#' && state.word === null) return endOfLine(text, index);
  if (';|&\n\r'.includes(char)) return separator(text, index, state);
  if (char === '<' || char === '>') return startRedirect(text, index, state);
  return add(state, char, index + 1);
}

function add(state: State, text: string, next: number): number {
  state.word = (state.word ?? '') + text;
  return next;
}

function endWord(state: State, next = 0): number {
  if (state.word === null) return next;
  const segment = state.segments.at(-1);
  if (state.redirect) segment?.redirects.push(state.word);
  else segment?.words.push(state.word);
  state.word = null;
  state.redirect = false;
  return next;
}

function readSingleQuoted(text: string, index: number, state: State): number | null {
  const end = text.indexOf("'", index + 1);
  return end === -1 ? null : add(state, text.slice(index + 1, end), end + 1);
}

function readDoubleQuoted(text: string, index: number, state: State): number | null {
  let value = '';
  for (let at = index + 1; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') return add(state, value, at + 1);
    if (char === '`' || text.startsWith('$(', at)) return null;
    // Between double quotes a backslash goes away only before what it makes harmless.
    if (char === '\\' && '$`"\\\n'.includes(text[at + 1] ?? ' ')) at++;
    value += text[at] ?? '';
  }
  return null;
}

/** Not every shell takes a `#` for the start of a comment: nothing in one may be live. */
function endOfLine(text: string, index: number): number | null {
  const end = text.indexOf('\n', index);
  const comment = text.slice(index, end === -1 ? text.length : end);
  return /[`$;&|<>()]/.test(comment) ? null : index + comment.length;
}

function separator(text: string, index: number, state: State): number {
  // `2>&1` is a redirection, not the end of the command.
  if (text[index] === '&' && state.redirect && state.word === null) return add(state, '&', index + 1);
  endWord(state);
  state.redirect = false;
  const last = state.segments.at(-1);
  // `||` is no pipe: its second sign finds the segment that the first one opened still empty.
  const doubled = last?.words.length === 0 && last.piped;
  state.segments.push({ words: [], redirects: [], piped: text[index] === '|' && !doubled });
  return index + 1;
}

function startRedirect(text: string, index: number, state: State): number {
  if (state.word !== null && /^\d$/.test(state.word)) state.word = null;
  endWord(state);
  state.redirect = true;
  return text[index + 1] === text[index] ? index + 2 : index + 1;
}
