import type { InstanceEvents } from './anomaly-events.ts';
import type { AnomalyKind } from './anomaly-kinds.ts';
import type { Trait } from './anomaly-signatures.ts';

/** How strongly an instance has each trait; traits that it does not have are absent. */
export type Traits = { events: InstanceEvents; strength: Map<Trait, number> };

/** What an instance has and its replicas don't is its own; what all replicas have came from outside. */
const ALONE = 2;
const SHARED_BY_ALL = 0.5;
/** A share of one is as telling as a single anomaly of some weight. */
const WHOLE = 3;

/** The traits of every instance, each compared with the replicas of its service and with the whole system. */
export function traitsOf(all: InstanceEvents[]): Traits[] {
  const byService = Map.groupBy(all, ({ service }) => service);
  const described = all.map((events) => {
    const replicas = byService.get(events.service)!.filter((other) => other !== events);
    return {
      events,
      replicas,
      lines: sum([...events.templates].sort().map((name) => ownness(replicas, hasLine(name)))),
    };
  });
  const allLines = sum(described.map(({ lines }) => lines));
  const allSlow = sum(all.map(slowSpansOf));
  return described.map(({ events, replicas, lines }) => {
    const strength = new Map<Trait, number>([
      // In one order always: sums of the same numbers in another order differ in their last digit.
      ...[...events.kinds]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([kind, count]): [Trait, number] => [kind, ownness(replicas, hasKind(kind)) * repeated(kind, count)]),
      ['share of slow spans', (WHOLE * slowSpansOf(events)) / Math.max(1, allSlow)],
      ['log lines', Math.log1p(lines)],
      ['share of log lines', allLines > 0 ? (WHOLE * lines) / allLines : 0],
      ['missing log lines', Math.log1p(missingLines(events, replicas))],
    ]);
    return { events, strength };
  });
}

type Has = (events: InstanceEvents) => boolean;
const hasKind =
  (kind: AnomalyKind): Has =>
  (events) =>
    events.kinds.has(kind);
const hasLine =
  (template: string): Has =>
  (events) =>
    events.templates.has(template);

function ownness(replicas: InstanceEvents[], has: Has): number {
  if (replicas.length === 0) return 1;
  const sharing = replicas.filter(has).length;
  return sharing === 0 ? ALONE : 1 - ((1 - SHARED_BY_ALL) * sharing) / replicas.length;
}

const CALL_KINDS = new Set<AnomalyKind>([
  'slow when called',
  'fails when called',
  'slow inside',
  'fails inside',
  'slow callees',
  'failing callees',
  'named by slow calls',
  'unseen calls',
]);

/** More operations that deviate say more, each less than the one before; a metric and its percentiles are one. */
const repeated = (kind: AnomalyKind, count: number) => (CALL_KINDS.has(kind) ? 1 + Math.log(count) : 1);

const slowSpansOf = ({ kinds }: InstanceEvents) =>
  (kinds.get('slow when called') ?? 0) + (kinds.get('slow inside') ?? 0);

function missingLines({ templates }: InstanceEvents, replicas: InstanceEvents[]): number {
  const others = new Set(replicas.flatMap((replica) => [...replica.templates]));
  return [...others].filter((template) => !templates.has(template)).length;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
