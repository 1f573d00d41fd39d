import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';

const groups = () => [...new Set(RESOURCES.map(({ group }) => group).filter(Boolean))];

function groupEntry(name: string) {
  const version = RESOURCES.find(({ group }) => group === name)!.version;
  const entry = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [entry], preferredVersion: entry };
}

function resourceEntry(resource: Resource) {
  const { plural, kind, namespaced, shortNames } = resource;
  const verbs = ['get', 'list', 'watch'];
  return {
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs,
    ...(shortNames ? { shortNames } : {}),
  };
}

function resourceList(groupVersion: string) {
  const own = RESOURCES.filter((resource) => apiVersionOf(resource) === groupVersion);
  if (own.length === 0) return null;
  const logs = { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] };
  const resources = own.map(resourceEntry);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: groupVersion === 'v1' ? [...resources, logs] : resources,
  };
}

/** The discovery document under a path, null when the path is not discovery. */
export function discoveryDocument(path: string): Record<string, unknown> | null {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.1', platform: 'linux/amd64' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupEntry) };
  if (path === '/api/v1') return resourceList('v1');
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!group || !groups().includes(group)) return null;
  if (version) return resourceList(`${group}/${version}`);
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}
