import type { KubernetesState, Workload } from './kubernetes-state.ts';
import { name } from './quote.ts';
import { sameNamespace } from './relations.ts';

/** Pairs of which one serves while the other waits for the next switch. */
const COLOURS = ['blue', 'green'] as const;
const COLOUR = /(?<=^|[-_])(blue|green)(?=$|[-_])/;

/** Objects that send requests to a service by its name. */
const ROUTES = ['Ingress', 'HTTPRoute', 'GRPCRoute', 'VirtualService', 'TrafficSplit', 'IngressRoute', 'HTTPProxy'];

const otherColour = (text: string): string =>
  text.replace(COLOUR, (one) => COLOURS.find((other) => other !== one) ?? one);

/**
 * Why one colour of a blue/green pair rests: a service sends everything to the other one, which is complete, and none sends anything here.
 * Null where that is not shown.
 */
export function idleColour(state: KubernetesState, workload: Workload): string | null {
  if (!COLOUR.test(workload.name)) return null;
  const live = state.workloads.find(
    ({ name: one, kind, namespace }) =>
      kind === workload.kind && one === otherColour(workload.name) && sameNamespace(namespace, workload.namespace),
  );
  const complete = live && (live.desired ?? 0) > 0 && (live.ready ?? live.available ?? 0) >= (live.desired ?? 1);
  if (!live || !complete) return null;
  const routed = ROUTES.some((kind) =>
    (state.others.get(kind) ?? []).some(({ raw }) => JSON.stringify(raw).includes(`"${workload.name}"`)),
  );
  if (routed) return null;
  const near = state.services.filter(({ namespace }) => sameNamespace(namespace, workload.namespace));
  const sends = near.find(
    ({ selector, endpoints }) =>
      coloursOf(selector).includes(colourOf(live)) && (endpoints === null || endpoints.length > 0),
  );
  // A service of its own, by which the waiting colour is tried out, bears its name.
  const strays = near.some(
    ({ name: one, selector }) => coloursOf(selector).includes(colourOf(workload)) && !COLOUR.test(one),
  );
  return sends && !strays
    ? `Service ${name(sends.name)} sends everything to ${name(live.name)}, the other colour of the pair`
    : null;
}

const colourOf = ({ name: own }: Workload): string => COLOUR.exec(own)?.[1] ?? '';
const coloursOf = (selector: Record<string, string>): string[] =>
  Object.values(selector).flatMap((value) => COLOUR.exec(value)?.[1] ?? []);
