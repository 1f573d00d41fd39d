import type { EvidenceFormData } from '../../shared/evidence-forms.ts';
import { workloadOf } from '../detectors/support/names.ts';
import { type StormKind, stormKind } from './alert-storm-kinds.ts';

type ActiveAlert = EvidenceFormData<'alerts.active'>['alerts'][number];

/** Something that alerts are about, with all of its alerts. */
export type StormEntity = {
  /** The same for all spellings of the name, see `entityKey`. */
  key: string;
  service: string;
  /** The pod, null where the alerts are about more than one or about no pod. */
  instance: string | null;
  kinds: Set<StormKind>;
  /** The names of its alerts, each once, in order. */
  alerts: string[];
  /** What its alerts say beside their names. */
  says: string[];
  /** False where no alert says what kind of object it is about, nor where it is: it may be named wrongly. */
  located: boolean;
  /** When its first alert began, epoch ms, null when not told. */
  onset: number | null;
};

/** `frontendproxy` and `Frontend-Proxy` are the same. */
export const entityKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9*]/g, '');

const NO_NAME = /^(none|null|nil|unknown|undefined|n\/?a|-)?$/i;

/** The entities of a storm, by key; pods belong to their workload, and alerts without a name to nobody. */
export function stormEntities(alerts: ActiveAlert[]): StormEntity[] {
  const named = alerts.filter(({ entity }) => !NO_NAME.test(entity.trim()) && entityKey(entity) !== '');
  return [...Map.groupBy(named, (alert) => entityKey(serviceOf(alert)))]
    .map(([key, members]) => entityOf(key, members))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
}

const serviceOf = ({ kind, entity }: ActiveAlert) => (kind === 'Pod' ? workloadOf(entity) : entity);

function entityOf(key: string, alerts: ActiveAlert[]): StormEntity {
  const pods = new Set(alerts.filter(({ kind }) => kind === 'Pod').map(({ entity }) => entity));
  const onsets = alerts.map(({ startsAt }) => Date.parse(startsAt ?? '')).filter((ms) => !Number.isNaN(ms));
  const located = alerts.filter(({ kind, namespace }) => kind !== null || namespace !== null);
  const spellings = (located.length > 0 ? located : alerts).map(serviceOf).sort();
  return {
    key,
    service: spellings[0]!,
    instance: pods.size === 1 ? [...pods][0]! : null,
    kinds: new Set(alerts.map(({ name }) => stormKind(name))),
    alerts: [...new Set(alerts.map(({ name }) => name))].sort(),
    says: [...new Set(alerts.flatMap(({ says }) => says ?? []))].sort(),
    located: located.length > 0,
    onset: onsets.length > 0 ? Math.min(...onsets) : null,
  };
}
