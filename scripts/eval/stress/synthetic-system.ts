import { between, integer, oneOf, type Random, spread } from './random.ts';

/** One call that an operation makes on its way. */
export type Call = { callee: Service; operation: Operation; share: number };
export type Operation = { name: string; ownMs: number; steps: number; calls: Call[]; logs: boolean };
export type Pod = { name: string; service: Service };
export type Service = {
  name: string;
  layer: number;
  pods: Pod[];
  operations: Operation[];
  /** Use at rest and for each request of a second. */
  cpu: { rest: number; perRequest: number };
  memory: number;
};
export type System = { services: Service[]; entry: Service; requestsPerSecond: number };

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SYLLABLES = 'ka lo mi ru te so na vi po de la ri zu fe ni go ha ju'.split(' ');

/** A system of random services in layers; its call graph has no circles, and some services are called by many. */
export function syntheticSystem(random: Random, size: number): System {
  const names = new Set<string>();
  while (names.size < size) names.add(Array.from({ length: 3 }, () => oneOf(random, SYLLABLES)).join(''));
  const depth = integer(random, 2, Math.max(2, Math.min(5, Math.floor(size / 3))));
  const services = [...names].map((name, index) =>
    serviceOf(random, name, index === 0 ? 0 : 1 + ((index - 1) % depth)),
  );
  for (const service of services.toReversed()) addOperations(random, service, services);
  const entry = services[0]!;
  callEverybody(random, services);
  return { services, entry, requestsPerSecond: spread(random, 0.6, 12) };
}

function serviceOf(random: Random, name: string, layer: number): Service {
  const service: Service = {
    name,
    layer,
    pods: [],
    operations: [],
    cpu: { rest: spread(random, 0.5, 20), perRequest: spread(random, 0.2, 5) },
    memory: spread(random, 20, 800),
  };
  const hash = (length: number) => Array.from({ length }, () => oneOf(random, [...LETTERS])).join('');
  const replicaSet = `${name}-${hash(9)}`;
  const pods = random() < 0.75 ? 1 : integer(random, 2, 3);
  service.pods = Array.from({ length: pods }, () => ({ name: `${replicaSet}-${hash(5)}`, service }));
  return service;
}

function addOperations(random: Random, service: Service, services: Service[]): void {
  const below = services.filter((other) => other.layer > service.layer && other.operations.length > 0);
  const count = service.layer === 0 ? integer(random, 3, 6) : integer(random, 1, 3);
  for (let index = 0; index < count; index++) {
    const callees = Array.from({ length: Math.min(below.length, integer(random, 0, 3)) }, () => oneOf(random, below));
    const calls = [...new Set(callees)].map((callee) => callTo(random, callee));
    const steps = integer(random, 0, 2);
    service.operations.push({ name: `op${index}`, ownMs: spread(random, 0.3, 20), steps, calls, logs: random() < 0.8 });
  }
}

const callTo = (random: Random, callee: Service): Call => ({
  callee,
  operation: oneOf(random, callee.operations),
  share: random() < 0.7 ? 1 : between(random, 0.3, 0.9),
});

/** Whoever was left out is called by somebody of a layer above. */
function callEverybody(random: Random, services: Service[]): void {
  for (const service of services.filter(({ layer }) => layer > 0)) {
    const called = services.some(({ operations }) =>
      operations.some(({ calls }) => calls.some(({ callee }) => callee === service)),
    );
    if (called) continue;
    const above = services.filter(({ layer }) => layer < service.layer);
    oneOf(random, oneOf(random, above).operations).calls.push(callTo(random, service));
  }
}

/** Who calls whom. */
export function edgesOf({ services }: System): { caller: string; callee: string }[] {
  return services.flatMap(({ name, operations }) => {
    const callees = new Set(operations.flatMap(({ calls }) => calls.map(({ callee }) => callee.name)));
    return [...callees].map((callee) => ({ caller: name, callee }));
  });
}
