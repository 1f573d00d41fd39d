import { clarityOfSurprise, surpriseOfMore } from '../statistics/surprise.ts';
import { componentKey, componentOf } from '../telemetry/component.ts';
import type { Span, Trace, Traces } from '../telemetry/read-spans.ts';
import { brokenFlows, type Flow } from './broken-flow.ts';
import { symptomOfBreak } from './log-symptoms.ts';
import type { Symptom } from './symptom.ts';
import { type ClientSpans, clientKey } from './unanswered-calls.ts';

/**
 * Operations that a component no longer comes to: the call or inner step that used to follow is missing. A call that was made and not
 * answered is no such break. Amounts are nats.
 */
export function vanishedOperations({ before, during, evidence }: Traces, clients: ClientSpans): Symptom[] {
  const flows = (traces: Trace[]) => traces.flatMap((trace) => flowsOf(trace, clients));
  const breaks = brokenFlows(flows(before), flows(during), (operation) => /error|exception|fail/i.test(operation));
  return breaks.map((found) => symptomOfBreak(found, 'the operation', evidence));
}

/**
 * What a component did each time that it was asked: the operation, what it did inside, and the operations of others that it called
 * directly. Being asked belongs to whoever asked: two operations that its callers used to ask for together break no flow of its own.
 */
function flowsOf(trace: Trace, clients: ClientSpans): Flow[] {
  const flows = new Map<Span, Flow>();
  const byId = new Map(trace.map((span) => [span.id, span]));
  const parentOf = ({ parent }: Span) => (parent === null ? undefined : byId.get(parent));
  const entryOf = (span: Span) => {
    let [entry, seen] = [span, 0];
    for (let above = parentOf(entry); above && seen < trace.length; above = parentOf(entry), seen++) {
      if (above.component.service !== span.component.service) break;
      entry = above;
    }
    return entry;
  };
  const flowOf = (span: Span) => {
    const entry = entryOf(span);
    const flow = flows.get(entry) ?? { unit: componentKey(entry.component), events: new Set<string>() };
    flows.set(entry, flow);
    return flow;
  };
  for (const span of trace) {
    flowOf(span).events.add(span.operation);
    const caller = parentOf(span);
    if (caller && caller.component.service !== span.component.service && !clients.has(clientKey(caller))) {
      flowOf(caller).events.add(`${span.operation} of ${span.component.service}`);
    }
  }
  return [...flows.values()];
}

/** Components whose own spans fail more often than before; a span that fails because a span under it fails is not its own. */
export function failingSpans({ before, during, evidence }: Traces): Symptom[] {
  const [was, is] = [countFailures(before), countFailures(during)];
  return [...is].flatMap(([unit, now]) => {
    const earlier = was.get(unit) ?? { hits: 0, tries: 0 };
    const amount = surpriseOfMore(earlier, now) - Math.log(Math.max(1, is.size));
    if (amount <= 0) return [];
    const component = componentOf(unit);
    const reason = `${now.hits} of ${now.tries} spans of ${component.service} fail by themselves, before ${earlier.hits} of ${earlier.tries}`;
    return [
      {
        component,
        amount,
        clarity: clarityOfSurprise(amount),
        onset: null,
        class: 'application' as const,
        reason,
        evidence,
      },
    ];
  });
}

function countFailures(traces: Trace[]): Map<string, { hits: number; tries: number }> {
  const counts = new Map<string, { hits: number; tries: number }>();
  for (const trace of traces) {
    const parentsOfFailed = new Set(trace.filter(({ error }) => error).map(({ parent }) => parent));
    for (const span of trace) {
      const key = componentKey(span.component);
      const { hits, tries } = counts.get(key) ?? { hits: 0, tries: 0 };
      counts.set(key, { hits: hits + (failsByItself(span, parentsOfFailed) ? 1 : 0), tries: tries + 1 });
    }
  }
  return counts;
}

const failsByItself = ({ error, id }: Span, parentsOfFailed: Set<string | null>) => error && !parentsOfFailed.has(id);
