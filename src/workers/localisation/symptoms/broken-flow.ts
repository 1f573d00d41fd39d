import { surpriseOfFewer } from '../statistics/surprise.ts';

/**
 * What a component did for one request: the events (log templates, child operations) that were seen of it.
 * `unit` names the component; the flows of one unit are compared with each other.
 */
export type Flow = { unit: string; events: Set<string> };

/** Where a flow breaks off: `missing` used to come along with `given` in every request, and now seldom does. */
export type Break = {
  unit: string;
  given: string;
  missing: string;
  /** Nats, less those that chance brings among all events that were looked at. */
  surprise: number;
  before: { hits: number; tries: number };
  now: { hits: number; tries: number };
};

/** An event that comes along in at least this share of a unit's flows is one of its habits. */
const HABIT = 0.5;
/** A habit is broken when no more than this share of it is left; what users ask for changes by less. */
const BROKEN = 0.5;
/** What always came along (a window's edges cut some) is broken by every time that it does not. */
const ALWAYS = 0.95;

/**
 * The most surprising break of every unit: mined invariants between events (Lou et al., "Mining invariants from console logs",
 * 2010) that held before and don't hold now. An early return or an exception shows here even where nothing is slow and no
 * error is logged. Events that `ignored` accepts (errors that went away) break nothing.
 */
export function brokenFlows(before: Flow[], during: Flow[], ignored: (event: string) => boolean): Break[] {
  const [habits, now] = [countPairs(before), countPairs(during)];
  const breaks = new Map<string, Break>();
  const looked = new Set<string>();
  for (const [unit, { single, pairs }] of habits) {
    const current = now.get(unit);
    if (!current) continue;
    for (const [pair, hits] of pairs) {
      const [given = '', missing = ''] = pair.split(PAIR);
      const tries = single.get(given) ?? 0;
      const triesNow = current.single.get(given) ?? 0;
      if (hits < HABIT * tries || triesNow === 0 || ignored(missing)) continue;
      looked.add(`${unit}${PAIR}${missing}`);
      const trials = { hits: current.pairs.get(pair) ?? 0, tries: triesNow };
      const left = trials.hits / trials.tries / (hits / tries);
      if (left > BROKEN && hits < ALWAYS * tries) continue;
      const surprise = surpriseOfFewer({ hits, tries }, trials);
      if (surprise <= (breaks.get(unit)?.surprise ?? 0)) continue;
      breaks.set(unit, { unit, given, missing, surprise, before: { hits, tries }, now: trials });
    }
  }
  return [...breaks.values()]
    .map((found) => ({ ...found, surprise: found.surprise - Math.log(Math.max(1, looked.size)) }))
    .filter(({ surprise }) => surprise > 0);
}

/** Pairs grow with the square: of a flow with more events the first tell enough. */
const MAX_EVENTS = 100;
const PAIR = '\u0002';
type Counts = { single: Map<string, number>; pairs: Map<string, number> };

function countPairs(flows: Flow[]): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const { unit, events } of flows) {
    const { single, pairs } = counts.get(unit) ?? { single: new Map(), pairs: new Map() };
    counts.set(unit, { single, pairs });
    const some = [...events].slice(0, MAX_EVENTS);
    for (const one of some) {
      single.set(one, (single.get(one) ?? 0) + 1);
      for (const other of some) {
        if (other !== one) pairs.set(one + PAIR + other, (pairs.get(one + PAIR + other) ?? 0) + 1);
      }
    }
  }
  return counts;
}
