import type { StormEntity } from './alert-storm-entities.ts';
import type { StormGraph } from './alert-storm-layers.ts';

/** For each entity, by key: who may have caused its alerts, and how well that would explain them (0 to 1). */
type Explanations = Map<string, Map<string, number>>;

/** What an entity keeps of its blame although everything about it is explained. */
const KEEPS = { state: 0.9, saturation: 0.7, other: 0.15 } as const;
/** The blame of an entity before anything is explained; `unlocated` is a share of it. */
const BEGINS_WITH = { state: 1.5, other: 1, unlocated: 0.8 } as const;
/** An entity that nobody could locate explains little: it may be a wrong name. */
const UNLOCATED = 0.2;
/** Blame that is passed around in a circle stays there in equal parts. */
const ROUNDS = 60;

/**
 * Lets every entity hand on its blame to those that explain its alerts until all of it has settled. Failures and latency are
 * explained by dependencies in trouble, silence by those upstream that are silent, down or failing; an entity in a bad state
 * of its own keeps most.
 */
export function settleBlame(
  entities: StormEntity[],
  graph: StormGraph,
): { blame: Map<string, number>; explainedBy: Explanations } {
  const explainedBy = explanations(entities, graph);
  const blame = new Map<string, number>();
  let moving = new Map(entities.map((entity) => [entity.key, ownBlame(entity)]));
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Map<string, number>();
    for (const entity of entities) {
      const amount = moving.get(entity.key) ?? 0;
      const causes = explainedBy.get(entity.key)!;
      const explained = sum([...causes.values()]);
      const passed = amount * (1 - keeps(entity)) * Math.min(1, explained);
      add(blame, entity.key, amount - passed);
      for (const [cause, share] of causes) add(next, cause, (passed * share) / explained);
    }
    moving = next;
  }
  for (const [key, amount] of moving) add(blame, key, amount);
  return { blame, explainedBy };
}

/** A bad state tells more than what requests suffer, and an alert about nobody in particular less. */
const ownBlame = ({ kinds, located }: StormEntity): number =>
  (kinds.has('state') ? BEGINS_WITH.state : BEGINS_WITH.other) * (located ? 1 : BEGINS_WITH.unlocated);

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const add = (amounts: Map<string, number>, key: string, amount: number) =>
  amounts.set(key, (amounts.get(key) ?? 0) + amount);

function keeps({ kinds }: StormEntity): number {
  if (kinds.has('state')) return KEEPS.state;
  return kinds.has('saturation') ? KEEPS.saturation : KEEPS.other;
}

function explanations(entities: StormEntity[], graph: StormGraph): Explanations {
  const byKey = new Map(entities.map((entity) => [entity.key, entity]));
  const alerting = (keys: string[]) => keys.flatMap((key) => byKey.get(key) ?? []);
  return new Map(
    entities.map((entity) => {
      const causes = new Map<string, number>();
      const isSilentOnly = entity.kinds.has('silence') && entity.kinds.size === 1;
      if (!isSilentOnly) {
        for (const cause of alerting(graph.dependenciesOf(entity.key))) causes.set(cause.key, weightOf(cause));
      } else {
        for (const [cause, weight] of causesOfSilence(entity, entities, graph)) causes.set(cause, weight);
      }
      return [entity.key, causes];
    }),
  );
}

const weightOf = ({ located }: StormEntity): number => (located ? 1 : UNLOCATED);

/** Silence comes from upstream: from those that are silent or down themselves, or else from those that fail. */
function causesOfSilence(entity: StormEntity, all: StormEntity[], graph: StormGraph): [string, number][] {
  const upstream = all.filter(({ key }) => graph.upstreamOf(entity.key).includes(key));
  const stopped = upstream.filter((other) => isStopped(other) && !isStoppedBy(other, entity, graph));
  const causes = stopped.length > 0 ? stopped : upstream.filter((other) => !isStopped(other));
  return causes.map((other) => [other.key, weightOf(other)]);
}

const isStopped = ({ kinds }: StormEntity) => kinds.has('silence') || kinds.has('state');

/** In the same layer each could have stopped the other; two that are only silent explain nothing of each other. */
const isStoppedBy = (other: StormEntity, entity: StormEntity, graph: StormGraph) =>
  !other.kinds.has('state') && graph.upstreamOf(other.key).includes(entity.key);
