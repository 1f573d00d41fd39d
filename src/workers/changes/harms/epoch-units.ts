import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** How languages tell a moment as a number, by the unit that it has then; what divides milliseconds comes first. */
const UNITS: readonly [unit: string, form: RegExp][] = [
  [
    'seconds',
    /(?:getTime\(\)|Date\.now\(\)|valueOf\(\)|currentTimeMillis\(\)|UnixMilli\(\)|toEpochMilli\(\))\s*\)?\s*(?:\/|\.div\()\s*(?:1_?000|1e3)\b/,
  ],
  [
    'milliseconds',
    /(?:time\.time\(\)|\.timestamp\(\)|\.Unix\(\)|toEpochSecond\(\)|\.to_[fi]|microtime\(true\))\s*\)?\s*\*\s*(?:1_?000|1e3)\b/,
  ],
  [
    'milliseconds',
    /getTime\(\)|Date\.now\(\)|valueOf\(\)|currentTimeMillis\(\)|UnixMilli\(\)|toEpochMilli\(\)|ToUnixTimeMilliseconds\(\)|timestamp_millis\(\)|as_millis\(\)|:millisecond\b/,
  ],
  ['microseconds', /UnixMicro\(\)|timestamp_micros\(\)|as_micros\(\)|:microsecond\b/],
  ['nanoseconds', /UnixNano\(\)|timestamp_nanos\w*\(\)|as_nanos\(\)|time_ns\(\)|:nanosecond\b/],
  [
    'seconds',
    /toEpochSecond\(|\.Unix\(\)|getEpochSecond\(\)|epochSecond\b|ToUnixTimeSeconds\(\)|time\.time\(\)|\.timestamp\(\)|as_secs\(\)|\bTime\.now\.to_i\b|DateTime\.to_unix\(/,
  ],
];
const unitOf = (text: string): string | null => UNITS.find(([, form]) => form.test(text))?.[0] ?? null;

/** A value under its name: a member, an argument, a column. */
const MEMBER = /(?:^|[\s,{(])["'`:]?([A-Za-z_]\w*)["'`]?\s*(?::(?!:)|=>|=(?![=>]))\s*(\S.*)$/;
const MOST_LINES = 80;

const NOT_OF_NOW =
  /\bahead\b|future|in the past|too (?:old|new|large|far|late|early|big)|out of (?:range|bounds)|stale|expired|skew|overflow|epoch|invalid (?:date|time|timestamp)|year \d{4,}|\b(?:1970|5\d{4})-\d\d|retention|outside (?:of )?(?:the|its) window/i;

/** A moment that is written as a number in another unit than before: whoever reads it takes it for another time. */
export function epochUnits({ removed, added }: ReadChange): Consequence[] {
  const now = momentsIn(added);
  for (const was of momentsIn(removed)) {
    const is = now.find(({ name, unit }) => name === was.name && unit !== was.unit);
    if (!is || now.some(({ name, unit }) => name === was.name && unit === was.unit)) continue;
    const why = `it writes "${oneLine(was.name, 60)}" in ${is.unit} instead of ${was.unit}: "${oneLine(is.line, 80)}"`;
    return [{ why, shows: NOT_OF_NOW, isPlain: true, feltByReaders: true }];
  }
  const fresh = added.slice(0, MOST_LINES).find((line) => WRITES.test(line) && unitOf(line) !== null);
  if (!fresh || removed.some((line) => unitOf(line) !== null)) return [];
  const why = `it writes moments as a number of ${unitOf(fresh)}: "${oneLine(fresh, 80)}"`;
  return [{ why, shows: FAR_AWAY, isPlain: true, feltByReaders: true }];
}

/** How serializers of one's own write a value. */
const WRITES =
  /\bwrite(?:Number|Value|Long|Int64|_i64|String)?\(|serialize_[iu]64\(|\bstrconv\.(?:Append|Format)Int|\btoJSON\b|MarshalJSON|\bas_json\b/;
/** Moments that are read in a unit that is far too small or large: the first weeks of 1970, or tens of thousands of years ahead. */
const FAR_AWAY = /\b1970-01-\d\d|\b[1-9]\d{4,}-\d\d-\d\d|\byear \d{5,}/i;

function momentsIn(lines: string[]): { name: string; unit: string; line: string }[] {
  return lines.slice(0, MOST_LINES).flatMap((line) => {
    const [, name, value = ''] = MEMBER.exec(line) ?? [];
    const unit = unitOf(value);
    return name && unit ? [{ name, unit, line: line.trim() }] : [];
  });
}
