import type { Derivation } from './derivation.ts';
import type { IndexedEvidence } from './evidence-index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** With more times than this in its evidence, any duration would be found between some two of them. */
const MOST_INSTANTS = 12;
const LASTING =
  /\b(?:for|over|during|within|lasted|lasting|spans?|spanning|last|past|after|before|since|ago|until|later|earlier)\b/i;

/** The durations (ms) that follow from times: between two that the sentence names, or from one of them to a time of its evidence. */
export function durationsOf({ sentence, claim, cited, alertStarts }: Derivation): number[] {
  if (!LASTING.test(sentence)) return [];
  const named = [...namedInstants(claim, cited), ...(/\balerts?\b|\bfired\b/i.test(sentence) ? alertStarts : [])];
  const ends = cited.flatMap(({ instants }) => endsOf(instants));
  const between = named.flatMap((from) => [...named, ...ends].map((to) => Math.abs(to - from)));
  const spans = cited.flatMap(({ countable }) => countable().spansMs);
  return [...between, ...spans].filter((ms) => ms > 0);
}

/** The times of the sentence; a time of day stands for the times of the evidence in that minute. */
function namedInstants({ instants, timesOfDay }: Derivation['claim'], cited: IndexedEvidence[]): number[] {
  const all = cited.flatMap((evidence) => evidence.instants);
  const ofDay = timesOfDay.flatMap((minutes) => all.filter((ms) => Math.floor((ms % DAY_MS) / MINUTE_MS) === minutes));
  return [...instants, ...[...new Set(ofDay)].slice(0, MOST_INSTANTS)];
}

/** All times of evidence that knows few, else its first and its last. */
function endsOf(instants: number[]): number[] {
  const sorted = [...new Set(instants)].sort((left, right) => left - right);
  return sorted.length <= MOST_INSTANTS ? sorted : [sorted[0]!, sorted.at(-1)!];
}
