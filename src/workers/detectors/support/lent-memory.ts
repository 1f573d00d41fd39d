import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { type Course, coursesOf } from './courses.ts';
import { sameName } from './names.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';

/** Pages of files that the kernel keeps in memory and gives back to whoever asks. */
const OF_FILES = /\b(?:page ?cache|file ?cache|caches?|cached|buffers?|inactive file|active file|mapped file)\b/;
/** What the program itself holds, or cannot be taken back from it. */
const HELD = /\b(?:rss|working set|anon\w*|heap|resident|private)\b/;
const OF_MEMORY = /\b(?:memory|mem)\b/;
/** Deaths and waits that a lack of memory has. */
const LACK = /\boom\b|\bkill\w*|\bswap\w*|\bmemory pressure\b|\bpsi\b/;

/**
 * Proof for a memory of which the kernel lends a part to the pages of files: they fill what is free, while the program itself holds no more than
 * before, nothing is killed, and nobody feels anything. Null where it was not measured or the alert is about what the program holds.
 */
export function lentMemory(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  const asked = measured && wordsOf(measured.metric);
  if (!measured || !asked || !OF_MEMORY.test(asked) || HELD.test(asked) || LACK.test(asked)) return null;
  const own = coursesOf(input).filter(({ service }) => sameName(service, measured.service));
  const of = (pattern: RegExp) => own.filter(({ metric }) => pattern.test(wordsOf(metric)));
  const [files, held] = [of(OF_FILES).filter(({ metric }) => metricKind(metric) === 'memory'), of(HELD)];
  const [lent] = files.filter(grows);
  if (!lent || held.length === 0 || held.some(grows) || of(LACK).some(grows)) return null;
  const felt = unfelt(input, measured);
  if (!felt) return null;
  return {
    statement: `the memory of ${measured.service} is lent to the pages of files (${lent.metric} went up to ${last(lent)}), which the kernel gives back when asked; what the program itself holds stays as it was (${held[0]!.metric} ${last(held[0]!)})`,
    evidence: [...new Set([measured.number, lent.evidence, ...held.map(({ evidence }) => evidence), ...felt])],
  };
}

const last = ({ later }: Course): number => later.at(-1)?.[1] ?? Number.NaN;

/** Ends above its usual band. */
const grows = (course: Course): boolean => last(course) - course.before > course.bound;
