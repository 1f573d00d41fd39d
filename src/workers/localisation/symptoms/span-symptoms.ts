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

/** What a component did in one request: its own operations, and the operations of others that they called directly. */
function flowsOf(trace: Trace, clients: ClientSpans): Flow[] {
  const flows = new Map<string, Flow>();
  const byId = new Map(trace.map((span) => [span.id, span]));
  const add = (unit: string, event: string) => {
    const flow = flows.get(unit) ?? { unit, events: new Set() };
    flows.set(unit, flow);
    flow.events.add(event);
  };
  for (const { component, operation, parent } of trace) {
    add(componentKey(component), operation);
    const caller = parent === null ? undefined : byId.get(parent);
    if (caller && caller.component.service !== component.service && !clients.has(clientKey(caller))) {
      add(componentKey(caller.component), `${operation} of ${component.service}`);
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
