import { entityKey } from './alert-storm-entities.ts';
import { serviceRole } from './telemetry/service-role.ts';

/** Who calls whom among the entities of a storm, by key, without the ways that lead back to where requests came from. */
export type StormGraph = {
  /** Whom an entity depends on: its trouble can come from there. */
  dependenciesOf(key: string): string[];
  /** Who stands between an entity and the users, or beside it: it falls silent when these do. */
  upstreamOf(key: string): string[];
  /** The name as the map writes it; the key itself where the map does not know it. */
  nameOf(key: string): string;
  /** True for names of what stands where users come in. */
  isEdge(name: string): boolean;
};

export type Edge = { caller: string; callee: string };

/** Names of what stands at the edge of a system, the outermost first. */
const EDGE_NAMES = [
  /\b(gateway|ingress|proxy|edge|router|balancer|lb|cdn)\b/,
  /\b(frontend|front end|web|www|ui|portal)\b/,
];

/**
 * Puts the services in layers, by how many calls they are away from where requests enter. Observed service maps hold ways in both
 * directions (a caller is affected by its callee, and a callee by a caller that stops); a way that leads back towards the
 * entrance would make circles of cause and effect and is not followed.
 */
export function stormGraph(edges: Edge[]): StormGraph {
  const known = edges
    .map(({ caller, callee }) => ({ caller: entityKey(caller), callee: entityKey(callee) }))
    .filter(({ caller, callee }) => caller !== callee && caller !== '' && callee !== '');
  const layers = layersOf(known, entrances(edges));
  const layer = (key: string) => layers.get(key) ?? Number.MAX_SAFE_INTEGER;
  const names = new Map(edges.flatMap(({ caller, callee }) => [caller, callee]).map((name) => [entityKey(name), name]));
  return {
    nameOf: (key) => names.get(key) ?? key,
    isEdge: (name) => placeOf(name) < EDGE_NAMES.length,
    dependenciesOf: (key) =>
      unique(
        known.filter(({ caller, callee }) => caller === key && layer(callee) >= layer(key)).map(({ callee }) => callee),
      ),
    upstreamOf: (key) =>
      unique(
        known
          .filter(({ caller, callee }) => caller === key || callee === key)
          .map(({ caller, callee }) => (caller === key ? callee : caller))
          .filter((other) => layer(other) <= layer(key)),
      ),
  };
}

/**
 * Who probably calls whom where no call at all is known: what stands at the edge calls what stands next behind it, those the others, and those the
 * stores. It tells what may explain what when they are in trouble at once, and nothing of two in the same place.
 */
export function guessedEdges(services: string[]): Edge[] {
  return services.flatMap((caller) => {
    const behind = services.filter((service) => placeOf(service) > placeOf(caller));
    const next = Math.min(...behind.map(placeOf));
    return behind.filter((service) => placeOf(service) === next).map((callee) => ({ caller, callee }));
  });
}

/** How far behind the outermost edge a service stands, as far as its name tells. */
function placeOf(name: string): number {
  const edge = EDGE_NAMES.findIndex((pattern) => pattern.test(wordsOf(name)));
  if (edge >= 0) return edge;
  return EDGE_NAMES.length + (serviceRole(name) === 'store' ? 1 : 0);
}

const unique = (keys: string[]) => [...new Set(keys)].sort();

const wordsOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, ' ');

/** By name where a name tells it, else those that nobody calls, else all. */
function entrances(edges: Edge[]): string[] {
  const names = unique(edges.flatMap(({ caller, callee }) => [caller, callee]));
  for (const pattern of EDGE_NAMES) {
    const found = names.filter((name) => pattern.test(wordsOf(name)));
    if (found.length > 0) return found.map(entityKey);
  }
  const called = new Set(edges.map(({ callee }) => callee));
  const uncalled = names.filter((name) => !called.has(name));
  return (uncalled.length > 0 ? uncalled : names).map(entityKey);
}

function layersOf(edges: Edge[], entrances: string[]): Map<string, number> {
  const callees = Map.groupBy(edges, ({ caller }) => caller);
  const layers = new Map(entrances.map((key) => [key, 0]));
  let outermost = [...layers.keys()];
  for (let layer = 1; outermost.length > 0; layer++) {
    const reached = unique(outermost.flatMap((key) => (callees.get(key) ?? []).map(({ callee }) => callee)));
    outermost = reached.filter((key) => !layers.has(key));
    for (const key of outermost) layers.set(key, layer);
  }
  return layers;
}
