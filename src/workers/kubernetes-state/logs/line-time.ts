const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const ISO = /\b(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)/;
/** `09/Jun/2031:07:10:02` of access logs, `09-Jun-2031 07:10:02` of php-fpm, `09 Jun 2031 07:10:02` of Redis. */
const NAMED = /\b(\d{1,2})[/ -]([A-Z][a-z]{2})[/ -](\d{4})[: ](\d\d):(\d\d):(\d\d)/;

/** Seconds or milliseconds since 1970 as a member of a JSON line. */
const SINCE_1970 = /"(?:time|ts|timestamp|@timestamp)":\s?"?(\d{10}(?:\.\d{1,9})?|\d{13})(?![\d.])/;

/**
 * When a line was written, in ms of its own clock: zones are left aside, so that only the lines of one log compare. Null where
 * no time stands at its beginning.
 */
export function lineTime(line: string): number | null {
  const head = line.slice(0, 200);
  const iso = ISO.exec(head);
  if (iso) {
    const [year = 0, month = 1, ...rest] = iso.slice(1).map(Number);
    return utc(year, month - 1, rest);
  }
  const since = SINCE_1970.exec(head)?.[1];
  if (since) return Number(since) * (/^\d{13}$/.test(since) ? 1 : 1000);
  const named = NAMED.exec(head);
  const month = MONTHS.indexOf(named?.[2] ?? '');
  if (!named || month === -1) return null;
  return utc(Number(named[3]), month, [named[1], ...named.slice(4)].map(Number));
}

function utc(year: number, month: number, [day = 1, hour = 0, minute = 0, second = 0]: number[]): number {
  return Date.UTC(year, month, day, hour, minute, second);
}
