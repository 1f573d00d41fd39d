/** Untrusted text as one line of at most `max` characters, without control characters; cut between words, never inside a number. */
export function oneLine(text: string, max = 160): string {
  const clean = text
    .slice(0, max * 8)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (clean.length <= max) return clean;
  const cut = clean.slice(0, max - 1);
  const words = /\s/.test(clean[max - 1] ?? '') ? cut : cut.replace(/\s\S*$/, '');
  return `${(words || cut).trimEnd()}…`;
}

/** A time as ISO 8601 in UTC, null where the text is no time. */
export function isoTime(text: string | null | undefined): string | null {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** A time as people read it: `2026-11-20 10:31:04 UTC`; the text itself where it is no time. */
export function utcText(time: string): string {
  const iso = isoTime(time);
  return iso ? `${iso.slice(0, 19).replace('T', ' ')} UTC` : time;
}

/** A duration in ms as people read it: `850 ms`, `9.3 s`, `2.5 min`, `3 h`; rounded as verification accepts it. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${round(ms)} ms`;
  if (ms < 120_000) return `${round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${round(ms / 60_000)} min` : `${round(ms / 3_600_000)} h`;
}

/** A number for people: at most `decimals` decimals, none that are zero. */
export function round(value: number, decimals = 1): string {
  return String(Number(value.toFixed(decimals)));
}

export function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** A number with its noun: `1 pod`, `2 pods`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
