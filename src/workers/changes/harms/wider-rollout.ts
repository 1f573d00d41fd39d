import { oneLine } from '../../detectors/support/text.ts';
import { alteredLines } from '../line-changes.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** For how much of all that comes something is done, as flags, routes and experiments write it. */
const SHARE =
  /percent(?:age)?|\bpct\b|_pct\b|rollout|roll_out|\bweight\b|traffic|fraction|(?:^|[\s"'_.-])(?:share|ratio|probability)\b|sampl(?:e|ing)_?rate|exposure/i;
const OF_ROLLOUTS =
  /flags?\b|feature|rollout|toggle|experiment|canary|variant|split|route|destination|upstream|backend|mirror|shadow|trial|audience|cohort|treatment|unleash|launch_?darkly|flipt|sampl/i;
/** So much of a diff is searched for what its lines belong to. */
const MOST_READ = 8000;
const MUCH_MORE = 2;

/** How those show that cannot take all of what they got a part of. */
const OVERLOADED =
  /concurren|in.?flight|overload|saturat|too many|limit (?:is )?reached|\b(?:429|503)\b|queue|backlog|capacity|shed|reject|cpu|pool|throttl|rate.?limit|requests?_per|calls?_per|evict|memor/i;

const wider = (what: string): Consequence => ({
  why: `${what}, so that what was done for a part of all requests is done for many times as many`,
  shows: OVERLOADED,
  isPlain: true,
  feltByAsked: true,
});

/** A share of the requests for which something is done, that is several times as large as before. */
export function widerRollout(change: ReadChange): Consequence[] {
  if (!OF_ROLLOUTS.test(`${change.files.join(' ')} ${change.detail.slice(0, MOST_READ)}`)) return [];
  const grown = alteredLines(change).find(
    ({ larger, factor, before }) => larger && (factor === null || factor >= MUCH_MORE) && SHARE.test(before),
  );
  return grown ? [wider(oneLine(grown.what, 120))] : [];
}

const FROM_TO = /(\d+(?:\.\d+)?) ?% ?(?:->|→|=>|to) ?(\d+(?:\.\d+)?) ?%/i;

/** The same of a flag, of which only the shares are told by which it was on and is on. */
export function widerFlag(told: string): Consequence[] {
  const [, from, to] = FROM_TO.exec(told.slice(0, MOST_READ)) ?? [];
  if (from === undefined || Number(to) < MUCH_MORE * Number(from) || Number(to) === 0) return [];
  return [wider(`it is on for ${to}% instead of ${from}%`)];
}
