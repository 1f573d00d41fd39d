import { ascending, median, quantileOfSorted, risen, trimmedMean } from '../statistics/robust.ts';
import { clarityOfSurprise, surpriseOfMore, type Trials } from '../statistics/surprise.ts';
import { componentOf } from '../telemetry/component.ts';
import type { Traces } from '../telemetry/read-spans.ts';
import { blameEnds, type Loss } from './blame-ends.ts';
import type { Symptom } from './symptom.ts';
import { partsOfKey, type TimeSpent, timeSpent } from './time-spent.ts';

/** More time than before at one place of the requests. */
type Slower = { key: string; amount: number; certainty: number; calls: number; before: number[]; during: number[] };

/**
 * Components where requests now spend more time: in their own operations, or on the way to and from them. Amounts are
 * milliseconds per request. Without spans from before, ways between components are compared with each other: they cross the
 * same network; own operations can't be compared then.
 */
export function slowSpans(traces: Traces): Symptom[] {
  const [before, during] = [timeSpent(traces.before), timeSpent(traces.during)];
  if (during.requests === 0) return [];
  const work = slower(withSiblings(before.work, during.work), during.work, during.requests);
  const ways = slower(withPeers(before, during), during.between, during.requests);
  const losses = ways.map(({ key, amount, certainty, calls }): Loss => {
    const [caller, callee] = partsOfKey(key);
    return { caller, callee, amount, certainty, calls };
  });
  const clarityOf = (key: string, amount: number) => clarity(key, amount * during.requests, before, during);
  return [...symptomsOfWork(work, clarityOf, traces), ...symptomsOfWays(blameEnds(losses), ways, clarityOf, traces)];
}

type ClarityOf = (key: string, amount: number) => number;

/** The added time (ms over all requests) as a share of the time that the requests that passed the component now take. */
function clarity(key: string, added: number, before: TimeSpent, during: TimeSpent): number {
  const now = during.passed.get(key) ?? { requests: 1, ms: 0 };
  const was = before.passed.get(key);
  const usual = was ? (was.ms / was.requests) * now.requests : Math.max(0, now.ms - added);
  return added / (added + usual);
}

/** So many values of all ways count for each way: the little that is known of a rare call is not taken for all that can be. */
const PRIOR_VALUES = 9;

/**
 * What each way took before, with the deciles of all other ways as prior values. Without traces from before these are of the
 * time of the trouble, which does no harm: most ways are fine.
 */
function withPeers(before: TimeSpent, during: TimeSpent): Map<string, number[]> {
  const source = before.requests > 0 ? before.between : during.between;
  return new Map(
    [...during.between.keys()].map((key) => {
      const own = before.between.get(key) ?? [];
      const others = ascending([...source].flatMap(([other, values]) => (other === key ? [] : values)));
      if (others.length === 0) return [key, own];
      const prior = Array.from({ length: PRIOR_VALUES }, (_, index) =>
        quantileOfSorted(others, (index + 1) / (PRIOR_VALUES + 1)),
      );
      return [key, [...own, ...prior]];
    }),
  );
}

/** New instances (a rollout, another replica) have no past of their own: that of the service's others counts for them. */
function withSiblings(before: Map<string, number[]>, during: Map<string, number[]>): Map<string, number[]> {
  const bySibling = Map.groupBy(before, ([key]) => siblingKey(key));
  return new Map(
    [...during.keys()].map((key) => [
      key,
      before.get(key) ?? (bySibling.get(siblingKey(key)) ?? []).flatMap(([, values]) => values),
    ]),
  );
}

function siblingKey(key: string): string {
  const [component, operation] = partsOfKey(key);
  return JSON.stringify([componentOf(component).service, operation]);
}

function slower(before: Map<string, number[]>, during: Map<string, number[]>, requests: number): Slower[] {
  return [...during].map(([key, values]) => {
    const [was, is] = [ascending(before.get(key) ?? []), ascending(values)];
    const certainty = Math.max(risen(was, is), clarityOfSurprise(surpriseOfTail(was, is) - Math.log(during.size)));
    const excess = Math.max(0, trimmedMean(is) - trimmedMean(was));
    const amount = (certainty * excess * is.length) / requests;
    return { key, amount, certainty, calls: is.length, before: was, during: is };
  });
}

/** What one of twenty usually exceeds. */
const RARE = 0.05;

/** How surprising it is (nats) that so many values are higher than what few were before: of lost packets only some calls tell. */
function surpriseOfTail(was: number[], is: number[]): number {
  if (was.length === 0) return 0;
  const high = quantileOfSorted(was, 1 - RARE);
  const above = (values: number[]): Trials => ({
    hits: values.filter((value) => value > high).length,
    tries: values.length,
  });
  return surpriseOfMore(above(was), above(is));
}

function symptomsOfWork(slower: Slower[], clarityOf: ClarityOf, { evidence }: Traces): Symptom[] {
  const byComponent = Map.groupBy(
    slower.filter(({ amount }) => amount > 0),
    ({ key }) => partsOfKey(key)[0],
  );
  return [...byComponent].map(([key, operations]) => {
    const amount = sum(operations.map((operation) => operation.amount));
    const worst = operations.reduce((left, right) => (right.amount > left.amount ? right : left));
    const [was, is] = [median(worst.before), median(worst.during)];
    const { service } = componentOf(key);
    return {
      component: componentOf(key),
      amount,
      clarity: clarityOf(key, amount),
      onset: null,
      class: null,
      reason: `${service} itself spends ${ms(is)} in "${partsOfKey(worst.key)[1]}" (median), before ${ms(was)}`,
      evidence,
    };
  });
}

function symptomsOfWays(
  blamed: Map<string, number>,
  ways: Slower[],
  clarityOf: ClarityOf,
  { evidence }: Traces,
): Symptom[] {
  return [...blamed].map(([key, amount]) => {
    const own = ways.filter((way) => partsOfKey(way.key).includes(key));
    const added = sum(own.map((way) => way.amount));
    const worst = own.reduce((left, right) => (right.amount > left.amount ? right : left));
    const [caller, callee] = partsOfKey(worst.key).map((end) => componentOf(end).service);
    const [was, is] = [median(worst.before), median(worst.during)];
    return {
      component: componentOf(key),
      amount,
      clarity: clarityOf(key, added),
      onset: null,
      class: 'network',
      reason: `calls from ${caller} to ${callee} spend ${ms(is)} between the two (median), before or elsewhere ${ms(was)}`,
      evidence,
    };
  });
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const ms = (value: number) => `${Number(value.toPrecision(3))} ms`;
