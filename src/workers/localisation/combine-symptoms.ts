import type { AlertClass } from '../../shared/alert.ts';
import type { Support, Suspect } from './suspect.ts';
import type { Symptom } from './symptoms/symptom.ts';

/** The symptoms of one kind of evidence; `weight` says how directly the kind shows the fault itself. */
export type SymptomKind = {
  name: string;
  weight: number;
  /** False for a kind that only tells that something is missing or slow: several faults look like it, also those of a callee. */
  showsMechanism: boolean;
  /** True for the use of resources, which rises without any fault, too. */
  isUse?: boolean;
  symptoms: Symptom[];
};

/** The weight of a kind that shows the fault itself. */
export const DIRECT = 1;

/** What was measured at all. */
export type Measured = Pick<Support, 'requestsOnly' | 'rush'>;

type Scored = { kind: SymptomKind; symptom: Symptom; score: number };

/**
 * Suspects by all kinds of evidence together. Within a kind each component has its share of the whole amount, so that one that
 * stands out counts fully and noise that everybody shows hardly; the clarity tells how far it is from normal at all.
 */
export function combineSymptoms(
  kinds: SymptomKind[],
  measured: Measured = { requestsOnly: false, rush: 0 },
): Suspect[] {
  const scored = kinds.flatMap((kind) => {
    const { weight, symptoms } = kind;
    const total = symptoms.reduce((sum, { amount }) => sum + amount, 0);
    return symptoms.map((symptom) => ({ kind, symptom, score: (weight * symptom.clarity * symptom.amount) / total }));
  });
  const counted = scored.filter(({ score }) => score > 0);
  return [...Map.groupBy(counted, ({ symptom }) => symptom.component.service)]
    .map(([service, members]) => suspectOf(service, members, measured))
    .sort((left, right) => right.score - left.score || (left.service < right.service ? -1 : 1));
}

const MAX_REASONS = 5;

function suspectOf(service: string, members: Scored[], measured: Measured): Suspect {
  const strongest = members.toSorted((left, right) => right.score - left.score);
  const onsets = strongest.flatMap(({ symptom }) => symptom.onset ?? []);
  return {
    service,
    instance: instanceOf(strongest),
    score: sumOf(members),
    onset: onsets.length > 0 ? Math.min(...onsets) : null,
    class: classOf(strongest),
    support: supportOf(strongest, measured),
    reasons: strongest.slice(0, MAX_REASONS).map(({ symptom }) => symptom.reason),
    evidence: [...new Set(strongest.slice(0, MAX_REASONS).flatMap(({ symptom }) => symptom.evidence))].sort(
      (a, b) => a - b,
    ),
  };
}

function supportOf(members: Scored[], measured: Measured): Support {
  const named = classOf(members);
  const isDirect = ({ kind }: Scored) => kind.weight >= DIRECT;
  const telling = members.filter(({ kind, symptom }) => kind.showsMechanism && symptom.class === named);
  return {
    shown: sumOf(telling.filter(isDirect)),
    direct: sumOf(members.filter(isDirect)),
    use: sumOf(members.filter(({ kind }) => kind.isUse)) / sumOf(members),
    ...measured,
  };
}

const sumOf = (members: Scored[]) => members.reduce((sum, { score }) => sum + score, 0);

/** The instance that holds most of what is known by instance; null where several hold alike. */
function instanceOf(members: Scored[]): string | null {
  const byInstance = totals(members, ({ component }) => component.instance);
  const all = [...byInstance.values()].reduce((sum, score) => sum + score, 0);
  const [instance, score] = [...byInstance].sort(([, left], [, right]) => right - left)[0] ?? [null, 0];
  return score * 2 > all ? instance : null;
}

/** A rise in the use of a resource of at least this score explains slow work. */
const TELLING = 0.1;

/** Slow work has no class of its own: a resource that is used up explains it, or else the code. */
function classOf(members: Scored[]): AlertClass | null {
  const usedUp = members.some(({ symptom, score }) => symptom.class === 'resource' && score >= TELLING);
  const byClass = totals(members, (symptom) => symptom.class ?? (usedUp ? 'resource' : 'application'));
  return [...byClass].sort(([, left], [, right]) => right - left)[0]?.[0] ?? null;
}

function totals<K>(members: Scored[], keyOf: (symptom: Symptom) => K | null): Map<K, number> {
  const byKey = new Map<K, number>();
  for (const { symptom, score } of members) {
    const key = keyOf(symptom);
    if (key !== null) byKey.set(key, (byKey.get(key) ?? 0) + score);
  }
  return byKey;
}
