import { clarityOfSurprise, surpriseOfMore } from '../statistics/surprise.ts';
import { type Component, componentKey, componentOf } from '../telemetry/component.ts';
import { logTemplates, looksLikeError } from '../telemetry/log-templates.ts';
import type { PeerOf } from '../telemetry/named-peers.ts';
import type { LogLine, LogLines } from '../telemetry/read-logs.ts';
import { type Break, brokenFlows, type Flow } from './broken-flow.ts';
import { ownLimitIn } from './own-limit-words.ts';
import type { Symptom } from './symptom.ts';

type Event = { line: LogLine; unit: string; template: string; error: boolean };
/** Errors of one template that speak of the same other service. */
type ErrorKind = { template: string; peer: string | null; hits: number };

/**
 * What the log lines of components say: flows that break off, and errors that are new or surge. An error that names another
 * service as the far end of a call is a symptom of that one, unless it tells of a limit of the writer's own, or that one writes lines as if
 * nothing had happened and none of its instances is gone (`reduced`). Amounts are nats.
 */
export function logSymptoms(
  { before, during, evidence }: LogLines,
  peerOf: PeerOf = () => null,
  reduced: ReadonlySet<string> = new Set(),
): { flow: Symptom[]; errors: Symptom[] } {
  if (during.length === 0) return { flow: [], errors: [] };
  const templates = logTemplates();
  const toEvent = (line: LogLine): Event => {
    const template = templates.of(line.body);
    const error = looksLikeError(line.severity, template);
    return { line, unit: componentKey(line.component), template, error };
  };
  const [was, is] = [before.map(toEvent), during.map(toEvent)];
  const errorTemplates = new Set([...was, ...is].filter(({ error }) => error).map(({ template }) => template));
  const breaks = brokenFlows(flowsOf(was), flowsOf(is), (template) => errorTemplates.has(template));
  return {
    flow: breaks.map((found) => symptomOfBreak(found, 'the log line', evidence)),
    errors: errorSymptoms(was, is, ({ line }) => peerIn(line, peerOf), reduced, evidence),
  };
}

/** Whom a line speaks of as the far end of a call; what a program has used up of its own is its own matter, whomever it called. */
const peerIn = ({ body, component }: LogLine, peerOf: PeerOf): string | null => {
  const limit = ownLimitIn(body);
  return limit && !limit.fillsByWaiting ? null : peerOf(body, component.service);
};

/** The templates that a component wrote for one request; lines that name no request belong to no flow. */
function flowsOf(events: Event[]): Flow[] {
  const flows = new Map<string, Flow>();
  for (const { line, unit, template } of events) {
    if (line.trace === null) continue;
    const key = `${unit}\u0001${line.trace}`;
    const flow = flows.get(key) ?? { unit, events: new Set() };
    flows.set(key, flow);
    flow.events.add(template);
  }
  return [...flows.values()];
}

/** A break as a symptom of its component; `what` says what its events are. */
export function symptomOfBreak(
  { unit, given, missing, surprise, before, now }: Break,
  what: string,
  evidence: number[],
): Symptom {
  const component = componentOf(unit);
  return {
    component,
    amount: surprise,
    clarity: clarityOfSurprise(surprise),
    onset: null,
    class: 'application',
    reason:
      `in ${component.service} ${what} "${missing}" came along with "${given}" in ${before.hits} of ${before.tries} requests before ` +
      `and in ${now.hits} of ${now.tries} now`,
    evidence,
  };
}

/** What all components together log counts for each as so many lines: one that was hardly heard before is like the others. */
const PRIOR_LINES = 10;
/** An error that was never seen may have been about to come. */
const UNSEEN = 0.5;

function errorSymptoms(
  before: Event[],
  during: Event[],
  peerOf: (event: Event) => string | null,
  reduced: ReadonlySet<string>,
  evidence: number[],
): Symptom[] {
  const [was, is] = [countErrors(before, peerOf), countErrors(during, peerOf)];
  const usual = before.length > 0 ? before : during;
  const seen = countTemplates(usual);
  const sound = soundServices(is).difference(reduced);
  return [...is].flatMap(([unit, { lines, errors }]) => {
    const known = was.get(unit);
    const found = [...errors].map(([key, { template, peer, hits }]) => {
      const earlier = { hits: known?.errors.get(key)?.hits ?? 0, tries: known?.lines ?? 0 };
      const elsewhere = (seen.get(template) ?? 0) - (before.length > 0 ? earlier.hits : hits);
      const share = (elsewhere + UNSEEN) / (usual.length + 1);
      const prior = { hits: share * PRIOR_LINES, tries: PRIOR_LINES };
      return { template, peer, hits, earlier, surprise: surpriseOfMore(earlier, { hits, tries: lines }, prior) };
    });
    const worst = found.sort((left, right) => right.surprise - left.surprise)[0];
    const amount = worst ? worst.surprise - Math.log(Math.max(1, countAll(is))) : 0;
    if (!worst || amount <= 0) return [];
    const own = componentOf(unit);
    const peer = worst.peer !== null && !sound.has(worst.peer) ? worst.peer : null;
    const component: Component = peer === null ? own : { service: peer, instance: null };
    const of = peer === null ? '' : ` of ${peer}`;
    const reason = `${own.service} logs "${worst.template}"${of} ${howOften(worst.hits, worst.earlier.hits)}`;
    const alertClass = peer !== null && reduced.has(peer) ? 'infrastructure' : 'application';
    return [
      { component, amount, clarity: clarityOfSurprise(amount), onset: null, class: alertClass, reason, evidence },
    ];
  });
}

/** In words: lines are counted over several answers, and no evidence holds their number. */
const howOften = (hits: number, earlier: number): string =>
  `${hits >= OFTEN ? 'again and again' : 'now'}, ${earlier === 0 ? 'and never before' : 'and less often before'}`;
const OFTEN = 3;

function countTemplates(events: Event[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { template } of events) counts.set(template, (counts.get(template) ?? 0) + 1);
  return counts;
}

/** Services that write lines and none of an error: what others say of them is more likely about the way there, or about themselves. */
function soundServices(counts: ErrorCounts): Set<string> {
  const written = Map.groupBy(counts, ([unit]) => componentOf(unit).service);
  return new Set(
    [...written].flatMap(([service, own]) => (own.every(([, { errors }]) => errors.size === 0) ? service : [])),
  );
}

type ErrorCounts = Map<string, { lines: number; errors: Map<string, ErrorKind> }>;

function countErrors(events: Event[], peerOf: (event: Event) => string | null): ErrorCounts {
  const counts: ErrorCounts = new Map();
  for (const event of events) {
    const { unit, template, error } = event;
    const count = counts.get(unit) ?? { lines: 0, errors: new Map() };
    counts.set(unit, count);
    count.lines++;
    if (!error) continue;
    const peer = peerOf(event);
    const key = `${template}\u0000${peer ?? ''}`;
    const kind = count.errors.get(key) ?? { template, peer, hits: 0 };
    count.errors.set(key, { ...kind, hits: kind.hits + 1 });
  }
  return counts;
}

const countAll = (counts: ErrorCounts) => [...counts.values()].reduce((sum, { errors }) => sum + errors.size, 0);
