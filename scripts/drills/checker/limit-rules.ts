import type { Observed } from './observed.ts';

const MINUTE_MS = 60_000;
/** Posts that a channel may have at once after a pause. */
const PACE_BURST = 4;
/** Posts whose answers were on their way when they were slowed down. */
const UNDER_WAY = 2;

/** What the fleet was told not to exceed it does not exceed, whatever breaks meanwhile. */
export function limitsHold(observed: Observed): string[] {
  return [...tooManyAtOnce(observed), ...tooManyStarts(observed), ...tooManyPosts(observed), ...tooMuchLlm(observed)];
}

function tooManyAtOnce({ resources, limits }: Observed): string[] {
  const most = new Map<string, number>();
  for (const { held } of resources)
    for (const [worker, count] of Object.entries(held ?? {})) most.set(worker, Math.max(count, most.get(worker) ?? 0));
  return [...most].flatMap(([worker, count]) =>
    count > limits.investigationsPerWorker
      ? [`${worker} had ${count} investigations at once, ${limits.investigationsPerWorker} are allowed`]
      : [],
  );
}

/** The queue's limiter counts in minutes of its own: a minute of ours may see the end of one and the begin of the next. */
function tooManyStarts({ final, limits }: Observed): string[] {
  const most = mostWithin(final.starts, MINUTE_MS);
  return most > 2 * limits.startsPerMinute
    ? [`${most} investigations were begun within a minute, ${limits.startsPerMinute} a minute are allowed`]
    : [];
}

function tooManyPosts({ slack, limits }: Observed): string[] {
  const byChannel = Map.groupBy(
    slack.filter(({ kind }) => kind === 'post'),
    ({ channel }) => channel,
  );
  return [...byChannel].flatMap(([channel, posts]) => {
    const times = posts.map(({ at }) => at);
    const most = mostWithin(times, MINUTE_MS);
    return most > limits.postsPerMinute + PACE_BURST + UNDER_WAY
      ? [`${most} posts to ${channel} within a minute, ${limits.postsPerMinute} a minute are allowed`]
      : [];
  });
}

/** Those that ask in the same moment may exceed it by their number. */
function tooMuchLlm({ final, limits, resources }: Observed): string[] {
  const atOnce = Math.max(0, ...resources.map(({ held }) => sum(Object.values(held ?? {}))));
  return final.llmInvestigations > limits.llmInvestigations + atOnce
    ? [`${final.llmInvestigations} investigations asked the LLM, ${limits.llmInvestigations} are in its budget`]
    : [];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The most of these times that lie within a window of so many ms, wherever it begins. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - sorted[first]! >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
