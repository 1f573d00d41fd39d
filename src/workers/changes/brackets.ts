const OPENING = '([{';
const CLOSING = ')]}';

/** How deep each sign of a line of code stands within brackets that were opened from `start` on; a closing one stands without its own. */
function* depthsFrom(code: string, start: number): Generator<{ index: number; sign: string; depth: number }> {
  let depth = 0;
  for (let index = start; index < code.length; index++) {
    const sign = code[index]!;
    if (CLOSING.includes(sign)) depth--;
    yield { index, sign, depth };
    if (OPENING.includes(sign)) depth++;
  }
}

/** Where the first bracket from `start` on is closed again; null where the line ends before. */
export function closingOf(code: string, start: number): number | null {
  for (const { index, sign, depth } of depthsFrom(code, start)) if (depth === 0 && CLOSING.includes(sign)) return index;
  return null;
}

/** The arguments of a call whose bracket stands just before `start`, up to the end of the line where it is not closed there. */
export function argumentsAt(code: string, start: number): string[] {
  const found: string[] = [];
  let from = start;
  for (const { index, sign, depth } of depthsFrom(code, start)) {
    if (depth < 0) return [...found, code.slice(from, index)];
    if (sign !== ',' || depth > 0) continue;
    found.push(code.slice(from, index));
    from = index + 1;
  }
  return [...found, code.slice(from)];
}
