import { liveChanges } from '../../changes/live-changes.ts';
import { complainsOften, UNSERVED } from '../../changes/served-demand.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf, isOfTime } from './courses.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';
import { measuredMetric } from './usual-metric.ts';

/** How full a cache is; and what is measured of its process, its machine or those who ask it. */
const OF_FILL =
  /\b(?:memory|mem|maxmemory|storage|fill(?:ed)?|fullness|occupancy|entries|items|keys|objects|usage|utili[sz]ation|used)\b/;
const OF_OTHERS =
  /\b(?:cpu|disk|heap|rss|working set|container|swap\w*|fragment\w*|buffers?|network|connect\w*|clients?|threads?|queue\w*|hits?|miss\w*|evict\w*|expir\w*|per)\b/;
const OF_HITS =
  /\b(?:hit (?:ratio|rate|percent\w*|share)|hits (?:ratio|percent\w*)|miss (?:ratio|rate|percent\w*|share))\b/;
const OF_ROOM = /\bevict\w*|\blru nuked\b|\breclaim\w*/;
const OF_ENDS = /\bexpir\w*/;
/** What others count on, however often it is asked for: nothing of it may be thrown away. */
const KEPT_FOR_OTHERS = /\b(?:sessions?|carts?|baskets?|queues?|jobs?|locks?|tokens?|streams?|primary)\b/;

/** Programs that are nothing else than a cache: when they are full, the oldest goes. */
const ALWAYS_MAKES_ROOM = /\b(?:memcached?|varnish|squid|caffeine|guava|ristretto)\b/;
/** How caches are told to make room: of all they hold, or of what ends by itself. */
const MAKES_ROOM =
  /\b(?:allkeys|volatile)-(?:lru|lfu|random|ttl|lrm)\b|\beviction[-_ ]?policy["' :=]{1,4}(?:lru|lfu|random|arc|tinylfu)\b/i;
const REFUSES_WHEN_FULL = /\bno-?eviction\b|\beviction[-_ ]?policy["' :=]{1,4}none\b|\bmemcached\b.{0,80}\s-M\b/i;
/** What a cache says of itself over a time that is long past this alert: `highest use of the last 7 days 96.8 %`. */
const TOLD_PEAK =
  /\b(?:highest|max(?:imum)?|peak|high[- ]water(?: mark)?)\b[^\n]{0,60}?\b(?:last|past|previous)\b[^\n]{0,24}?\b(?:days?|weeks?|months?)\b[^\n\d]{0,24}(\d{1,3}(?:\.\d{1,3})?) ?%/i;

/**
 * Proof for a cache that is full because that is what it is for: it makes room as needed (its policy, its kind, what it has thrown away all along, or a level
 * that was higher before), finds as much as ever of what it is asked for, and neither it nor anybody else is slower, fails or refuses. Null where
 * it refuses to write when full, throws away more than before, or holds what others count on, and where that was not measured.
 */
export function fullCache(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  const words = measured && wordsOf(measured.metric);
  if (!measured || !words || !OF_FILL.test(words) || OF_OTHERS.test(words)) return null;
  if (KEPT_FOR_OTHERS.test(wordsOf(measured.service))) return null;
  const all = coursesOf(input);
  const own = all.filter(({ service }) => sameName(service, measured.service));
  const of = (pattern: RegExp) => own.filter(({ metric }) => pattern.test(wordsOf(metric)));
  const [hits, room, levels] = [of(OF_HITS), of(OF_ROOM), own.filter(({ metric }) => metric === measured.metric)];
  const usual = [...hits, ...room].every(({ left }) => left === null);
  if (hits.length === 0 || room.length === 0 || !usual || levels.some(isOverfull)) return null;
  const design = designOf(input, measured.service, { levels, throwsAway: counts(room), lets: counts(of(OF_ENDS)) });
  const felt = unfeltAround(input, all, measured);
  if (!design || !felt) return null;
  const [hit, thrown] = [hits[0]!, room[0]!];
  return {
    statement: `the cache ${measured.service} is full by design (${design.told}), and finds as much as ever of what it is asked for (${hit.metric} ${last(hit)}, ${thrown.metric} ${last(thrown)}); nobody waits longer or fails`,
    evidence: [...new Set([measured.number, hit.evidence, thrown.evidence, ...design.evidence, ...felt])],
  };
}

const last = ({ later }: Course): number => later.at(-1)?.[1] ?? Number.NaN;

/** A share of what there is that is all of it and more. */
const isOverfull = ({ before, later }: Course): boolean =>
  before > 0 && before < 1 ? later.some(([, value]) => value > 1) : false;

/** True where any is counted. */
const counts = (courses: Course[]): boolean => courses.some(({ later }) => later.some(([, value]) => value > 0));

/** How full it is, whether it throws anything away, and whether anything in it ends by itself. */
type Seen = { levels: Course[]; throwsAway: boolean; lets: boolean };
type Design = { told: string; evidence: number[] };

/** Why a full cache is none that refuses what is written next; null where nothing says so, or it is told to refuse. */
function designOf(input: DetectorInput, service: string, { levels, throwsAway, lets }: Seen): Design | null {
  const rows = evidenceOf(input.evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows
      .filter((row) => row.service && sameName(row.service, service))
      .map(({ body, attributes }) => ({
        text: `${body.slice(0, MAX_BODY)} ${Object.values(attributes).join(' ')}`,
        number,
      })),
  );
  const changed = liveChanges(input.evidence).map(({ change }) => `${change.title}\n${change.detail}`);
  if ([...rows.map(({ text }) => text), ...changed].some((text) => REFUSES_WHEN_FULL.test(text))) return null;
  for (const { text, number } of rows) {
    const policy = MAKES_ROOM.exec(text)?.[0];
    // Of what never ends by itself nothing is taken then.
    if (policy && (lets || !/^volatile/i.test(policy)))
      return { told: `${oneLine(policy, 40)} makes room as needed`, evidence: [number] };
    const peak = TOLD_PEAK.exec(text);
    if (peak?.[1] && levels.length > 0 && levels.every((level) => isBelow(level, Number(peak[1]))))
      return { told: `it was as full before, "${oneLine(peak[0], 100)}"`, evidence: [number] };
  }
  if (throwsAway) return { told: 'it has made room all along', evidence: [] };
  return ALWAYS_MAKES_ROOM.test(wordsOf(service)) ? { told: 'the oldest goes when it is full', evidence: [] } : null;
}
const MAX_BODY = 600;

/** All that was measured up to the end is below this share, in per cent. */
const isBelow = ({ later }: Course, percent: number): boolean =>
  later.every(([, value]) => (value <= 1 ? 100 * value : value) <= percent);

/** What goes wrong where a cache has no room: refusals, waits, failures. That keys end at their time is how it works. */
const isFelt = ({ metric }: Course): boolean => {
  const words = wordsOf(metric);
  const fails = metricKind(metric) === 'failures' || metricKind(metric) === 'successes' || UNSERVED.test(words);
  return isOfTime(metric) || (fails && !OF_ENDS.test(words));
};

/** The evidence that those who ask the cache answer as fast and as well as ever; null where that was not measured, or anybody feels something. */
function unfeltAround(input: DetectorInput, all: Course[], { service }: { service: string }): number[] | null {
  const felt = all.filter(isFelt);
  if (felt.some(({ left }) => left !== null) || complainsOften(input)) return null;
  const others = felt.filter((course) => !sameName(course.service, service));
  const fast = felt.filter(({ metric }) => isOfTime(metric));
  const well = others.filter(({ metric }) => ['failures', 'successes'].includes(metricKind(metric)));
  return fast.length > 0 && well.length > 0 ? [...new Set([...fast, ...well].map(({ evidence }) => evidence))] : null;
}
