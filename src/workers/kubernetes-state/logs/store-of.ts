import { sameName } from '../../detectors/support/names.ts';
import { configuredFor } from '../configured-calls.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { namesOf, sameNamespace, templatesOf, workloadName } from '../relations.ts';
import type { DecisiveLine } from './decisive-line.ts';

/** A family of stores by the words of its errors, and by the names and images that it runs under. */
const FAMILIES: readonly { says: RegExp; is: RegExp }[] = [
  { says: /mongo|SCRAM-SHA|not authorized on \S+ to execute|no reachable servers|NotWritablePrimary/i, is: /mongo/i },
  { says: /redis|valkey|NOAUTH|WRONGPASS|READONLY You|maxmemory/i, is: /redis|valkey|keydb/i },
  { says: /memcache/i, is: /memcache|cache/i },
  {
    says: /postgres|psql|pgx|psycopg|\bpg_|too many clients already|password authentication failed|read-only transaction|sqlstate|\brole "/i,
    is: /postgres|pg|sql/i,
  },
  { says: /mysql|mariadb|ER_[A-Z]|Access denied for user|super-read-only/i, is: /mysql|mariadb|sql/i },
  { says: /kafka|broker|bootstrap/i, is: /kafka|broker/i },
  { says: /rabbit|amqp|connection\.blocked|resource limit alarm/i, is: /rabbit/i },
];
const ANY =
  /mongo|redis|valkey|postgres|mysql|mariadb|memcache|kafka|rabbit|cassandra|elastic|(?:^|-)(?:pg|db|sql|database|cache|store)(?:-|\b|\d)/i;

/** What a program complains about when somebody else does not answer it: then that one is the suspect. */
export const ABOUT_CALLEES: ReadonlySet<string> = new Set([
  'timeout',
  'connection-refused',
  'connection-lost',
  'database-unreachable',
  'service-unavailable',
  'callee-error',
]);

/** What a program complains about when somebody else shows it something wrong. */
const SHOWN_BY_CALLEES: ReadonlySet<string> = new Set(['certificate-expired', 'certificate-not-yet-valid']);

/** Whom the decisive lines name besides the program itself, the last one first told; null where they complain about nobody else. */
export function calleeOf(state: KubernetesState, { line }: { line: DecisiveLine }, owner: string): string | null {
  const kind = line.kind?.name ?? '';
  if (!(ABOUT_CALLEES.has(kind) || SHOWN_BY_CALLEES.has(kind)) || line.level === 0) return null;
  const book = nameBook(state);
  return (
    [line.text, line.also ?? '']
      .flatMap((text) => namedIn(text, book))
      .filter((one) => one.toLowerCase() !== owner.toLowerCase())
      .at(-1) ?? listensAt(state, `${line.text} ${line.also ?? ''}`, owner)
  );
}

/** The only workload that has the port of an address which nothing else explains. */
function listensAt(state: KubernetesState, text: string, owner: string): string | null {
  const ports = new Set([...text.matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}:(\d{2,5})\b/g)].map(([, port]) => port));
  if (ports.size === 0) return null;
  const found = templatesOf(state)
    .filter(({ template }) =>
      template.containers.some(({ ports: own }) => own.some(({ port }) => ports.has(String(port)))),
    )
    .map(({ owner: has }) => namesOf(has).at(-1) ?? has.name);
  const [first] = new Set(found);
  return first && new Set(found).size === 1 && first !== owner ? first : null;
}

/** True for names and images of databases, caches and brokers. */
export const isStore = (words: string): boolean => ANY.test(words);

export type Store = { name: string; evidence: number[] };

type Candidate = Store & { namespace: string | null; words: string };

/** The services and workloads that look like stores, by name or image. */
function storesIn(state: KubernetesState): Candidate[] {
  const images = (containers: { image: string | null }[]) => containers.map(({ image }) => image ?? '').join(' ');
  const all = [
    ...state.services.map(({ name, namespace, evidence }) => ({ name, namespace, evidence, words: name })),
    ...state.workloads
      .filter(({ kind }) => kind !== 'ReplicaSet' && kind !== 'Job')
      .map(({ name, namespace, evidence, template }) => ({
        name,
        namespace,
        evidence,
        words: `${name} ${images(template?.containers ?? [])}`,
      })),
    ...state.pods.map((pod) => ({
      name: workloadName(pod),
      namespace: pod.namespace,
      evidence: pod.evidence,
      words: `${workloadName(pod)} ${images(pod.template.containers)}`,
    })),
    // Of whom a log was fetched is there, though no list names it.
    ...state.logs
      .filter(({ command, answered }) => !command && !answered)
      .map((log) => ({
        name: writerOf(log),
        namespace: log.namespace,
        evidence: [log.evidence],
        words: writerOf(log),
      })),
  ];
  return all.filter(({ words }) => ANY.test(words));
}

/** The store that an error of a program is about: whom it is configured to use, whose name goes with its own, or the only one of the kind. */
export function storeOf(state: KubernetesState, owner: string, namespace: string | null, text: string): Store | null {
  if (owner === '') return null;
  const all = storesIn(state);
  const near = all.filter((one) => sameNamespace(one.namespace, namespace));
  const own = near.find(({ name }) => sameName(name, owner));
  if (own) return null;
  const family = FAMILIES.find(({ says }) => says.test(text.slice(0, 2000)));
  const fits = ({ words }: Candidate) => !family || family.is.test(words) || isOfNoFamily(words);
  const fitting = near.filter(fits);
  const used = configuredFor(state, owner, namespace);
  const found =
    fitting.find(({ name }) => used.has(name)) ??
    fitting.find(({ name }) => goTogether(name, owner)) ??
    only(fitting) ??
    elsewhere(
      all.filter((one) => !near.includes(one) && fits(one)),
      owner,
      used,
    );
  return found ? { name: found.name, evidence: found.evidence.slice(0, 2) } : null;
}

/** `orders-db` and `session-store` may be of any family. */
const isOfNoFamily = (words: string): boolean => !FAMILIES.some(({ is }) => is.test(words));

/** Stores often have a namespace of their own; there only the configuration or a shared name tells whose they are. */
const elsewhere = (stores: Candidate[], owner: string, used: ReadonlySet<string>): Candidate | null =>
  stores.find(({ name }) => used.has(name)) ?? only(stores.filter(({ name }) => goTogether(name, owner)));

const only = (stores: Candidate[]): Candidate | null =>
  new Set(stores.map(({ name }) => name)).size === 1 ? (stores[0] ?? null) : null;

const PLAIN_PART = /^(?:service|server|svc|api|app|db|database|store|cache|the)$/;

/** In the singular: `orders-db` belongs to `order-service`. */
const partsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[-.]/)
    .map((part) => part.replace(/(?<=[a-z]{3})s$/, ''));

/** `orders-db` goes with `orders`, `mongo-orders` with `orders-service`. */
function goTogether(store: string, owner: string): boolean {
  const parts = new Set(partsOf(store));
  return partsOf(owner).some((part) => part.length > 2 && !PLAIN_PART.test(part) && parts.has(part));
}
