import type { AlertClass } from '../../shared/alert.ts';
import { inForm } from '../changes/evidence-form.ts';
import { eventsByInstance } from './anomaly-events.ts';
import { SIGNATURES, TROUBLE_CLASS, TROUBLE_TEXT, TROUBLES, type Trait, type Trouble } from './anomaly-signatures.ts';
import { type Traits, traitsOf } from './anomaly-traits.ts';
import type { LocalisationInput } from './localise.ts';
import type { Suspect } from './suspect.ts';

const MOST_SUSPECTS = 10;
const MOST_TRAITS = 5;

/** How an instance and a trouble fit: the sum of what its traits weigh, in nats. */
type Fit = { traits: Traits; trouble: Trouble; fit: number };

/**
 * Suspects from deviations that some other system has detected. Every instance with every trouble is a hypothesis; what deviates
 * at the instance speaks for or against it, and the scores are the probabilities of the instances among each other.
 */
export function anomalySuspects({ evidence }: LocalisationInput): Suspect[] {
  const found = inForm(evidence, 'anomalies.list');
  const anomalies = found.flatMap(({ data }) => data.anomalies);
  const instances = found.flatMap(({ data }) => data.instances);
  if (anomalies.length === 0) return [];
  const cited = found.map(({ number }) => number);
  const fits = traitsOf(eventsByInstance(instances, anomalies)).map((traits) =>
    TROUBLES.map((trouble): Fit => ({ traits, trouble, fit: fitOf(traits, trouble) })),
  );
  const highest = Math.max(...fits.flat().map(({ fit }) => fit));
  const total = sum(fits.flat().map(({ fit }) => Math.exp(fit - highest)));
  return fits
    .map((ofInstance) => suspectOf(ofInstance, highest, total, cited))
    .sort((left, right) => right.score - left.score || ((left.instance ?? '') < (right.instance ?? '') ? -1 : 1))
    .slice(0, MOST_SUSPECTS);
}

const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);

function fitOf({ strength }: Traits, trouble: Trouble): number {
  return sum([...strength].map(([trait, amount]) => weightOf(trait, trouble) * amount));
}

const weightOf = (trait: Trait, trouble: Trouble): number => SIGNATURES[trait][TROUBLES.indexOf(trouble)]!;

function suspectOf(fits: Fit[], highest: number, total: number, evidence: number[]): Suspect {
  const massOf = (members: Fit[]) => sum(members.map(({ fit }) => Math.exp(fit - highest))) / total;
  const [likeliest, members] = likeliestClass(fits);
  const best = fits.reduce((left, right) => (right.fit > left.fit ? right : left));
  const { instance, service } = best.traits.events;
  return {
    service,
    instance,
    score: Math.max(Number.MIN_VALUE, massOf(fits)),
    onset: null,
    class: likeliest,
    probability: massOf(members),
    reasons: [reasonOf(best)],
    evidence,
  };
}

/** Troubles of one class are taken together: two ways to be a network fault are more than each of them. */
function likeliestClass(fits: Fit[]): [AlertClass, Fit[]] {
  const classes = Map.groupBy(fits, ({ trouble }) => TROUBLE_CLASS[trouble]);
  const mass = (members: Fit[]) => sum(members.map(({ fit }) => Math.exp(fit - fits[0]!.fit)));
  return [...classes].sort(([, left], [, right]) => mass(right) - mass(left))[0]!;
}

/** What speaks most for the trouble, in words. */
function reasonOf({ traits, trouble }: Fit): string {
  const { events, strength } = traits;
  const telling = [...strength]
    .map(([trait, amount]) => ({ trait, weight: weightOf(trait, trouble) * amount }))
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight || (left.trait < right.trait ? -1 : 1))
    .slice(0, MOST_TRAITS);
  if (telling.length === 0) return `${events.instance} shows nothing that would speak for it`;
  return `${events.instance} looks as if it ${TROUBLE_TEXT[trouble]}: ${telling.map(({ trait }) => trait).join(', ')}`;
}
