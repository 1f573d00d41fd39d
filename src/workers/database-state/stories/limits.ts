import { isStrained } from '../calm-series.ts';
import { changeText, metricOf, type SeriesProfile, valueText } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { heaviest, isFelt, noActions, numbers, rose, topText } from './story-parts.ts';

/** Burst credits that are used up, so that the cloud throttles disk or processor. */
export const credits: StoryTeller = (state, { server, text }) => {
  const balance = metricOf(state, 'BurstBalance', 'EBSIOBalance%', 'EBSByteBalance%', 'CPUCreditBalance');
  if (!balance || balance.after > 5 || balance.recovered) return null;
  return {
    kind: 'credits',
    // A server that had none before either works at its baseline, and may have all that it needs.
    score: balance.before > 10 ? 0.88 : isStrained(state) || isFelt(text) ? 0.7 : 0.3,
    text: `The burst credits of the database server ${server} are used up, so the cloud throttles it: ${changeText(balance)}`,
    brief: `burst credits are used up (${changeText(balance)})`,
    evidence: numbers(balance),
    actions: noActions,
  };
};

/** A serverless server that has grown to the largest size that it may have. */
export const capacity: StoryTeller = (state, { server }) => {
  const [used, units] = [metricOf(state, 'ACUUtilization'), metricOf(state, 'ServerlessDatabaseCapacity')];
  if (!used || used.after < 95 || used.recovered) return null;
  return {
    kind: 'capacity',
    score: 0.93,
    text: `The database server ${server} has reached its maximum capacity (serverless, ACU limit) and cannot scale further: ${[used, units].flatMap((one) => (one ? [changeText(one)] : [])).join(', ')}${topText(heaviest(state.profile))}`,
    brief: 'its capacity is at the maximum',
    evidence: numbers(used, units),
    actions: noActions,
  };
};

/** A table whose requests the cloud throttles because they exceed what was provisioned. */
export const throttling: StoryTeller = (state, { server }) => {
  const names = ['ReadThrottleEvents', 'WriteThrottleEvents', 'ThrottledRequests', 'ThrottledPutRecordCount'];
  const up = names
    .map((metric) => metricOf(state, metric))
    .filter((one): one is SeriesProfile => one !== null && one.after >= 1 && one.ratio >= 3 && !one.recovered);
  if (up.length === 0) return null;
  const consumed = [metricOf(state, 'ConsumedWriteCapacityUnits'), metricOf(state, 'ConsumedReadCapacityUnits')].filter(
    (one): one is SeriesProfile => rose(one, 1.5),
  );
  return {
    kind: 'throttling',
    score: 0.88,
    text: `Requests to the database ${server} are throttled (provisioned capacity or a hot partition is exceeded): ${[...up, ...consumed].map(changeText).join(', ')}`,
    brief: 'its requests are throttled',
    evidence: numbers(...up, ...consumed),
    actions: noActions,
  };
};

/** A cache that throws keys away because its memory is full. */
export const evictions: StoryTeller = (state, { server, text }) => {
  const [evicted, memory, hits] = [
    metricOf(state, 'Evictions'),
    metricOf(state, 'DatabaseMemoryUsagePercentage', 'BytesUsedForCachePercentage'),
    metricOf(state, 'CacheHitRate'),
  ];
  const thrown = evicted !== null && evicted.after >= 10 && evicted.ratio >= 3 && !evicted.recovered;
  const full = memory !== null && memory.after >= 95 && !memory.recovered;
  if (!thrown && !full) return null;
  const fewer = hits !== null && hits.after < 0.8 * hits.before ? hits : null;
  return {
    kind: 'evictions',
    // A cache is there to be full; it harms where keys are lost, or somebody feels it.
    score: thrown && full ? 0.88 : thrown ? 0.8 : isStrained(state) || isFelt(text) ? 0.7 : 0.45,
    text: `The memory of the cache ${server} is full (maxmemory)${thrown ? ', so it evicts keys' : ''}: ${[evicted, memory, fewer].flatMap((one) => (one ? [changeText(one)] : [])).join(', ')}${fewer ? ', so more requests miss the cache' : ''}${memory && !thrown ? `; it is at ${valueText(memory.last, memory.series.unit)}` : ''}`,
    brief: 'the cache is full and evicts keys',
    evidence: numbers(evicted, memory, fewer),
    actions: noActions,
  };
};
