import { clarityOfSurprise, surpriseOfMore, type Trials } from '../statistics/surprise.ts';
import type { Span, Trace, Traces } from '../telemetry/read-spans.ts';
import type { Symptom } from './symptom.ts';

/** Spans that wait for one other service, by service and operation of the caller, with that service. */
export type ClientSpans = Map<string, string>;

export const clientKey = ({ component, operation }: Span): string => `${component.service}\u0001${operation}`;

/** The operations whose spans have children of one other service only: the calls, as their callers see them. */
export function clientSpans({ before, during }: Traces): ClientSpans {
  const callees = new Map<string, Set<string>>();
  for (const trace of [...before, ...during]) {
    const byId = new Map(trace.map((span) => [span.id, span]));
    for (const { parent, component } of trace) {
      const caller = parent === null ? undefined : byId.get(parent);
      if (!caller) continue;
      const key = clientKey(caller);
      const name = component.service === caller.component.service ? '' : component.service;
      callees.set(key, (callees.get(key) ?? new Set()).add(name));
    }
  }
  const single = [...callees].flatMap(([key, names]): [string, string][] => {
    const [name] = names;
    return names.size === 1 && name ? [[key, name]] : [];
  });
  return new Map(single);
}

/**
 * Services that no longer answer: their callers still have the span of the call, and no span of the callee is under it. The fault
 * is then behind the call, not in the caller, whose next steps may well be missing too. Where there are no traces from before, the
 * calls of the other services tell what is usual. Amounts are nats.
 */
export function unansweredCalls(traces: Traces, clients: ClientSpans): Symptom[] {
  const [before, during] = [countUnanswered(traces.before, clients), countUnanswered(traces.during, clients)];
  return [...during].flatMap(([service, now]) => {
    const usual = before.get(service) ?? allBut(service, before.size > 0 ? before : during);
    const amount = surpriseOfMore(usual, now) - Math.log(during.size);
    if (amount <= 0) return [];
    const reason = `${service} leaves ${now.hits} of ${now.tries} calls without an answer, before or elsewhere ${usual.hits} of ${usual.tries}`;
    return [
      {
        component: { service, instance: null },
        amount,
        clarity: clarityOfSurprise(amount),
        onset: null,
        class: 'infrastructure' as const,
        reason,
        evidence: traces.evidence,
      },
    ];
  });
}

function countUnanswered(traces: Trace[], clients: ClientSpans): Map<string, Trials> {
  const counts = new Map<string, Trials>();
  for (const trace of traces) {
    const answered = new Set(trace.map(({ parent }) => parent));
    for (const span of trace) {
      const service = clients.get(clientKey(span));
      if (service === undefined) continue;
      const { hits, tries } = counts.get(service) ?? { hits: 0, tries: 0 };
      counts.set(service, { hits: hits + (answered.has(span.id) ? 0 : 1), tries: tries + 1 });
    }
  }
  return counts;
}

function allBut(service: string, counts: Map<string, Trials>): Trials {
  const others = [...counts].filter(([name]) => name !== service).map(([, trials]) => trials);
  return {
    hits: others.reduce((sum, { hits }) => sum + hits, 0),
    tries: others.reduce((sum, { tries }) => sum + tries, 0),
  };
}
