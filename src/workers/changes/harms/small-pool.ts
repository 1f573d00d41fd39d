import { oneLine } from '../../detectors/support/text.ts';
import { alteredLines } from '../line-changes.ts';
import { withNamedValues } from '../named-values.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { POOL_SIZE } from './of-settings.ts';

/** What is called a pool only by the lines around it. */
const OF_POOLS = /(?:^|[\s"'.])(?:[\w-]*pool|hikari|datasource|data-source)["']?\s*[:={(]/im;
const BOUND = /["']?\b(?:max\w*|size|limit|capacity)\b["']?\s*[:=]/i;
const OF_TIMES = /time|age\b|lifetime|idle|wait|interval|delay/i;
const MUCH_SMALLER = 2;
/** So much of a diff is searched for what its lines belong to. */
const MOST_READ = 8000;

const SHOWS =
  /\bpool|_pool_|pool_?(?:wait|pending|timeout)|connection (?:is )?not available|wait\w*[^\n]{0,30} for (?:a |an |the |free )+(?:\w+ )?connection|(?:waiting|timed? ?out|timeout) (?:for|acquiring|getting|on) (?:a |an |free )*(?:db |database )?connection|(?<!(?:stack|integer|numeric|arithmetic|buffer)[ _]?)overflow/i;

/** A pool of connections that holds half or fewer of those that it held. */
export function smallPool(change: ReadChange): Consequence[] {
  const isOfPool = OF_POOLS.test(change.detail.slice(0, MOST_READ));
  const cut = alteredLines(withNamedValues(change, change.detail)).find(
    ({ smaller, factor, before }) =>
      smaller &&
      (factor ?? 1) >= MUCH_SMALLER &&
      !OF_TIMES.test(before) &&
      (POOL_SIZE.test(before) || (isOfPool && BOUND.test(before))),
  );
  if (!cut) return [];
  const why = `${oneLine(cut.what, 120)}, which makes its pool of connections small`;
  return [{ why, shows: SHOWS, isPlain: true, takesRoom: true }];
}
