const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const ISO = /\b(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)/;
/** `09/Jun/2031:07:10:02` of access logs, `09-Jun-2031 07:10:02` of php-fpm, `09 Jun 2031 07:10:02` of Redis. */
const NAMED = /\b(\d{1,2})[/ -]([A-Z][a-z]{2})[/ -](\d{4})[: ](\d\d):(\d\d):(\d\d)/;

/** Seconds or milliseconds since 1970 as a member of a JSON line. */
const SINCE_1970 = /"(?:time|ts|timestamp|@timestamp)":\s?"?(\d{10}(?:\.\d{1,9})?|\d{13})(?![\d.])/;

/** The same at the head of a line: librdkafka, Squid, auditd, dnsmasq, and members of logfmt. */
const EPOCH_HEAD =
  /^[[(]?(?:%\d\||(?:type=\w{1,40} )?msg=audit\(|(?:ts|time|timestamp)=)?(\d{10}(?:\.\d{1,9})?|\d{13})(?=[\s|,:\])]|$)/;
/** `20310609T071002Z` and `20310609 07:10:02` of HDFS, Hive and Google's libraries. */
const COMPACT = /^\[?(\d{4})(\d\d)(\d\d)[T -](\d\d):?(\d\d):?(\d\d)(?!\d)/;
/** `Mon Jun 09 07:10:02.114 2031` of Apache and of C's ctime. */
const CTIME =
  /\b[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? (?:[A-Z]{3,4} )?(\d{4})\b/;

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
  const compact = COMPACT.exec(head);
  if (compact) {
    const [year = 0, month = 1, ...rest] = compact.slice(1).map(Number);
    return utc(year, month - 1, rest);
  }
  const since = SINCE_1970.exec(head)?.[1] ?? EPOCH_HEAD.exec(head)?.[1];
  if (since) return Number(since) * (/^\d{13}$/.test(since) ? 1 : 1000);
  const ctime = CTIME.exec(head);
  if (ctime && MONTHS.includes(ctime[1] ?? ''))
    return utc(Number(ctime[6]), MONTHS.indexOf(ctime[1] ?? ''), ctime.slice(2, 6).map(Number));
  const named = NAMED.exec(head);
  const month = MONTHS.indexOf(named?.[2] ?? '');
  if (!named || month === -1) return null;
  return utc(Number(named[3]), month, [named[1], ...named.slice(4)].map(Number));
}

function utc(year: number, month: number, [day = 1, hour = 0, minute = 0, second = 0]: number[]): number {
  return Date.UTC(year, month, day, hour, minute, second);
}
