import { changeText, metricOf, type SeriesProfile, valueText } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { heaviest, noActions, numbers, rose, shareOf, topText } from './story-parts.ts';

/** From here on a processor is busy, percent. */
const BUSY = 80;

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
  if (slow.length === 0 && !queued) return null;
  const changes = [queued ? queue : null, ...slow, rose(iops, 1.3) ? iops : null]
    .filter((one): one is SeriesProfile => one !== null)
    .map(changeText);
  return {
    kind: 'io',
    score: queued && slow.length > 0 ? 0.76 : 0.66,
    text: `The disk of the database server ${server} is saturated (I/O, IOPS limit or throttling): ${changes.join(', ')}${topText(heaviest(state.profile))}`,
    brief: `the disk is saturated (${changes.slice(0, 2).join(', ')})`,
    evidence: [...numbers(queue, ...slow, iops), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** CloudWatch tells latencies in seconds, recordings sometimes in milliseconds. */
const isSlow = ({ after, series: { unit } }: SeriesProfile): boolean =>
  after >= (/^seconds$/i.test(unit ?? '') ? 0.02 : 15);

/** A processor that is busy for no reason told elsewhere. */
export const cpu: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'CPUUtilization');
  if (!series || series.after < BUSY || series.recovered) return null;
  const onCpu = state.profile === null || shareOf(state.profile, /^CPU/) >= 0.25;
  return {
    kind: 'cpu',
    score: onCpu ? 0.74 : 0.4,
    text: `The CPU of the database server ${server} is saturated: ${changeText(series)}${topText(heaviest(state.profile))}`,
    brief: changeText(series),
    evidence: [...numbers(series), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** Memory that runs out. */
export const memory: StoryTeller = (state, { server }) => {
  const [free, swap] = [metricOf(state, 'FreeableMemory'), metricOf(state, 'SwapUsage')];
  const low = free !== null && free.after <= 0.4 * free.before && !free.recovered;
  const swapping = rose(swap, 2) && swap.after >= 2.5e8;
  if (!low && !swapping) return null;
  const changes = [low ? free : null, swapping ? swap : null]
    .filter((one): one is SeriesProfile => one !== null)
    .map(changeText);
  return {
    kind: 'memory',
    score: low && swapping ? 0.68 : 0.52,
    text: `The database server ${server} runs short of memory${swapping ? ' and swaps' : ''}: ${changes.join(', ')}`,
    brief: `memory shrinks (${changes.join(', ')})`,
    evidence: numbers(free, swap),
    actions: noActions,
  };
};

/** Transaction ids that run out. */
export const transactionIds: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'MaximumUsedTransactionIDs');
  if (!series || series.after < 1.2e9) return null;
  return {
    kind: 'transaction-ids',
    score: 0.8,
    text: `The database server ${server} runs out of transaction IDs (wraparound): MaximumUsedTransactionIDs is at ${valueText(series.last, null)}, so vacuum must freeze old rows`,
    brief: 'transaction IDs run out',
    evidence: numbers(series),
    actions: noActions,
  };
};

/** Burst credits that are used up, so that the cloud throttles disk or processor. */
export const credits: StoryTeller = (state, { server }) => {
  const balance = metricOf(state, 'BurstBalance', 'EBSIOBalance%', 'EBSByteBalance%', 'CPUCreditBalance');
  if (!balance || balance.after > 5 || balance.recovered) return null;
  return {
    kind: 'credits',
    score: balance.before > 10 ? 0.88 : 0.7,
    text: `The burst credits of the database server ${server} are used up, so the cloud throttles it: ${changeText(balance)}`,
    brief: `burst credits are used up (${changeText(balance)})`,
    evidence: numbers(balance),
    actions: noActions,
  };
};
