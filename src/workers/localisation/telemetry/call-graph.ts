import { serviceTopology } from '../../../shared/evidence-forms.ts';
import type { LocalisationInput } from '../localise.ts';
import { guessedCalls } from './guessed-calls.ts';
import type { Traces } from './read-spans.ts';

/** Who calls whom, by service name. */
export type CallGraph = {
  calleesOf(service: string): string[];
  callersOf(service: string): string[];
  /** Services that nobody calls: where requests enter. */
  entries: string[];
  /** False for a service that takes part in no known call while calls of others are known. */
  mayCarryRequests(service: string): boolean;
};

/**
 * The call graph of the service map and of the spans together; calls of a service to itself are left out. Where neither tells of any
 * call, it is guessed from the names of `services`.
 */
export function callGraph(input: LocalisationInput, traces: Traces, services: string[] = []): CallGraph {
  const callees = new Map<string, Set<string>>();
  const callers = new Map<string, Set<string>>();
  const known = [...mappedCalls(input), ...tracedCalls(traces)].filter(([caller, callee]) => caller !== callee);
  const edges = known.length > 0 ? known : guessedCalls(services);
  for (const [caller, callee] of edges) {
    callees.set(caller, (callees.get(caller) ?? new Set()).add(callee));
    callers.set(callee, (callers.get(callee) ?? new Set()).add(caller));
  }
  return {
    calleesOf: (service) => [...(callees.get(service) ?? [])],
    callersOf: (service) => [...(callers.get(service) ?? [])],
    entries: known.length > 0 ? [...callees.keys()].filter((service) => !callers.has(service)) : [],
    mayCarryRequests: (service) => known.length === 0 || callees.has(service) || callers.has(service),
  };
}

function mappedCalls({ evidence }: LocalisationInput): [string, string][] {
  return evidence.flatMap(({ capability, data }) => {
    const parsed = capability === 'topology.services' ? serviceTopology.safeParse(data) : null;
    return parsed?.success ? parsed.data.edges.map(({ caller, callee }): [string, string] => [caller, callee]) : [];
  });
}

function tracedCalls({ before, during }: Traces): [string, string][] {
  const calls = new Map<string, [string, string]>();
  for (const trace of [...before, ...during]) {
    const byId = new Map(trace.map((span) => [span.id, span]));
    for (const { parent, component } of trace) {
      const caller = parent === null ? undefined : byId.get(parent)?.component.service;
      if (caller && caller !== component.service)
        calls.set(`${caller}\u0000${component.service}`, [caller, component.service]);
    }
  }
  return [...calls.values()];
}
