import { quote } from '../../kubernetes-state/quote.ts';
import type { CreditSeries } from '../credit-series.ts';
import type { DatabaseEvent } from '../database-state.ts';
import { changeText, profileSeries, type SeriesProfile, valueText } from '../profile-series.ts';
import type { Story, StoryTeller } from '../story.ts';
import { noActions, numbers, rose } from './story-parts.ts';

/** What is left of credits that are used up, as a share of what there was. */
const USED_UP = 0.05;
/** What grows where a machine gets less than it asks for, and by how much at least. */
const QUEUES = /queue|io_?wait|await|latency|steal|throttl/i;
const GROWN = 3;
/** What the credits are spent on. */
const WORK = /iops|(?:ops|reads?|writes?|bytes|operations)\w*(?:per_?s|_rate|total)?|throughput|cpu/i;
const MORE_WORK = 1.5;
const SAID =
  /\b(?:burst|credits?)\b[^\n]{0,60}\b(?:exhaust\w*|deplet\w*|used up|ran out|empty|zero)|\b(?:limited|throttled) to (?:the )?baseline/i;
/** A statement or a job that works for longer than this spends what others would need, ms. */
const LONG = 60_000;

/** Burst credits that telemetry shows as used up on a machine whose queues grow, with what spent them. */
export const usedUpCredits: StoryTeller = ({ credits }) => worstUsedUp(credits);

/** The same story, for whoever knows of nothing but credits. */
export function worstUsedUp(credits: CreditSeries[]): Story | null {
  const found = credits.flatMap((one) => tell(one) ?? []);
  return found.toSorted((left, right) => right.score - left.score)[0] ?? null;
}

function tell({ entity, balance, others, lines }: CreditSeries): ReturnType<StoryTeller> {
  const left = profileSeries(balance);
  if (!left || left.recovered || left.before <= 0 || left.after > USED_UP * left.before) return null;
  const profiles = others.flatMap((one) => profileSeries(one) ?? []);
  const queued = profiles.filter((one) => QUEUES.test(one.series.metric) && rose(one, GROWN)).slice(0, 2);
  const work = profiles.find((one) => !queued.includes(one) && isMoreWork(one)) ?? null;
  const said = lines.find(({ message }) => SAID.test(message)) ?? null;
  const spender = spenderIn(lines, goneAt(left));
  const ofProcessor = /cpu/i.test(balance.metric);
  return {
    kind: 'credits',
    class: 'resource',
    server: entity,
    // Credits that are gone harm where something waits for them.
    score: queued.length > 0 ? 0.88 : said ? 0.55 : 0.3,
    text: `The burst credits of the ${ofProcessor ? 'processor' : 'disk (volume)'} of ${entity} are used up, so it is throttled to its baseline${ofProcessor ? '' : ' (IOPS limit, I/O wait)'}: ${[left, ...queued].map(changeText).join(', ')}${work ? `; they were spent while ${work.series.metric} was up to ${valueText(work.max, work.series.unit)} instead of ${valueText(work.first, work.series.unit)}` : ''}${spender ? `, among others by ${quote(spender.message, 150)}` : ''}${said ? `. It says ${quote(said.message, 110)}` : ''}`,
    brief: `burst credits are used up (${changeText(left)})`,
    evidence: [
      ...numbers(left, ...queued, work),
      ...(said ? [said.evidence] : []),
      ...(spender ? [spender.evidence] : []),
    ],
    actions: noActions,
  };
}

/** When the credits were used up, epoch ms. */
const goneAt = ({ series, before }: SeriesProfile): number =>
  series.points.find(({ value }) => value <= USED_UP * before)?.at ?? Number.POSITIVE_INFINITY;

const isMoreWork = ({ series, before, max }: SeriesProfile): boolean =>
  WORK.test(series.metric) && before > 0 && max >= MORE_WORK * before;

/** What worked the longest before the credits were gone, by its own account; who is throttled works long, too. */
function spenderIn(lines: DatabaseEvent[], gone: number): DatabaseEvent | null {
  const long = lines
    .map((line) => ({ line, ms: Number(/\bduration: (\d{1,12})(?:\.\d{1,6})? ms\b/i.exec(line.message)?.[1]) }))
    .filter(({ line, ms }) => ms >= LONG && !(Date.parse(line.at ?? '') > gone));
  return long.toSorted((left, right) => right.ms - left.ms)[0]?.line ?? null;
}
