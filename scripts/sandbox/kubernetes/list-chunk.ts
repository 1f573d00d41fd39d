import type { KubernetesObject, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import type { ClusterStates } from './cluster-states.ts';
import { KubernetesRefusal } from './kubernetes-refusal.ts';

/** Which state of the cluster a list is of, and behind which key it begins (none at the beginning). */
export type ChunkStart = { world: TelemetryWorld; version: number; behind: string };

const EXPIRED_TOKEN =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';
const EXPIRED_VERSION = 'The resourceVersion for the provided list is too old.';

/** Where etcd keeps an object, within its resource: lists come in this order. */
const keyOf = ({ metadata }: KubernetesObject) =>
  `${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;

/** Reads `continue`, `resourceVersion` and `resourceVersionMatch` as the API does; throws KubernetesRefusal. */
export function readChunkStart(query: URLSearchParams, states: ClusterStates, present: TelemetryWorld): ChunkStart {
  const [token, version] = [query.get('continue') || null, query.get('resourceVersion') || null];
  if (token !== null && version !== null && version !== '0') {
    throw new KubernetesRefusal('BadRequest', 'specifying resource version is not allowed when using continue');
  }
  if (token !== null) {
    const { rv, start } = readToken(token);
    return { ...stateOf(states, rv, EXPIRED_TOKEN), behind: start };
  }
  if (query.get('resourceVersionMatch') !== 'Exact') {
    return { world: present, version: states.versionOf(present), behind: '' };
  }
  if (version === null) {
    throw new KubernetesRefusal('BadRequest', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  return { ...stateOf(states, Number(version), EXPIRED_VERSION), behind: '' };
}

function stateOf(states: ClusterStates, version: number, expired: string) {
  const world = states.at(version);
  if (!world) throw new KubernetesRefusal('Expired', expired);
  return { world, version };
}

/** A `continue` token as the API writes it: the version of the state and the last key that was given. */
function readToken(token: string): { rv: number; start: string } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (v === 'meta.k8s.io/v1' && Number.isInteger(rv) && typeof start === 'string') return { rv, start };
  } catch {
    // Refused below like any other token that is none.
  }
  throw new KubernetesRefusal('BadRequest', 'continue key is not valid: incorrect encoded start resourceVersion');
}

/** The objects of one answer, in the order of their keys, with the metadata of the list. */
export function chunkOf(objects: KubernetesObject[], { version, behind }: ChunkStart, query: URLSearchParams) {
  const ordered = objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).filter((one) => keyOf(one) > behind);
  const limit = Number(query.get('limit') ?? 0) || ordered.length;
  const items = ordered.slice(0, limit);
  const resourceVersion = String(version);
  const last = items.at(-1);
  const left = ordered.length - items.length;
  if (!last || left === 0) return { items, metadata: { resourceVersion } };
  const token = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: keyOf(last) });
  // How many are left is not told of a list that is selected from.
  const isSelected = query.has('labelSelector') || query.has('fieldSelector');
  const more = isSelected ? {} : { remainingItemCount: left };
  return { items, metadata: { resourceVersion, continue: Buffer.from(token).toString('base64url'), ...more } };
}
