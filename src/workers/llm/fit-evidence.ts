/** English, JSON and log text hold about this many characters per token. */
export const CHARACTERS_PER_TOKEN = 4;

/** Roughly how many tokens a text takes. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Head and tail of a text, together at most `max` characters, with a mark where the middle was left out. */
export function headAndTail(text: string, max: number): string {
  if (text.length <= max) return text;
  const mark = `\n[... ${text.length - max} characters left out ...]\n`;
  const room = Math.max(0, max - mark.length);
  const head = Math.ceil(room * 0.6);
  return `${text.slice(0, head)}${mark}${room > head ? text.slice(-(room - head)) : ''}`.slice(0, Math.max(max, 0));
}

/**
 * Cuts texts so that together they have at most `total` characters: short ones stay whole, and what they leave is shared
 * evenly among the long ones.
 */
export function shareRoom(texts: string[], total: number): string[] {
  const shares = new Map<number, number>();
  let left = Math.max(0, total);
  const byLength = texts.map((text, index) => ({ length: text.length, index })).sort((a, b) => a.length - b.length);
  byLength.forEach(({ length, index }, position) => {
    const share = Math.min(length, Math.floor(left / (byLength.length - position)));
    shares.set(index, share);
    left -= share;
  });
  return texts.map((text, index) => headAndTail(text, shares.get(index) ?? 0));
}
