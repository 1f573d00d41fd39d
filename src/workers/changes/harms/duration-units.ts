import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

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

/** A duration whose unit went away or became another one, while its number comes from where it came from. */
export function durationUnits({ removed, added }: ReadChange): Consequence[] {
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
