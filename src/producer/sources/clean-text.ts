/** Control characters (new line and tab excepted) and marks that turn the direction of text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const POLLUTING = new Set(['__proto__', 'constructor', 'prototype']);

/** Text without control characters and broken surrogates, cut to `max` characters with an ellipsis. */
export function cleanText(text: string, max: number): string {
  const clean = text
    .slice(0, max * 4)
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, '')
    .toWellFormed()
    .trim();
  return clean.length <= max
    ? clean
    : `${clean
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/u, '')}…`;
}

/** As cleanText, on one line. */
export function cleanLine(text: string, max: number): string {
  return cleanText(text.slice(0, max * 4).replace(/\s+/gu, ' '), max);
}

/** At most 64 entries with bounded names (200) and values; names that could reach a prototype are left out. */
export function cleanEntries(entries: Record<string, string>, maxValue: number): Record<string, string> {
  const kept: [string, string][] = [];
  for (const [key, value] of Object.entries(entries)) {
    const name = cleanLine(key, 200);
    if (name === '' || POLLUTING.has(name)) continue;
    kept.push([name, cleanText(value, maxValue)]);
    if (kept.length === 64) break;
  }
  return Object.fromEntries(kept);
}
