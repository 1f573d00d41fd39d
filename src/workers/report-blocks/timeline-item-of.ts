import type { TimelineEntry } from '../../shared/report.ts';
import { bulletOf, type Item } from './part.ts';
import { line, run, section } from './slack-blocks.ts';
import { evidenceMarks } from './words.ts';

/** How an entry of this timeline is shown: the time of day in UTC, with the date where the entries span several days. */
export function timelineItemOf(all: TimelineEntry[]): (entry: TimelineEntry) => Item {
  const days = new Set(all.map(({ at }) => isoOf(at)?.slice(0, 10)).filter((day) => day !== undefined));
  return (entry) => timelineItem(entry, days.size > 1);
}

function timelineItem({ at, what, evidence }: TimelineEntry, withDay: boolean): Item {
  const entry = section(
    run(timeWords(at, withDay), { bold: true }),
    run(` ${line(what, 500)}${evidenceMarks(evidence)}`),
  );
  return bulletOf(entry);
}

function timeWords(at: string, withDay: boolean): string {
  const iso = isoOf(at);
  if (!iso) return line(at, 40);
  return withDay ? iso.slice(5, 19).replace('T', ' ') : iso.slice(11, 19);
}

function isoOf(at: string): string | undefined {
  const ms = /^\d{4}-\d\d-\d\dT/.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
