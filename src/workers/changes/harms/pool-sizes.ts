import { oneLine } from '../../detectors/support/text.ts';
import { type AlteredLine, alteredLines } from '../line-changes.ts';
import { withNamedValues } from '../named-values.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { POOL_SIZE } from './of-settings.ts';
import { HANDS } from './of-waiting.ts';

/** What is called a pool only by the lines around it. */
const OF_POOLS = /(?:^|[\s"'.])(?:[\w-]*pool|hikari|datasource|data-source)["']?\s*[:={(]/im;
/** A pool by its name alone, with nothing but its size. */
const IS_POOL = /^\s*["']?(?:\w+_)?pool["']?\s*[:=]\s*["']?\d/i;
const BOUND = /["']?\b(?:max\w*|size|limit|capacity)\b["']?\s*[:=]/i;
const OF_TIMES = /time|age\b|lifetime|idle|wait|interval|delay/i;
/** What a server lets in, as opposed to what a program opens. */
const OF_SERVERS =
  /max[._-]?(?:client[._-]?conn|user[._-]?connections)|^\W*(?:set\s+(?:global|persist)\s+)?max_connections\b/i;
const MUCH_SMALLER = 2;
const MUCH_LARGER = 1.5;
/** So much of a diff is searched for what its lines belong to. */
const MOST_READ = 8000;

const SHOWS =
  /\bpool|_pool_|pool_?(?:wait|pending|timeout)|connection (?:is )?not available|wait\w*[^\n]{0,30} for (?:a |an |the |free )+(?:\w+ )?connection|(?:waiting|timed? ?out|timeout) (?:for|acquiring|getting|on) (?:a |an |free )*(?:db |database )?connection|(?<!(?:stack|integer|numeric|arithmetic|buffer)[ _]?)overflow/i;
/** How servers say that they have no connection left for anybody. */
const ALL_TAKEN =
  /too many (?:clients|connections|sessions)|connection slots|max_?(?:user_)?connections|max(?:imum)? (?:number of )?(?:client_?s?|connections|processes|sessions)|(?:connection|session|client) limit|no more connections|ORA-(?:00018|00020|12516|12519|12520)|\b53300\b|ER_(?:TOO_MANY_USER_CON|CON_COUNT)/i;

/** Sizes of pools of connections that a change sets otherwise, whether they stand in its lines or are called so around them. */
function sizesOf(change: ReadChange): AlteredLine[] {
  const isOfPool = OF_POOLS.test(change.detail.slice(0, MOST_READ));
  return alteredLines(withNamedValues(change, change.detail)).filter(
    ({ before }) =>
      !OF_TIMES.test(before) && (POOL_SIZE.test(before) || IS_POOL.test(before) || (isOfPool && BOUND.test(before))),
  );
}

/** A pool of connections that holds half or fewer of those that it held. */
export function smallPool(change: ReadChange): Consequence[] {
  const cut = sizesOf(change).find(({ smaller, factor }) => smaller && (factor ?? 1) >= MUCH_SMALLER);
  if (!cut) return [];
  const why = `${oneLine(cut.what, 120)}, which makes its pool of connections small`;
  return [{ why, shows: SHOWS, isPlain: true, takesRoom: true }];
}

/** More connections for each process, or more processes that have some: those whom the same server serves find none left. */
export function largePool(change: ReadChange): Consequence[] {
  const isMuchLarger = ({ larger, factor, before }: AlteredLine): boolean =>
    larger && (factor ?? 1) >= MUCH_LARGER && !OF_SERVERS.test(before);
  const grown = sizesOf(change).find(isMuchLarger);
  const more = alteredLines(change).find((one) => HANDS.test(one.before) && isMuchLarger(one));
  const by = grown
    ? `${oneLine(grown.what, 120)}, by which each of its processes may take`
    : more && `${oneLine(more.what, 120)}, which all have connections of their own and together may take`;
  if (!by) return [];
  const why = `${by} many more of the connections that the server has for all`;
  return [{ why, shows: ALL_TAKEN, isPlain: true, holdsOthers: true }];
}
