import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../http/sandbox-http-server.ts';
import type { KubernetesObject, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { withEndpoints } from './derived-endpoints.ts';
import { discoveryDocument } from './discovery.ts';
import { KubernetesRefusal } from './kubernetes-refusal.ts';
import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';
import { fieldFilter, labelFilter } from './selectors.ts';
import { toTable, wantsTable } from './table.ts';

/** What a path asks for. */
type Target = { resource: Resource; namespace: string | null; name: string | null; subresource: string | null };

export type KubernetesApiDeps = {
  token: string;
  world(): TelemetryWorld;
  /** Namespaces that the token may not read. */
  forbidden: Set<string>;
};

const USER = 'system:serviceaccount:rca-fleet:reader';
const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

function targetOf(path: string): Target {
  const groups = PATH.exec(path)?.groups ?? {};
  const { group = '', version, namespace, plural, name, subresource } = groups;
  const resource = RESOURCES.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (!resource) throw new KubernetesRefusal('NotFound', 'the server could not find the requested resource');
  return { resource, namespace: namespace ?? null, name: name ?? null, subresource: subresource ?? null };
}

function forbid({ resource, namespace, name }: Target, verb: string): KubernetesRefusal {
  const { group, plural } = resource;
  const object = name ? ` "${name}"` : '';
  const scope = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const why = `User "${USER}" cannot ${verb} resource "${plural}" in API group "${group}" ${scope}`;
  const qualified = group ? `${plural}.${group}` : plural;
  return new KubernetesRefusal('Forbidden', `${qualified}${object} is forbidden: ${why}`, { kind: plural });
}

function authorize(target: Target, method: string, forbidden: Set<string>): void {
  const writes: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  if (method !== 'GET') throw forbid(target, writes[method] ?? method.toLowerCase());
  const verb = target.name ? 'get' : 'list';
  if (target.resource.kind === 'Secret') throw forbid(target, verb);
  const refusesAll = forbidden.size > 0 && target.resource.namespaced && target.namespace === null;
  if (refusesAll || (target.namespace && forbidden.has(target.namespace))) throw forbid(target, verb);
}

function notFound({ resource, name }: Target): KubernetesRefusal {
  const qualified = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
  return new KubernetesRefusal('NotFound', `${qualified} "${name}" not found`, { name, kind: qualified });
}

function objectsOf(world: TelemetryWorld, { resource, namespace }: Target): KubernetesObject[] {
  return withEndpoints(world.objects).filter(
    (one) =>
      one.kind === resource.kind &&
      one.apiVersion === apiVersionOf(resource) &&
      (namespace === null || one.metadata.namespace === namespace),
  );
}

function list(objects: KubernetesObject[], { resource }: Target, request: SandboxRequest): SandboxAnswer {
  const { query, headers } = request;
  const byLabel = labelFilter(query.get('labelSelector') ?? '');
  const byField = fieldFilter(query.get('fieldSelector') ?? '', resource);
  const found = objects.filter((one) => byLabel(one) && byField(one));
  const start = Number(query.get('continue') ?? 0);
  const limit = Number(query.get('limit') ?? 0) || found.length;
  const rest = found.length - start - limit;
  const more = rest > 0 ? { continue: String(start + limit), remainingItemCount: rest } : {};
  const metadata = { resourceVersion: '1', ...more };
  const items = found.slice(start, start + limit);
  if (wantsTable(headers.accept)) return jsonAnswer(200, toTable(resource.kind, items, metadata));
  return jsonAnswer(200, { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items });
}

function containersOf(pod: KubernetesObject): string[] {
  return (pod.spec as { containers: { name: string }[] }).containers.map(({ name }) => name);
}

function podLog(world: TelemetryWorld, pod: KubernetesObject, query: URLSearchParams): SandboxAnswer {
  const { name, namespace } = pod.metadata;
  const container = query.get('container') ?? containersOf(pod)[0];
  const previous = query.get('previous') === 'true';
  if (!containersOf(pod).includes(container ?? '')) {
    throw new KubernetesRefusal('BadRequest', `container ${container} is not valid for pod ${name}`);
  }
  const found = world.podLogs.find(
    (one) =>
      one.namespace === namespace && one.pod === name && one.container === container && one.previous === previous,
  );
  if (!found && previous) {
    const message = `previous terminated container "${container}" in pod "${name}" not found`;
    throw new KubernetesRefusal('BadRequest', message);
  }
  const tail = Number(query.get('tailLines') ?? Number.POSITIVE_INFINITY);
  const lines = found?.lines ?? [];
  const body = lines.slice(Math.max(0, lines.length - tail)).map((line) => `${line}\n`);
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: body.join('') };
}

/** Answers one request to the simulated Kubernetes API; throws KubernetesRefusal. */
export function answerKubernetes(deps: KubernetesApiDeps, request: SandboxRequest): SandboxAnswer {
  const { token, world, forbidden } = deps;
  if (['/livez', '/readyz', '/healthz'].includes(request.path)) return { status: 200, body: 'ok' };
  if (request.headers.authorization !== `Bearer ${token}`) throw new KubernetesRefusal('Unauthorized', 'Unauthorized');
  const discovery = discoveryDocument(request.path);
  if (discovery) return jsonAnswer(200, discovery);
  const target = targetOf(request.path);
  authorize(target, request.method, forbidden);
  if (request.query.get('watch') === 'true') throw new KubernetesRefusal('MethodNotAllowed', 'watch is not simulated');
  const present = world();
  const objects = objectsOf(present, target);
  if (target.name === null) return list(objects, target, request);
  const object = objects.find(({ metadata }) => metadata.name === target.name);
  if (!object) throw notFound(target);
  if (target.subresource === 'log' && object.kind === 'Pod') return podLog(present, object, request.query);
  if (target.subresource !== null) throw notFound(target);
  return jsonAnswer(200, object);
}
