/** ISO 8601, with a space or a T, and a comma or a point before parts of a second. */
const ISO = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?/g;
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** `Wed, 04 Feb 2032 11:40:50 +0000` (RFC 5322; kubectl describe, HTTP). */
const OF_MAIL = new RegExp(String.raw`\b\d{1,2} ${MONTH} \d{4} \d\d:\d\d:\d\d(?: (?:[+-]\d{4}|GMT|UTC|Z)\b)?`, 'g');
/** `04/Feb/2032:11:40:50 +0000` (access logs). */
const OF_ACCESS_LOGS = new RegExp(String.raw`\b(\d{1,2})/(${MONTH})/(\d{4}):(\d\d:\d\d:\d\d)(?: ([+-]\d{4})\b)?`, 'g');
/** `Feb  4 11:40:50 2032 GMT` (openssl, C). */
const OF_C = new RegExp(String.raw`\b${MONTH} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}(?: (?:GMT|UTC)\b)?`, 'g');
/** `2032/02/04 11:40:50` (Go, nginx). */
const WITH_SLASHES = /\b(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)/g;

/** A text without its times in ISO 8601. */
export const withoutTimes = (text: string): string => text.replace(ISO, ' ');

/** Every time with its date in a text, in epoch ms: as ISO 8601, and as mails, access logs, C and Go write it; in UTC where it names no zone. */
export function instantsWrittenIn(text: string): number[] {
  const plain = [...new Set(text.match(ISO))].map(parseInstant);
  const zoned = [...new Set([...(text.match(OF_MAIL) ?? []), ...(text.match(OF_C) ?? [])])].map((time) =>
    Date.parse(/(?:[+-]\d{4}|[A-Z]{3}|Z)$/.test(time) ? time : `${time} GMT`),
  );
  const served = [...text.matchAll(OF_ACCESS_LOGS)].map(([, day, month, year, time, zone = 'GMT']) =>
    Date.parse(`${day} ${month} ${year} ${time} ${zone}`),
  );
  const slashed = [...text.matchAll(WITH_SLASHES)].map(([, year, month, day, time]) =>
    parseInstant(`${year}-${month}-${day}T${time}`),
  );
  const all = [...plain, ...zoned, ...served, ...slashed];
  return [...new Set(all.filter((ms) => ms !== null && !Number.isNaN(ms)) as number[])];
}

/** A written time in epoch ms, in UTC where it names no zone; null where it is none. */
export function parseInstant(text: string): number | null {
  const plain = text.trim().replace(' ', 'T').replace(',', '.');
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(plain) || !plain.includes('T') ? plain : `${plain}Z`);
  return Number.isNaN(ms) ? null : ms;
}
