import { ascending, median, quantileOfSorted } from './robust.ts';

/** Fewer values than this show a pattern by chance. */
const LEAST_VALUES = 24;
/** Longer ones take too long, and what repeats does so in their last part as well. */
const MOST_VALUES = 720;
const LEAST_PERIOD = 3;
/** Three wild values are as far apart by chance often enough. */
const LEAST_REPEATS = 4;
/** Wild values count no further than these quantiles; a spike that comes back once in thirty values still does. */
const WILD = 0.02;

const LEAST_CORRELATION = 0.6;
/** A correlation of chance is as large as this many standard errors only where somebody looks for it on purpose. */
const STANDARD_ERRORS = 4;
/** A period stands out from the shorter distances; what drifts is alike at all short distances. */
const LEAST_DIP = 0.3;
/** What has a period is as much like itself after two of them; odd values that happen to be as far apart are not. */
const GOES_ON = 0.8;
/** The multiples of a period repeat as well: the shortest that does so nearly as well is the period. */
const NEARLY = 0.9;

/**
 * After how many steps the evenly spaced values repeat, null where they don't: the first high peak of the autocorrelation, of values
 * without their robust trend and without wild ones (in the spirit of Vlachos, Yu and Castelli 2005). They have to repeat four times at least.
 */
export function periodOf(all: readonly number[]): number | null {
  const values = all.slice(-MOST_VALUES);
  if (values.length < LEAST_VALUES) return null;
  const centred = withoutWild(withoutTrend(values));
  const longest = Math.floor(values.length / LEAST_REPEATS);
  const alike = Array.from({ length: 2 * longest + 1 }, (_, lag) => (lag === 0 ? 1 : correlation(centred, lag)));
  const peaks: number[] = [];
  let lowest = 1;
  for (let lag = 1; lag <= longest; lag++) {
    const own = alike[lag]!;
    const least = Math.max(LEAST_CORRELATION, STANDARD_ERRORS / Math.sqrt(values.length - lag));
    const isPeak = own >= alike[lag - 1]! && own >= (alike[lag + 1] ?? -1);
    const goesOn = alike[2 * lag]! >= GOES_ON * own;
    if (lag >= LEAST_PERIOD && isPeak && goesOn && own >= least && own - lowest >= LEAST_DIP) peaks.push(lag);
    lowest = Math.min(lowest, own);
  }
  const best = Math.max(...peaks.map((lag) => alike[lag]!));
  return peaks.find((lag) => alike[lag]! >= NEARLY * best) ?? null;
}

/** Less the line through the medians of the first and the last third (Tukey's resistant line). */
function withoutTrend(values: readonly number[]): number[] {
  const third = Math.floor(values.length / 3);
  const [first, last] = [median(values.slice(0, third)), median(values.slice(-third))];
  const slope = (last - first) / (values.length - third);
  return values.map((value, index) => value - slope * index);
}

function withoutWild(values: number[]): number[] {
  const sorted = ascending(values);
  const [low, high] = [quantileOfSorted(sorted, WILD), quantileOfSorted(sorted, 1 - WILD)];
  const clipped = values.map((value) => Math.min(high, Math.max(low, value)));
  const mean = clipped.reduce((sum, value) => sum + value, 0) / clipped.length;
  return clipped.map((value) => value - mean);
}

/** Of the values with those `lag` steps later, -1 to 1; 0 where nothing varies. */
function correlation(values: number[], lag: number): number {
  let [both, early, late] = [0, 0, 0];
  for (let index = lag; index < values.length; index++) {
    const [was, is] = [values[index - lag]!, values[index]!];
    both += was * is;
    early += was * was;
    late += is * is;
  }
  return early > 0 && late > 0 ? both / Math.sqrt(early * late) : 0;
}
