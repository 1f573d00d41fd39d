import type { ToolInput } from '../../server-definition.ts';
import type { KubernetesReader, ListPage } from './kubernetes-reader.ts';
import type { Pod, Service } from './kubernetes-types.ts';
import { listInScope } from './namespace-scope.ts';

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
export async function findServices({ reader, namespaces, signal }: Where, name: string): Promise<Service[]> {
  const page = await listInScope(namespaces, reader.services, { fieldSelector: `metadata.name=${name}`, signal });
  return page.items;
}

/** The pods that a service selects; none for a service without a selector. */
export async function podsOfService({ reader, signal }: Where, service: Service): Promise<Pod[]> {
  const labelSelector = selectorText(service.spec?.selector ?? {});
  if (labelSelector === '') return [];
  const { items } = await reader.pods({ namespace: service.metadata?.namespace, labelSelector, signal });
  return items;
}

function belongsTo({ metadata }: Pod, service: string): boolean {
  return isNamed(metadata?.name, service) || NAME_LABELS.some((label) => metadata?.labels?.[label] === service);
}

async function podsByService(where: Where, name: string): Promise<ListPage<Pod>> {
  const services = await findServices(where, name);
  const selected = (await Promise.all(services.map((service) => podsOfService(where, service)))).flat();
  if (selected.length > 0) return { items: selected, complete: true };
  const { reader, namespaces, signal } = where;
  const { items, complete } = await listInScope(namespaces, reader.pods, { signal });
  return { items: items.filter((pod) => belongsTo(pod, name)), complete };
}

/** The pods that are asked for: by name or its beginning, by labels, by service, or all. */
export async function findPods(where: Where, asked: ToolInput<'pods.status'>): Promise<ListPage<Pod>> {
  const { service, pod, labelSelector } = asked;
  if (service !== undefined && pod === undefined && labelSelector === undefined) return podsByService(where, service);
  const { reader, namespaces, signal } = where;
  const { items, complete } = await listInScope(namespaces, reader.pods, { labelSelector, signal });
  return { items: pod === undefined ? items : items.filter(({ metadata }) => isNamed(metadata?.name, pod)), complete };
}
