import { oneLine } from '../../detectors/support/text.ts';
import { alteredLines } from '../line-changes.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { ENDS_LIFE, type TimedAmount, timedAmounts } from './timed-amounts.ts';

/** What is measured in time. */
const DURATION =
  /ttl|time_?out|expir\w*|interval|delay|max_?age|deadline|period|lease|grace|back_?off|wait|duration|retention|latency|leeway/gi;
/** A number becomes a duration by its unit: by a product, by a call, or by the name of a parameter. */
const UNIT =
  /\*\s*(?:time\.\w+|1_?000|60|3_?600|86_?400|1e3|\w*(?:SECOND|MINUTE|HOUR|MILLI)\w*)\b|\/\s*(?:1_?000|1e3)\b|\bTimeUnit\.[A-Z]+|\bChronoUnit\.[A-Z]+|\bDuration\s*(?:\.|::)\s*(?:of|from)_?[A-Za-z]+|\bTimeSpan\.From[A-Za-z]+|\btimedelta\(\s*[a-z]+|\.(?:seconds|milliseconds|minutes|hours|inWholeSeconds|inWholeMilliseconds|toMillis|toSeconds|total_seconds)\b/g;
const CASTS = /\bDuration\(\s*[A-Za-z_]/;

const OF_CACHES = /ttl|expir|retention|max_?age|lease/i;
const SHOWS_OF_CACHES = /cache|\bttl\b|expir|miss|\bhit|truncat|minimal|evict|quer|database|\bdb\b|session|token/i;
const SHOWS_OF_WAITS =
  /time[sd]? ?out|deadline|truncat|minimal|cancel|retr(?:y|ies)|attempt|\b50[34]\b|too many|rate|cpu/i;

const SHOWS_OF_LONGER =
  /stale|outdated|\bold\b|memor|\boom|evict|\bkeys\b|still|expir|session|token|time[sd]? ?out|hang|hung|stuck|wait|pool|thread|latenc|p9\d|queue/i;

/** A duration whose unit went away or became another one, while its number comes from where it came from. */
export function durationUnits(change: ReadChange): Consequence[] {
  const found = otherUnitOfCall(change);
  return found.length > 0 ? found : otherUnitOfName(change);
}

/** How far the unit has to become another one; less is a rounding. */
const FAR = 10;
const CONVERTS =
  /[*/]\s*(?:1_?000|1e3|60|3_?600)\b|\b(?:toMillis|toSeconds|inWhole\w+|total_seconds|as_millis|as_secs|Milliseconds\(\)|Seconds\(\))/;

const UNIT_NAMES = new Map([
  [0.001, 'milliseconds'],
  [1, 'seconds'],
  [60, 'minutes'],
  [3600, 'hours'],
]);

/** The same amount that is handed to a call of another unit, be it in the helper that makes this call from now on. */
function otherUnitOfCall({ removed, added, detail }: ReadChange): Consequence[] {
  const [before, after] = [timedAmounts(removed), timedAmounts(added)];
  for (const was of before) {
    const same = after.filter(({ amount }) => amount === was.amount);
    const is = same.find(({ unit }) => Math.max(unit / was.unit, was.unit / unit) >= FAR);
    if (!is || same.some(({ unit }) => unit === was.unit) || isConverted(was, is, { removed, added })) continue;
    const isShorter = is.unit < was.unit;
    const ofLife =
      [was, is].some(({ code }) => ENDS_LIFE.test(code)) || (OF_CACHES.test(was.amount) && !/timeout/i.test(detail));
    const units = [is, was].map(({ unit }) => UNIT_NAMES.get(unit) ?? 'another unit').join(' instead of ');
    const ends = isShorter
      ? `ends far too soon${ofLife ? ', and a cache hardly keeps anything' : ''}`
      : 'lasts far too long';
    const why = `it takes a duration in another unit (${units}), so that it ${ends}: "${oneLine(is.code, 90)}" instead of "${oneLine(was.code, 90)}"`;
    const shows = !isShorter ? SHOWS_OF_LONGER : ofLife ? SHOWS_OF_CACHES : SHOWS_OF_WAITS;
    return [{ why, shows, isPlain: true, ...(ofLife && isShorter && { feltByAsked: true }) }];
  }
  return [];
}

/** True where the amount itself is written in the new unit, too. */
function isConverted(
  was: TimedAmount,
  is: TimedAmount,
  { removed, added }: Pick<ReadChange, 'removed' | 'added'>,
): boolean {
  const ratio = was.unit / is.unit;
  const defines = new RegExp(`\\b${was.amount}\\b["']?\\s*(?::\\s*\\w+\\s*)?(?::=|=>|[:=])(?!=)`);
  const isNamed = /^[A-Za-z_]/.test(was.amount);
  if (isNamed && removed.some((line) => defines.test(line)) && added.some((line) => defines.test(line))) return true;
  if (
    alteredLines({ removed, added }).some(
      ({ factor, before }) =>
        before !== was.code && factor !== null && Math.abs(factor - Math.max(ratio, 1 / ratio)) < 1,
    )
  )
    return true;
  return isNamed && added.some((line) => CONVERTS.test(line)) && !removed.some((line) => CONVERTS.test(line));
}

function otherUnitOfName({ removed, added }: ReadChange): Consequence[] {
  for (const before of removed) {
    const units = unitsOf(before);
    const names = durationsOf(before);
    if (units.length === 0 || names.size === 0) continue;
    const after = added.find((line) => [...durationsOf(line)].some((name) => names.has(name)) && loses(before, line));
    if (after === undefined) continue;
    const shows = [...names].some((name) => OF_CACHES.test(name)) ? SHOWS_OF_CACHES : SHOWS_OF_WAITS;
    const verb = unitsOf(after).length === 0 ? 'without its unit' : 'in another unit';
    return [
      {
        why: `it takes a duration ${verb}: "${oneLine(after, 80)}" instead of "${oneLine(before, 90)}"`,
        shows,
        isPlain: true,
      },
    ];
  }
  return [];
}

const unitsOf = (line: string): string[] => (line.match(UNIT) ?? []).map((unit) => unit.replace(/\s+/g, '')).sort();
const durationsOf = (line: string) =>
  new Set((line.match(DURATION) ?? []).map((name) => name.toLowerCase().replace('_', '')));

/** A number that is written down is compared elsewhere; what matters here comes from a setting or a parameter. */
const WRITTEN_DOWN = /(?<![\w.])\d[\d_.]*\s*\*|\(\s*\d[\d_.]*\s*[,)]|=\s*\d/;

function loses(before: string, after: string): boolean {
  if (WRITTEN_DOWN.test(before) || WRITTEN_DOWN.test(after)) return false;
  const [was, is] = [unitsOf(before), unitsOf(after)];
  if (was.join(' ') === is.join(' ')) return false;
  return is.length > 0 || CASTS.test(after) || operandsOf(before).some((name) => namesIn(after).has(name));
}

/** What is multiplied or handed to a call that tells the unit. */
const operandsOf = (line: string): string[] =>
  [
    ...line.matchAll(
      /([A-Za-z_]\w*)\)*\s*[*/]\s*(?:time\.|\d|[A-Z_]*(?:SECOND|MINUTE|HOUR|MILLI))|(?:of|from_?|From)(?:secs|millis|Seconds|Millis|Minutes|Hours|Days|Milliseconds)\(\s*([A-Za-z_]\w*)|(?:seconds|minutes|hours|milliseconds)\s*=\s*([A-Za-z_]\w*)|([A-Za-z_]\w*),\s*TimeUnit/g,
    ),
  ].flatMap(([, ...names]) => names.filter((name) => name !== undefined));
const namesIn = (line: string) => new Set(line.match(/[A-Za-z_]\w*/g));
