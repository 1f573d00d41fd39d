import type { DetectorInput } from '../detectors/detector.ts';
import { unique } from '../detectors/support/text.ts';
import { editOf } from '../kubernetes-state/analyzers/changed-configuration.ts';
import type { KubernetesState, Meta } from '../kubernetes-state/kubernetes-state.ts';
import { recordsAt, textAt, textMapAt } from '../kubernetes-state/raw.ts';
import { namesOf, refersTo, sameNamespace, templatesOf } from '../kubernetes-state/relations.ts';
import type { LiveChange } from './live-changes.ts';

const KINDS = ['ConfigMap', 'Secret'] as const;
/** The API server writes it into every namespace. */
const OF_THE_CLUSTER = 'kube-root-ca.crt';
/** What configures the cluster itself concerns everybody, whoever mounts it: the detector of recent changes tells of it. */
const CLUSTER_NAMESPACE = 'kube-system';
const CHANGED = /updat|upgrad|rotat|renew|sync|reload|chang|replac|refresh/i;
/** What a Secret is about whose content nobody may read. */
const HELD_BY_SECRETS = 'password credentials authentication unauthorized access token certificate private key';

type Place = Pick<Meta, 'kind' | 'name' | 'namespace'>;
type Told = Place & { at: number; object: Meta | null; evidence: number[] };

/**
 * ConfigMaps and Secrets with when they were changed last and whom they configure, as changes that can be judged like any other. When is
 * told by events about them, by times in their annotations and by their field managers; an age is when they were made, and no change.
 */
export function configurationChanges(state: KubernetesState, now: DetectorInput['now']): LiveChange[] {
  const objects = KINDS.flatMap((kind) => state.others.get(kind) ?? []);
  const told = [...objects.flatMap((object) => ofObject(object) ?? []), ...ofEvents(state, objects, now)];
  const known = told.filter(
    ({ name, namespace, at }) => name !== OF_THE_CLUSTER && namespace !== CLUSTER_NAMESPACE && at <= now.getTime(),
  );
  const latest = Map.groupBy(known, ({ kind, namespace, name }) => `${kind} ${namespace ?? ''}/${name}`);
  return [...latest.values()]
    .map((all) =>
      toChange(
        all.reduce((left, right) => (right.at > left.at ? right : left)),
        state,
      ),
    )
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Who wrote it last, and what stands in its annotations about that. */
function ofObject(object: Meta): Told | null {
  const managers = recordsAt(object.raw, 'metadata', 'managedFields').map((one) => textAt(one, 'time'));
  const annotations = Object.entries(object.annotations).filter(([name]) => CHANGED.test(name));
  const times = [...managers, ...annotations.map(([, value]) => value)]
    .map((text) => Date.parse(text ?? ''))
    .filter((ms) => !Number.isNaN(ms));
  const at = Math.max(...times);
  const { kind, name, namespace, evidence } = object;
  // Its first writing is how it came to be, not a change.
  if (times.length === 0 || at <= Date.parse(object.createdAt ?? '')) return null;
  return { kind, name, namespace, at, object, evidence };
}

function ofEvents(state: KubernetesState, objects: Meta[], now: Date): Told[] {
  return state.events.flatMap((event) => {
    const { kind, name, namespace, reason, message, type, lastSeen, ageSeconds, evidence } = event;
    const isOne = (KINDS as readonly string[]).includes(kind);
    if (!isOne || type === 'Warning' || !CHANGED.test(`${reason} ${message}`)) return [];
    const at = lastSeen ? Date.parse(lastSeen) : now.getTime() - 1000 * (ageSeconds ?? Number.NaN);
    const object = objects.find(
      (one) => one.kind === kind && one.name === name && sameNamespace(one.namespace, namespace),
    );
    if (Number.isNaN(at)) return [];
    return [
      { kind, name, namespace, at, object: object ?? null, evidence: unique([evidence, ...(object?.evidence ?? [])]) },
    ];
  });
}

function toChange({ kind, name, namespace, at, object, evidence }: Told, state: KubernetesState): LiveChange {
  const users = templatesOf(state).filter(
    ({ owner, template }) => sameNamespace(owner.namespace, namespace) && refersTo(template, { kind, name }),
  );
  const services = unique(users.map(({ owner }) => namesOf(owner).at(-1)!)).sort();
  const place = namespace ? `${namespace}/${name}` : name;
  return {
    id: place,
    change: {
      kind: 'config',
      id: place,
      service: services[0] ?? null,
      at: new Date(at).toISOString(),
      title: `${kind} ${place}`,
      detail: contentOf(kind, name, object),
      files: [`${name}.yaml`],
    },
    at,
    services,
    evidence: unique([...evidence, ...users.flatMap(({ owner }) => owner.evidence)]).sort(
      (left, right) => left - right,
    ),
  };
}

/** The changed lines as a diff where both contents are known, else what it is about; values of Secrets never. */
function contentOf(kind: string, name: string, object: Meta | null): string {
  const keys = object ? Object.keys(textMapAt(object.raw, 'data')) : [];
  if (kind === 'Secret') return [name, HELD_BY_SECRETS, ...keys].join(' ');
  const edit = object && editOf(object);
  if (!edit) return [name, ...keys].join(' ');
  const line = (sign: string, value: string | null) => (value === null ? [] : [`${sign}${edit.key}: ${value}`]);
  return [...line('-', edit.old), ...line('+', edit.now)].join('\n');
}
