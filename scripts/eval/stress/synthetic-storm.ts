import type { AlertClass } from '../../../src/shared/alert.ts';
import type { EvidenceFormData } from '../../../src/shared/evidence-forms.ts';
import { makeAlert } from '../cases/make-alert.ts';
import { makeEvidence } from '../cases/make-evidence.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { integer, oneOf, type Random, randomOf, shuffled } from './random.ts';
import { edgesOf, type Service, type System, syntheticSystem } from './synthetic-system.ts';

type ActiveAlert = EvidenceFormData<'alerts.active'>['alerts'][number];
type Edge = { caller: string; callee: string };

/** A storm that nobody recorded; `class` is what broke, `tags` what the storm is like. */
export type SyntheticStorm = { input: CaseInput; service: string; class: AlertClass; tags: string[] };

/** What breaks, what the broken one's own alerts say (each fires or not), and what its callers' say; one that is cut off no longer reaches what it calls. */
const STORMS: { kind: string; class: AlertClass; own: [name: string, chance: number][]; callers: string[] }[] = [
  {
    kind: 'gone',
    class: 'infrastructure',
    own: [
      ['KubePodNotReady', 0.6],
      ['KubeDeploymentReplicasMismatch', 0.4],
      ['KubePodCrashLooping', 0.3],
    ],
    callers: ['RequestErrorRate', 'HighErrorRatio'],
  },
  {
    kind: 'failing',
    class: 'application',
    own: [
      ['RequestErrorRate', 0.9],
      ['ErrorBudgetBurn', 0.3],
    ],
    callers: ['RequestErrorRate', 'HighErrorRatio'],
  },
  {
    kind: 'slow',
    class: 'application',
    own: [['RequestLatency', 0.9]],
    callers: ['RequestLatency', 'SlowResponses'],
  },
  {
    kind: 'used up',
    class: 'resource',
    own: [
      ['CPUThrottlingHigh', 0.5],
      ['ContainerMemoryUsage', 0.4],
      ['RequestLatency', 0.6],
    ],
    callers: ['RequestLatency', 'RequestErrorRate'],
  },
  {
    kind: 'cut off',
    class: 'network',
    own: [
      ['RequestErrorRate', 0.8],
      ['RequestLatency', 0.4],
    ],
    callers: ['RequestErrorRate', 'RequestLatency'],
  },
];

/** How often trouble is noticed at a caller of what is in trouble, and passes on from one that stays silent. */
const NOTICED = 0.75;
const PASSES_UNNOTICED = 0.4;
/** How often a service that nothing is wrong with has an alert all the same. */
const UNRELATED = 0.04;
/** How often what a broken service would call is missed there. */
const MISSED = 0.25;
const START = Date.UTC(2030, 4, 6, 9, 0);
const MINUTE_MS = 60_000;

/**
 * A storm of alerts in a random system: one service breaks, its callers' alerts fire as far as its trouble is noticed, what it would call misses
 * requests, a few unrelated alerts stand beside, and the known calls are incomplete, hold some ways in both directions, or are not known.
 */
export function syntheticStorm(seed: string): SyntheticStorm {
  const random = randomOf(`storm ${seed}`);
  const system = syntheticSystem(random, integer(random, 5, 30));
  nameStores(random, system);
  const edges = edgesOf(system);
  const storm = oneOf(random, STORMS);
  const broken = oneOf(
    random,
    system.services.filter((service) => service !== system.entry && (storm.kind !== 'cut off' || callsAny(service))),
  );
  const isStore = broken.name.endsWith('-db');
  const alerts = shuffled(random, [
    ...storm.own.filter(([, chance]) => random() < chance).map(([name]) => alertOf(random, name, broken, 0)),
    ...reachedBy(random, broken.name, edges).map(({ name, hops }) =>
      alertOf(random, oneOf(random, storm.callers), serviceNamed(system, name), hops),
    ),
    ...missing(random, broken.name, storm.kind, edges).map((name) =>
      alertOf(random, 'NoRequests', serviceNamed(system, name), 1),
    ),
    ...system.services
      .filter(() => random() < UNRELATED)
      .map((service) => alertOf(random, anyAlert(random), service, integer(random, -20, 3))),
  ]);
  const known = random() < 0.75;
  const recorded = [
    { capability: 'alerts.active', data: { alerts } },
    ...(known ? [{ capability: 'topology.services', data: { edges: asObserved(random, edges) } }] : []),
  ];
  const now = new Date(START + 10 * MINUTE_MS);
  const incident = alerts.map(({ name, entity }) => makeAlert({ title: `${name} ${entity}`, name, service: entity }));
  return {
    input: { alerts: incident, evidence: makeEvidence(recorded, now), now },
    service: broken.name,
    class: isStore ? 'database' : storm.class,
    tags: [storm.kind, known ? 'calls known' : 'calls not known'],
  };
}

const callsAny = ({ operations }: Service) => operations.some(({ calls }) => calls.length > 0);

/** Some of those that call nobody are stores. */
function nameStores(random: Random, { services }: System): void {
  for (const service of services) {
    if (!callsAny(service) && random() < 0.4) service.name = `${service.name}-db`;
  }
}

const serviceNamed = ({ services }: System, name: string) => services.find((one) => one.name === name)!;

/** Whom the trouble reaches on its way to the entrance, and over how many calls. */
function reachedBy(random: Random, from: string, edges: Edge[]): { name: string; hops: number }[] {
  const seen = new Set([from]);
  const alerting: { name: string; hops: number }[] = [];
  let front = [from];
  for (let hops = 1; front.length > 0; hops++) {
    const callers = edges.filter(({ callee, caller }) => front.includes(callee) && !seen.has(caller));
    front = [];
    for (const name of new Set(callers.map(({ caller }) => caller))) {
      seen.add(name);
      const noticed = random() < NOTICED;
      if (noticed) alerting.push({ name, hops });
      if (noticed || random() < PASSES_UNNOTICED) front.push(name);
    }
  }
  return alerting;
}

/** Something used up, not ready or failing that has nothing to do with it. */
function anyAlert(random: Random): string {
  const { own, callers } = oneOf(random, STORMS);
  return oneOf(random, [...own.map(([name]) => name), ...callers]);
}

/** Only what does not run or is not reached stops calling. */
const missing = (random: Random, broken: string, kind: string, edges: Edge[]) =>
  kind === 'gone' || kind === 'cut off'
    ? edges.filter(({ caller }) => caller === broken && random() < MISSED).map(({ callee }) => callee)
    : [];

/** A few calls were not seen, and some ways are told in both directions, as in maps of what affects what. */
const asObserved = (random: Random, edges: Edge[]): Edge[] => [
  ...edges.filter(() => random() > 0.1),
  ...edges.filter(() => random() < 0.1).map(({ caller, callee }) => ({ caller: callee, callee: caller })),
];

function alertOf(random: Random, name: string, { name: service, pods }: Service, hops: number): ActiveAlert {
  const isOfPod = name.startsWith('KubePod');
  const isLocated = random() < 0.8;
  return {
    name,
    kind: isOfPod ? 'Pod' : isLocated ? 'Service' : null,
    entity: isOfPod ? pods[0]!.name.replace(/^[^-]+/, service) : service,
    namespace: isLocated ? 'shop' : null,
    severity: null,
    startsAt: random() < 0.5 ? new Date(START + hops * MINUTE_MS * random()).toISOString() : null,
  };
}
