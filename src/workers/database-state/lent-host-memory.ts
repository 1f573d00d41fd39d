import { binaryBytes } from '../detectors/support/quantities.ts';
import type { Calm } from './calm.ts';
import { seenIn } from './complaints.ts';
import type { DatabaseState, MetricSeries } from './database-state.ts';
import type { PrintedState } from './printed/printed-state.ts';
import { profileSeries, type SeriesProfile } from './profile-series.ts';

/** What monitors call the memory of a whole machine that is free or in use. */
const OF_MEMORY =
  /\bmem(?:ory)?[ _-]?(?:free|available|used?|usage|utili[sz]\w*|low|high|pressure)|(?:free|available|used|low|high|little)[ _-]?(?:mem|ram\b)|memfree|nodemem|hostoutofmem|\bram\b/i;
/** What is killed or grows has another story than pages that the kernel would give back, and so have swap and containers. */
const OF_MORE =
  /\b(?:leak\w*|limits?|working ?set|rss|cgroup|containers?|pods?|oom\w*|killed|swap\w*|grow\w*|ris(?:e|es|ing)|climb\w*|increas\w*|maxmemory|evict\w*|heap)\b/i;

/** True for an alert about how much memory of a machine is free, and about nothing more. */
export const speaksOfFreeMemory = (alert: string): boolean => OF_MEMORY.test(alert) && !OF_MORE.test(seenIn(alert));

/** So much of its memory a machine can give out without swapping, at any moment of a course, and where it was looked at once. */
const [ROOMY, ROOMY_ONCE] = [0.15, 0.2];
/** What can be given out may shrink by less than this; so little of the swap may be in use since long ago. */
const [STEADY, SWAPPED] = [0.8, 0.1];
/** Pages a second that are written out by chance. */
const FEW_PAGES = 10;

const NAMES = {
  total: /mem(?:ory)?[._](?:mem)?total(?:[._]bytes)?$/i,
  available: /mem(?:ory)?[._](?:mem)?(?:available|usable)(?:[._]bytes)?$/i,
  share: /mem(?:ory)?[._](?:mem)?(?:available|pct[._]usable)[._]?percent$|mem[._]pct[._]usable$/i,
  swapFree: /swap[._]?free/i,
  swapOut: /pswpout|swap[._]?out/i,
  kills: /oom[._]?kill/i,
} as const;

/** Metrics of pages that come and go with what was read and written, beside the one that tells what can be given out. */
export const OF_PAGES =
  /mem(?:ory)?[._](?:memfree|free|cached|buffers?|buffered|dirty|active|inactive|writeback|slab)/i;

/** What the metrics of a host show of memory that is lent to the cache of pages; null where they do not, or it is missed. */
export function lentHostMemory({ series }: DatabaseState): Calm | null {
  const of = (name: RegExp): SeriesProfile[] =>
    series.filter(({ metric }) => name.test(plain(metric))).flatMap((one) => profileSeries(one) ?? []);
  const [total] = of(NAMES.total);
  const available = of(NAMES.available);
  const told = [...(total ? available : []), ...of(NAMES.share)];
  const roomy = told.every(({ series: own, min, max, before, after }) => {
    const whole = available.some(({ series: one }) => one === own) ? (total?.min ?? 0) : max <= 1 ? 1 : 100;
    return min >= ROOMY * whole && after >= STEADY * before;
  });
  const swaps =
    of(NAMES.swapOut).some(({ series: own, max, first, last }) => (isRate(own) ? max > FEW_PAGES : last > first)) ||
    of(NAMES.swapFree).some(({ after, before }) => after < STEADY * before);
  const killed = of(NAMES.kills).some(({ series: own, max, first, last }) => (isRate(own) ? max > 0 : last > first));
  const [first] = told;
  if (!first || !roomy || swaps || killed) return null;
  const whole = total && available.includes(first) ? `, ${total.series.metric} ${total.last}` : '';
  return {
    statement: `the memory that looks used is lent to the cache of pages and given back on demand (${first.series.metric} ${first.last}${whole}), and nothing is swapped out`,
    evidence: [...told, ...(total ? [total] : [])].map(({ series: own }) => own.evidence),
  };
}

/** `irate(node_vmstat_oom_kill[1m])` without the function around it. */
const plain = (metric: string): string => metric.replace(/^\w{1,10}\(/, '').replace(/[[)].*$/, '');
const isRate = ({ metric }: MetricSeries): boolean => /^\w{1,10}\(|per_sec|rate/.test(metric);

/** The lines of `free` with its column of what can be given out. */
const FREE =
  /^\s*total +used +free +shared +(?:buff\/cache|buffers +cache) +available\s*\n\s*Mem: +(\S+) +\S+ +\S+ +\S+ +\S+(?: +\S+)? +(\S+) *$/m;
const SWAP = /^\s*Swap: +(\S+) +(\S+)/m;
const KILLED = /Out of memory: Kill|invoked oom-killer|\boom[_-]kill(?:er)?[ :]+(?!0\b)\S/;

/** What `free` or `/proc/meminfo` printed of memory that is lent to the cache of pages; null where it did not, or it is missed. */
export function printedLoan({ notes }: PrintedState, alert: string): Calm | null {
  if (!speaksOfFreeMemory(alert) || notes.some(({ text }) => KILLED.test(text) || swapsNow(text))) return null;
  const told = notes.flatMap((note) => {
    const room = roomIn(note.text);
    return room ? [{ ...room, evidence: note.evidence }] : [];
  });
  const [first] = told;
  if (!first || !told.every(({ total, available, swapped }) => available >= ROOMY_ONCE * total && swapped <= SWAPPED))
    return null;
  return {
    statement: `no failure: the memory that looks used is lent to the cache of pages and given back on demand (available ${first.shown}), and nothing is swapped out`,
    evidence: told.map(({ evidence }) => evidence),
  };
}

type Room = { total: number; available: number; swapped: number; shown: string };

function roomIn(text: string): Room | null {
  const [, total = '', available = ''] = FREE.exec(text) ?? [];
  const [, swap = '0', used = '0'] = SWAP.exec(text) ?? [];
  if (available !== '')
    return {
      total: sizeOf(total),
      available: sizeOf(available),
      swapped: sizeOf(swap) > 0 ? sizeOf(used) / sizeOf(swap) : 0,
      shown: `${available} of ${total}`,
    };
  const of = (name: string): number => Number(new RegExp(`^${name}: +(\\d{1,15}) kB`, 'm').exec(text)?.[1]);
  const [all, free] = [of('MemTotal'), of('MemAvailable')];
  if (!(all > 0 && free > 0)) return null;
  const swapTotal = of('SwapTotal');
  const swapped = swapTotal > 0 ? 1 - of('SwapFree') / swapTotal : 0;
  return { total: all, available: free, swapped, shown: `${free} kB of ${all} kB` };
}

/** A number as `free` prints it: bare (all in one unit), or with a unit for people (`1.9Gi`, `820M`). */
const sizeOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) : binaryBytes(text));

/** Lines of `vmstat`: its columns si and so are the seventh and the eighth. */
const SWAPS = /^\s*\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +(\d+) +(\d+) +\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +\d+/gm;

/** True where `vmstat` shows pages that are swapped now; its first line is of the time since the start. */
export const swapsNow = (text: string): boolean =>
  [...text.matchAll(SWAPS)].slice(1).some(([, into, out]) => Number(into) + Number(out) > 100);
