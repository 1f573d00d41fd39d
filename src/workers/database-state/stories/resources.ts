import { inBytes, latencySeconds } from '../metric-units.ts';
import { changeText, metricOf, type SeriesProfile, valueText } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { demand } from './demand.ts';
import { isUsedUp, killedForMemory } from './memory-kills.ts';
import {
  cited,
  currentEvents,
  eventText,
  heaviest,
  noActions,
  numbers,
  rose,
  shareOf,
  topText,
} from './story-parts.ts';

/** From here on a processor is busy, percent. */
const BUSY = 80;

/** What a cloud says of a disk that has reached what was paid for. */
const LIMIT =
  /\b(?:iops|throughput|i\/o)\b[^.]{0,60}\b(?:limit|throttl|exceed|ceiling|maximum)|\b(?:limit|throttl|exceed)\w*[^.]{0,60}\b(?:iops|throughput)\b/i;

/** A disk that cannot keep up. */
export const io: StoryTeller = (state, { server }) => {
  const [queue, writeLatency, readLatency, iops] = [
    metricOf(state, 'DiskQueueDepth'),
    metricOf(state, 'WriteLatency'),
    metricOf(state, 'ReadLatency'),
    metricOf(state, 'WriteIOPS', 'ReadIOPS'),
  ];
  const slow = [writeLatency, readLatency].filter(
    (one): one is SeriesProfile => rose(one, 4) && isSlow(one) && !one.recovered,
  );
  const queued = rose(queue, 5) && queue.after >= 5;
  const events = currentEvents(state).filter(({ message }) => LIMIT.test(message));
  if (slow.length === 0 && !queued && events.length === 0) return null;
  const changes = [queued ? queue : null, ...slow, rose(iops, 1.3) ? iops : null]
    .filter((one): one is SeriesProfile => one !== null)
    .map(changeText);
  return {
    kind: 'io',
    score: events.length > 0 ? 0.86 : queued && slow.length > 0 ? 0.76 : 0.66,
    text: `The disk of the database server ${server} is saturated (I/O, IOPS limit or throttling)${changes.length > 0 ? `: ${changes.join(', ')}` : ''}${events[0] ? `. Events: ${eventText(events, 1, 150)}` : ''}${topText(heaviest(state.profile))}`,
    brief: `the disk is saturated${changes.length > 0 ? ` (${changes.slice(0, 2).join(', ')})` : ''}`,
    evidence: [...numbers(queue, ...slow, iops), ...cited(events), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** From here on a disk is slow for its clients, s. */
const SLOW_DISK = 0.015;
const isSlow = ({ after, series }: SeriesProfile): boolean => latencySeconds(series, after) >= SLOW_DISK;

/** A processor that is busy for no reason told elsewhere. */
export const cpu: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'CPUUtilization', 'EngineCPUUtilization');
  if (!series || series.after < BUSY || series.recovered) return null;
  const onCpu = state.profile === null || shareOf(state.profile, /^CPU/) >= 0.25;
  const asked = demand(state, series);
  return {
    kind: 'cpu',
    score: onCpu ? 0.74 : 0.4,
    text: `The CPU of the database server ${server} is saturated${asked ? ` by more load than before (more requests arrive): ${changeText(asked)}, and` : ':'} ${changeText(series)}${topText(heaviest(state.profile))}`,
    brief: changeText(series),
    evidence: [...numbers(series, asked), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** Memory that runs out. */
export const memory: StoryTeller = (state, { server }) => {
  const [free, swap] = [metricOf(state, 'FreeableMemory'), metricOf(state, 'SwapUsage')];
  const low = free !== null && free.after <= 0.4 * free.before && !free.recovered;
  const swapping = rose(swap, 2) && (inBytes(swap.series, swap.after) ?? swap.after) >= 2.5e8;
  const killed = killedForMemory(state);
  if (!low && !swapping && killed.length === 0) return null;
  // Memory that is free again after the kill tells by its lowest what it was before.
  const gone = killed.length > 0 && isUsedUp(free);
  const changes = [
    ...(gone
      ? [
          `FreeableMemory fell from ${valueText(free.first, free.series.unit)} to ${valueText(free.min, free.series.unit)}`,
        ]
      : low
        ? [changeText(free)]
        : []),
    ...(swapping ? [changeText(swap)] : []),
  ];
  return {
    kind: 'memory',
    score: killed.length > 0 ? 0.92 : low && swapping ? 0.68 : 0.52,
    text: `The database server ${server} runs short of memory${swapping ? ' and swaps' : ''}${killed.length > 0 ? ', so that it was killed and restarted (out of memory)' : ''}${changes.length > 0 ? `: ${changes.join(', ')}` : ''}${killed[0] ? `. Events: ${eventText(killed, 1, 160)}` : ''}`,
    brief: `memory shrinks${changes.length > 0 ? ` (${changes.join(', ')})` : ''}`,
    evidence: [...numbers(free, swap), ...cited(killed)],
    actions: noActions,
  };
};
