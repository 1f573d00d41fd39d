import type { AlertClass } from '../../shared/alert.ts';
import { inForm } from '../changes/evidence-form.ts';
import { settleBlame } from './alert-storm-blame.ts';
import { type StormFeatures, stormConfidence, stormFeatures } from './alert-storm-confidence.ts';
import { type StormEntity, stormEntities } from './alert-storm-entities.ts';
import { stormKind, stormWords } from './alert-storm-kinds.ts';
import { guessedEdges, type StormGraph, stormGraph } from './alert-storm-layers.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';

const MOST_NAMES = 4;

/**
 * Suspects of an alert storm: each alerting entity hands on its blame to those whose trouble explains its own, and whoever is
 * left with it is where the storm began. None where nothing was firing.
 */
export function alertStormSuspects(input: LocalisationInput): Suspect[] {
  const ranked = rankStorm(input);
  if (ranked === null) return [];
  const [first, ...others] = ranked.suspects;
  return [{ ...first!, probability: stormConfidence(ranked.features) }, ...others];
}

/** The same with what the confidence in the first suspect is told from, which is how it is learned; null where nothing was firing. */
export function rankStorm(input: LocalisationInput): { suspects: Suspect[]; features: StormFeatures } | null {
  const storm = readStorm(input);
  const { entities, known } = storm;
  if (entities.length === 0) return null;
  const { blame, explainedBy } = settleBlame(entities, storm.graph);
  const ranked = entities
    .map((entity) => {
      const suspect = suspectOf(entity, blame.get(entity.key) ?? 0, entities, explainedBy, storm.cited);
      return { entity, suspect: { ...suspect, class: classOf(entity, storm) } };
    })
    .sort((left, right) => moreSuspect(left.suspect, right.suspect));
  const first = ranked[0]!;
  const share = first.suspect.score / [...blame.values()].reduce((sum, amount) => sum + amount, 0);
  return {
    suspects: ranked.map(({ suspect }) => suspect),
    features: stormFeatures(first.entity, { share, known, entities: entities.length }),
  };
}

type Storm = { entities: StormEntity[]; graph: StormGraph; known: boolean; silence: boolean; cited: number[] };

function readStorm({ evidence }: LocalisationInput): Storm {
  const storms = inForm(evidence, 'alerts.active');
  const maps = inForm(evidence, 'topology.services');
  const alerts = storms.flatMap(({ data }) => data.alerts);
  const entities = stormEntities(alerts);
  const edges = maps.flatMap(({ data }) => data.edges);
  const known = edges.length > 0;
  return {
    entities,
    graph: stormGraph(known ? edges : guessedEdges(entities.map(({ service }) => service))),
    known,
    silence: hearsOfSilence(alerts),
    cited: [...storms, ...maps].map(({ number }) => number).sort((left, right) => left - right),
  };
}

function moreSuspect(left: Suspect, right: Suspect): number {
  const byScore = right.score - left.score;
  if (Math.abs(byScore) > 1e-9) return byScore;
  const byOnset = (left.onset ?? Number.MAX_VALUE) - (right.onset ?? Number.MAX_VALUE);
  return byOnset || (left.service < right.service ? -1 : 1);
}

function suspectOf(
  entity: StormEntity,
  blame: number,
  all: StormEntity[],
  explainedBy: Map<string, Map<string, number>>,
  evidence: number[],
): Suspect {
  const effects = all.filter(({ key }) => explainedBy.get(key)?.has(entity.key)).map(({ service }) => service);
  const causes = all.filter(({ key }) => explainedBy.get(entity.key)?.has(key)).map(({ service }) => service);
  const own = `${entity.alerts.slice(0, MOST_NAMES).join(', ')} at ${entity.service}`;
  const reasons = [
    causes.length > 0 ? `${own} may come from ${list(causes)}` : `nothing else that fires explains ${own}`,
  ];
  if (effects.length > 0) reasons.push(`it would explain the alerts at ${list(effects)}`);
  return {
    service: entity.service,
    instance: entity.instance,
    score: Math.max(blame, Number.MIN_VALUE),
    onset: entity.onset,
    class: null,
    reasons,
    evidence,
  };
}

const list = (names: string[]) =>
  names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')} and others` : names.join(', ');

/** Stores, caches and queues; their trouble is theirs, whatever the alert is called. */
const DATABASE =
  /\b(database|db|sql|mysql|mariadb|postgres\w*|mongo\w*|redis\w*|valkey\w*|memcached|cassandra|elasticsearch|opensearch|kafka|rabbitmq)\b/;

/** Flags and settings are asked by the way: no request fails because they are not. */
const BESIDE_REQUESTS = /\b(flags?\w*|config\w*|settings?)\b/;

/** What Kubernetes, its runtimes and common rules say where something limited is used up; a mere "memory" may be advice. */
const USED_UP =
  /\b(OOM ?Killed|out of memory|exceeded quota|quota (is )?exceeded|exceeds? (its |the )?(memory|cpu) limit|insufficient (memory|cpu|ephemeral-storage)|disk ?pressure|memory ?pressure|no space left)\b/i;

/** True where something fell silent, be it named or not. */
const hearsOfSilence = (alerts: { name: string }[]) => alerts.some(({ name }) => stormKind(name) === 'silence');

function classOf(entity: StormEntity, storm: Storm): AlertClass {
  if (DATABASE.test(stormWords(entity.service))) return 'database';
  const words = entity.alerts.map(stormWords).join(' ');
  if (entity.kinds.has('saturation') || /\b(oom\w*|memory|quota|pressure)\b/.test(words)) return 'resource';
  if (entity.says.some((text) => USED_UP.test(text))) return 'resource';
  if (entity.kinds.has('state')) return 'infrastructure';
  if (entity.kinds.has('failures') || entity.kinds.has('latency')) {
    return isCutOff(entity, storm) || callsInVain(entity, storm) ? 'network' : 'application';
  }
  const quiet = storm.entities.filter(({ kinds }) => kinds.has('silence'));
  // Only silence: of one that stopped while its callers fail, or of a whole place that requests no longer reach.
  return entity.kinds.has('silence') && storm.entities.length > quiet.length ? 'infrastructure' : 'network';
}

/** It is up and asks, and what it asks hears nothing: the way between them. */
function isCutOff({ key }: StormEntity, { entities, graph, silence }: Storm): boolean {
  const dependencies = graph.dependenciesOf(key);
  const quiet = entities.filter(({ kinds }) => kinds.has('silence'));
  return quiet.some((other) => dependencies.includes(other.key) || !other.located) || (silence && quiet.length === 0);
}

/**
 * It stands in the middle and fails at its callers', while none of the services that it calls complains of anything: its calls
 * don't arrive. What calls no other service fails by itself, and of an entrance, which calls everybody, this says nothing.
 */
function callsInVain({ key, service }: StormEntity, { entities, graph }: Storm): boolean {
  const alerting = (other: string) => entities.some((one) => one.key === other && one.key !== key);
  const callees = graph.dependenciesOf(key).filter((name) => takesRequests(graph.nameOf(name)));
  const callers = graph.upstreamOf(key);
  const complains = callees.some((name) => alerting(name) && !callers.includes(name));
  return callers.some(alerting) && !graph.isEdge(service) && callees.length > 0 && !complains;
}

const takesRequests = (name: string) => !DATABASE.test(stormWords(name)) && !BESIDE_REQUESTS.test(stormWords(name));
