import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../http/sandbox-http-server.ts';
import type { KubernetesObject, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import type { ClusterStates } from './cluster-states.ts';
import { withEndpoints } from './derived-endpoints.ts';
import { discoveryDocument } from './discovery.ts';
import { KubernetesRefusal } from './kubernetes-refusal.ts';
import { chunkOf, readChunkStart } from './list-chunk.ts';
import { podLog } from './pod-log.ts';
import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';
import { fieldFilter, labelFilter } from './selectors.ts';
import { toTable, wantsTable } from './table.ts';

/** What a path asks for. */
type Target = { resource: Resource; namespace: string | null; name: string | null; subresource: string | null };

export type KubernetesApiDeps = {
  token: string;
  world(): TelemetryWorld;
  states: ClusterStates;
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

function list({ world, states }: KubernetesApiDeps, target: Target, request: SandboxRequest): SandboxAnswer {
  const { query, headers } = request;
  const { resource } = target;
  const start = readChunkStart(query, states, world());
  const byLabel = labelFilter(query.get('labelSelector') ?? '');
  const byField = fieldFilter(query.get('fieldSelector') ?? '', resource);
  const found = objectsOf(start.world, target).filter((one) => byLabel(one) && byField(one));
  const { items, metadata } = chunkOf(found, start, query);
  if (wantsTable(headers.accept)) return jsonAnswer(200, toTable(resource.kind, items, metadata));
  return jsonAnswer(200, { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items });
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
  if (target.name === null) return list(deps, target, request);
  const present = world();
  const object = objectsOf(present, target).find(({ metadata }) => metadata.name === target.name);
  if (!object) throw notFound(target);
  if (target.subresource === 'log' && object.kind === 'Pod') return podLog(present, object, request.query);
  if (target.subresource !== null) throw notFound(target);
  return jsonAnswer(200, object);
}
