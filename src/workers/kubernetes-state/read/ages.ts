const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** An age as kubectl prints it (`21s`, `6m35s`, `4d3h`) in seconds, null where it is none. */
export function ageSeconds(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d+)([smhdwy])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return null;
  return parts.reduce((sum, [, value, unit = 's']) => sum + Number(value) * (UNIT_SECONDS[unit] ?? 0), 0);
}

/** How often an event was seen (`21s (x26 over 6m35s)`), 1 where it was seen once. */
export function eventCount(age: string): number {
  return Number(/\(x(\d+)/.exec(age)?.[1] ?? 1);
}

/** The time that a describe page prints (`Thu, 24 Apr 2025 12:29:17 +0200`) as ISO 8601, null where it is none. */
export function describeTime(text: string | null): string | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
