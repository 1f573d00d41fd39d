import { serviceTopology } from '../../../shared/evidence-forms.ts';
import type { Evidence } from '../../../shared/report.ts';
import { sameName } from '../../detectors/support/names.ts';
import { oncePer } from '../../detectors/support/once-per.ts';
import { buildState } from '../../kubernetes-state/build-state.ts';
import { type ConfiguredCall, configuredCalls } from '../../kubernetes-state/configured-calls.ts';
import type { LocalisationInput } from '../localise.ts';
import { guessedCalls } from './guessed-calls.ts';
import type { Traces } from './read-spans.ts';

/** Who calls whom, by service name. */
export type CallGraph = {
  calleesOf(service: string): string[];
  callersOf(service: string): string[];
  /** Services that nobody was seen to call: where requests enter. */
  entries: string[];
  /** False for a service that takes part in no known call while calls of others were seen. */
  mayCarryRequests(service: string): boolean;
};

/** A call graph that tells what it knows its calls from. */
export type SourcedCallGraph = CallGraph & {
  /** True for a service that takes part in a call that was seen: only those calls are complete enough to speak against a way. */
  isSeen(service: string): boolean;
  /** The evidence of a call that workloads are configured to make and nobody has seen; empty for all others. */
  configuredBy(caller: string, callee: string): number[];
};

/**
 * The call graph of the service map and of the spans together, and of the addresses that workloads are configured with as far as no seen
 * call goes the other way; calls of a service to itself are left out. Where no call was seen, those among `services` of which nothing
 * is configured are guessed from their names.
 */
export function callGraph(input: LocalisationInput, traces: Traces, services: string[] = []): SourcedCallGraph {
  const seen = edgesOf([...mappedCalls(input), ...tracedCalls(traces)]);
  const configured = configuredEdges(input, seen, services);
  const named = edgesOf(configured.map(({ caller, callee }) => [caller, callee]));
  const guessed = seen.size > 0 ? [] : guessedCalls(services).filter((call) => !call.every((one) => named.has(one)));
  const all = edgesOf([...seen.calls, ...named.calls, ...guessed]);
  return {
    calleesOf: (service) => [...(all.callees.get(service) ?? [])],
    callersOf: (service) => [...(all.callers.get(service) ?? [])],
    entries: [...seen.callees.keys()].filter((service) => !seen.callers.has(service)),
    mayCarryRequests: (service) => seen.size === 0 || all.has(service),
    isSeen: seen.has,
    configuredBy: (caller, callee) =>
      seen.callees.get(caller)?.has(callee)
        ? []
        : (configured.find((one) => one.caller === caller && one.callee === callee)?.evidence ?? []),
  };
}

type Call = [caller: string, callee: string];

/** Calls by both of their ends. */
function edgesOf(all: Call[]) {
  const calls = all.filter(([caller, callee]) => caller !== callee);
  const callees = new Map<string, Set<string>>();
  const callers = new Map<string, Set<string>>();
  for (const [caller, callee] of calls) {
    callees.set(caller, (callees.get(caller) ?? new Set()).add(callee));
    callers.set(callee, (callers.get(callee) ?? new Set()).add(caller));
  }
  const has = (service: string) => callees.has(service) || callers.has(service);
  return { calls, callees, callers, size: calls.length, has };
}

/** What workloads are configured to call, under the names that the telemetry has for them; a seen call the other way is surer. */
function configuredEdges({ evidence }: LocalisationInput, seen: Edges, services: string[]): ConfiguredCall[] {
  const known = [...new Set([...seen.calls.flat(), ...services])];
  const asKnown = (name: string) => (known.includes(name) ? name : (known.find((one) => sameName(one, name)) ?? name));
  return callsConfiguredIn(evidence)
    .map(({ caller, callee, ...more }) => ({ caller: asKnown(caller), callee: asKnown(callee), ...more }))
    .filter(({ caller, callee }) => caller !== callee && !seen.callees.get(callee)?.has(caller));
}

type Edges = ReturnType<typeof edgesOf>;

const callsConfiguredIn = oncePer((evidence: Evidence[]) => configuredCalls(buildState(evidence)));

function mappedCalls({ evidence }: LocalisationInput): Call[] {
  return evidence.flatMap(({ capability, data }) => {
    const parsed = capability === 'topology.services' ? serviceTopology.safeParse(data) : null;
    return parsed?.success ? parsed.data.edges.map(({ caller, callee }): Call => [caller, callee]) : [];
  });
}

/** Who asks whom does not hang on the time: a call counts whenever it was seen. */
function tracedCalls({ before, unsure, during }: Traces): Call[] {
  const calls = new Map<string, Call>();
  for (const trace of [...before, ...unsure, ...during]) {
    const byId = new Map(trace.map((span) => [span.id, span]));
    for (const { parent, component } of trace) {
      const caller = parent === null ? undefined : byId.get(parent)?.component.service;
      if (caller && caller !== component.service)
        calls.set(`${caller}\u0000${component.service}`, [caller, component.service]);
    }
  }
  return [...calls.values()];
}
