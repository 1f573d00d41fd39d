/** English, JSON and log text hold about this many characters per token; logs and ids hold fewer, so this errs on the safe side. */
export const CHARACTERS_PER_TOKEN = 3;

/** Roughly how many tokens a text takes. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/**
 * Head and tail of a text, together at most `max` characters, with a mark where the middle was left out: how much, and the
 * `digest` of the whole where there is one, so that the cut can be told from the source's own end.
 */
export function headAndTail(text: string, max: number, digest?: string): string {
  if (text.length <= max) return text;
  const whole = digest ? `, the whole has ${linesIn(text)} lines and sha256 ${digest.slice(0, 12)}` : '';
  const mark = `\n[... ${text.length - max} characters left out${whole} ...]\n`;
  const room = Math.max(0, max - mark.length);
  const head = Math.ceil(room * 0.6);
  return `${text.slice(0, head)}${mark}${room > head ? text.slice(-(room - head)) : ''}`.slice(0, Math.max(max, 0));
}

const linesIn = (text: string) => text.split('\n').length;

/** A text to be fitted; `digest` is the SHA-256 of the whole. */
export type Fittable = { text: string; digest?: string };

/**
 * Cuts texts so that together they have at most `total` characters: short ones stay whole, and what they leave is shared
 * evenly among the long ones.
 */
export function shareRoom(texts: (string | Fittable)[], total: number): string[] {
  const items = texts.map((text) => (typeof text === 'string' ? { text } : text));
  const shares = new Map<number, number>();
  let left = Math.max(0, total);
  const byLength = items.map(({ text }, index) => ({ length: text.length, index })).sort((a, b) => a.length - b.length);
  byLength.forEach(({ length, index }, position) => {
    const share = Math.min(length, Math.floor(left / (byLength.length - position)));
    shares.set(index, share);
    left -= share;
  });
  return items.map(({ text, digest }: Fittable, index) => headAndTail(text, shares.get(index) ?? 0, digest));
}
