import type { ToolInput } from '../../server-definition.ts';
import type { KubernetesReader, ListPage } from './kubernetes-reader.ts';
import type { Pod, Service } from './kubernetes-types.ts';
import { listInScope } from './namespace-scope.ts';
import { type Source, sourcesIn } from './page-of-window.ts';

/** The labels by which workloads usually carry their service's name. */
const NAME_LABELS = ['app.kubernetes.io/name', 'app', 'k8s-app', 'app.kubernetes.io/instance'];

/** A selector in the form of a query. */
export function selectorText(selector: Record<string, string>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Whether an object is called so, or its name begins so (`orders` and `orders-5d8f7-x2k4q`). */
export function isNamed(name: string | undefined, asked: string): boolean {
  return name === asked || (name?.startsWith(`${asked}-`) ?? false);
}

type Where = { reader: KubernetesReader; namespaces: (string | undefined)[]; signal: AbortSignal };

/** The services of this exact name. */
export function findServices({ reader, namespaces, signal }: Where, name: string): Promise<Service[]> {
  return listInScope(namespaces, reader.services, { fieldSelector: `metadata.name=${name}`, signal });
}

/** The pods that a service selects; none for a service without a selector. */
export async function podsOfService(where: Where, service: Service): Promise<Pod[]> {
  return (await podSourceOf(where, service)?.list(undefined))?.items ?? [];
}

function podSourceOf({ reader, signal }: Where, service: Service): Source<Pod> | null {
  const { namespace } = service.metadata ?? {};
  const labelSelector = selectorText(service.spec?.selector ?? {});
  if (labelSelector === '') return null;
  const key = `${namespace}/${service.metadata?.name}: ${labelSelector}`;
  return { key, list: (start) => reader.pods({ namespace, labelSelector, start, signal }) };
}

function belongsTo({ metadata }: Pod, service: string): boolean {
  return isNamed(metadata?.name, service) || NAME_LABELS.some((label) => metadata?.labels?.[label] === service);
}

/** Where pods are listed, and which of those that come are meant. */
export type PodListing = { sources: Source<Pod>[]; keep(pod: Pod): boolean };

/** The listing with its first window read already. */
function readAhead<T>({ key, list }: Source<T>, first: ListPage<T>): Source<T> {
  return { key, list: async (start) => (start === undefined ? first : await list(start)) };
}

/** The pods that services of this name select; where they select none, those that are called so. */
async function podsByService(where: Where, name: string): Promise<PodListing> {
  const services = await findServices(where, name);
  const sources = services.flatMap((service) => podSourceOf(where, service) ?? []);
  const firsts = await Promise.all(sources.map((source) => source.list(undefined)));
  if (firsts.some(({ items }) => items.length > 0)) {
    return { sources: sources.map((source, index) => readAhead(source, firsts[index]!)), keep: () => true };
  }
  return { sources: podsOf(where), keep: (pod) => belongsTo(pod, name) };
}

const podsOf = ({ reader, namespaces, signal }: Where, labelSelector?: string) =>
  sourcesIn(namespaces, (namespace, start) => reader.pods({ namespace, labelSelector, start, signal }));

/** The pods that are asked for: by name or its beginning, by labels, by service, or all. */
export async function listPods(where: Where, asked: ToolInput<'pods.status'>): Promise<PodListing> {
  const { service, pod, labelSelector } = asked;
  if (service !== undefined && pod === undefined && labelSelector === undefined) return podsByService(where, service);
  const sources = podsOf(where, labelSelector);
  return { sources, keep: ({ metadata }) => pod === undefined || isNamed(metadata?.name, pod) };
}

/** The pods of this name, or whose names begin so. */
export async function findPodsNamed({ reader, namespaces, signal }: Where, name: string): Promise<Pod[]> {
  const pods = await listInScope(namespaces, reader.pods, { signal });
  return pods.filter(({ metadata }) => isNamed(metadata?.name, name));
}
