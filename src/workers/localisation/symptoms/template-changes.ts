import { oneLine } from '../../detectors/support/text.ts';
import { median } from '../statistics/robust.ts';
import { clarityOfSurprise, surpriseOfFewer, surpriseOfMore } from '../statistics/surprise.ts';
import { logTemplates, looksLikeError } from '../telemetry/log-templates.ts';
import type { LogLine, LogLines } from '../telemetry/read-logs.ts';
import type { Symptom } from './symptom.ts';

type TemplatedLine = { line: LogLine; template: string };

/** Rates are told by quarters of a minute: a burst of start lines fills one or two, what goes on fills them all. */
const STEP_MS = 15_000;
/** So many steps must have come before the trouble for anything to be usual. */
const LEAST_STEPS_BEFORE = 8;
/** What is there in fewer steps, or in a smaller share of them, is a burst: a start, a scheduled run, a line by chance. */
const LEAST_STEPS = 3;
const LEAST_SHARE = 0.5;
/** So many times its rate of before, beyond how the other lines of the service grew, is a surge. */
const MANY_TIMES = 5;
const LEAST_CLARITY = 0.5;
const LONGEST_TEMPLATE = 100;

/** How many lines of a template came in each step that has any, and in how many steps its service wrote anything. */
type Course = { counts: number[]; steps: number };
/** What a service wrote of one template; times are those of its first line, and of the first of the service, since the trouble. */
type Looked = {
  service: string;
  template: string;
  before: Course;
  during: Course;
  since: number | null;
  started: number;
};
type Found = { looked: Looked; surprise: number; how: string; at: number };

/**
 * Templates that a service writes only since the trouble, many times as often since then, or no more although it wrote them regularly,
 * whether or not the lines name a request. They support what something else shows and are no fault by themselves: caches, retries
 * and releases change lines, too. Errors are left out, as they are symptoms of their own. Only answers to the same question are
 * compared, in steps of time in which the service wrote anything. The clearest first, each with the time from which it shows as
 * its onset; amounts are nats.
 */
export function templateChanges({ before, during, evidence }: LogLines): Symptom[] {
  const templates = logTemplates();
  const templated = (line: LogLine): TemplatedLine => ({ line, template: templates.of(line.body) });
  const [was, is] = [before.map(templated), during.map(templated)];
  const errors = new Set(
    [...was, ...is].flatMap(({ line, template }) => (looksLikeError(line.severity, template) ? template : [])),
  );
  const looked = coursesOf(was, is).filter(({ template }) => !errors.has(template));
  const chance = Math.log(Math.max(1, looked.length));
  const found = looked.flatMap((one) => {
    const change = one.since === null ? gone(one) : risen(one, one.since, () => usualGrowth(looked, one));
    const surprise = change ? change.surprise - chance : 0;
    return change && clarityOfSurprise(surprise) >= LEAST_CLARITY ? [{ ...change, surprise }] : [];
  });
  found.sort((left, right) => right.surprise - left.surprise);
  // Several questions may bring the lines of a service.
  const byTemplate = Map.groupBy(found, ({ looked }) => `${looked.service}\u0001${looked.template}`);
  return [...byTemplate.values()].map(([clearest]) => symptomOf(clearest!, evidence));
}

function symptomOf({ looked: { service, template }, surprise, how, at }: Found, evidence: number[]): Symptom {
  return {
    component: { service, instance: null },
    amount: surprise,
    clarity: clarityOfSurprise(surprise),
    onset: at,
    class: null,
    reason: `${service} writes "${oneLine(template, LONGEST_TEMPLATE)}" ${how}`,
    evidence,
  };
}

/** What is there in most steps now and never came as often in any step before; null where there is nothing of that. */
function risen(looked: Looked, at: number, growth: () => number): Found | null {
  const { before, during } = looked;
  const most = before.counts.reduce((left, right) => Math.max(left, right), 0);
  const hitsAbove = (least: number) => during.counts.filter((count) => count > least).length;
  const isLasting = (hits: number) => hits >= LEAST_STEPS && hits >= during.steps * LEAST_SHARE;
  if (!isLasting(hitsAbove(most))) return null;
  const isNew = most === 0;
  const hits = isNew ? hitsAbove(0) : hitsAbove(Math.max(most, rateOf(before) * MANY_TIMES * Math.max(1, growth())));
  if (!isLasting(hits)) return null;
  const surprise = surpriseOfMore({ hits: 0, tries: before.steps }, { hits, tries: during.steps });
  return { looked, surprise, how: isNew ? 'again and again, and never before' : 'many times as often as before', at };
}

/** What was there regularly and is not there at all any more. */
function gone(looked: Looked): Found {
  const { before, during, started } = looked;
  const usual = { hits: before.counts.length, tries: before.steps };
  const surprise = surpriseOfFewer(usual, { hits: 0, tries: during.steps });
  return { looked, surprise, how: 'no more, and regularly before', at: started };
}

/** How the other templates that a service wrote before have grown: with more requests all of them do. */
function usualGrowth(all: Looked[], { service, template }: Looked): number {
  const others = all.filter((one) => one.service === service && one.template !== template);
  const known = others.filter(({ before }) => before.counts.length > 0);
  return known.length === 0 ? 1 : median(known.map(({ before, during }) => rateOf(during) / rateOf(before)));
}

const rateOf = ({ counts, steps }: Course) => counts.reduce((sum, count) => sum + count, 0) / steps;

/** The courses of all templates, by question and service; none where one side has too little to compare. */
function coursesOf(before: TemplatedLine[], during: TemplatedLine[]): Looked[] {
  const keyOf = ({ line }: TemplatedLine) => `${line.component.service}\u0001${line.question}`;
  const earlier = Map.groupBy(before, keyOf);
  return [...Map.groupBy(during, keyOf)].flatMap(([key, now]) => {
    const was = earlier.get(key) ?? [];
    const [stepsBefore, steps] = [countsPerStep(was).length, countsPerStep(now).length];
    if (stepsBefore < LEAST_STEPS_BEFORE || steps < LEAST_STEPS) return [];
    const [wrote, writes] = [byTemplate(was), byTemplate(now)];
    const { service } = now[0]!.line.component;
    return [...new Set([...wrote.keys(), ...writes.keys()])].map((template) => ({
      service,
      template,
      before: { counts: countsPerStep(wrote.get(template) ?? []), steps: stepsBefore },
      during: { counts: countsPerStep(writes.get(template) ?? []), steps },
      since: writes.get(template)?.[0]?.line.at ?? null,
      started: now[0]!.line.at,
    }));
  });
}

const byTemplate = (lines: TemplatedLine[]) => Map.groupBy(lines, ({ template }) => template);

/** How many lines came in each step that has any. */
const countsPerStep = (lines: TemplatedLine[]): number[] =>
  [...Map.groupBy(lines, ({ line }) => Math.floor(line.at / STEP_MS)).values()].map(({ length }) => length);
