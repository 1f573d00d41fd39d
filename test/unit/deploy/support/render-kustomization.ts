import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml, type Tree } from './deploy-files.ts';

const KNOWN_FIELDS = ['apiVersion', 'kind', 'namespace', 'resources', 'components', 'patches', 'images'];
const CLUSTER_WIDE = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];

/**
 * Renders a kustomization as `kubectl kustomize` does, as far as ours use it: resources, components, strategic merge patches,
 * images and the namespace. Throws for a field that it does not know, so that nothing is silently left out.
 */
export function renderKustomization(folder: string, given: Tree[] = []): Tree[] {
  const [kustomization] = readYaml(join(folder, 'kustomization.yaml'));
  const unknown = Object.keys(kustomization).filter((field) => !KNOWN_FIELDS.includes(field));
  if (unknown.length > 0) throw new Error(`${folder}: this renderer does not know ${unknown.join(', ')}`);
  const { resources = [], components = [], patches = [], images = [], namespace } = kustomization;
  let objects = [...given, ...resources.flatMap((path: string) => load(join(folder, path)))];
  for (const path of components) objects = renderKustomization(join(folder, path), objects);
  for (const patch of patches.flatMap((entry: Tree) => readPatch(folder, entry))) objects = applyPatch(objects, patch);
  for (const object of objects) {
    for (const image of images) replaceImage(object, image);
    if (namespace) setNamespace(object, namespace);
  }
  return objects;
}

function load(path: string): Tree[] {
  return statSync(path).isDirectory() ? renderKustomization(path) : readYaml(path);
}

function readPatch(folder: string, entry: Tree): Tree[] {
  if (entry.path) return readYaml(join(folder, entry.path));
  throw new Error(`${folder}: this renderer knows patches by path only`);
}

export const idOf = (object: Tree): string => `${object.apiVersion} ${object.kind} ${object.metadata.name}`;

function applyPatch(objects: Tree[], patch: Tree): Tree[] {
  if (!objects.some((object) => idOf(object) === idOf(patch)))
    throw new Error(`no object for the patch of ${idOf(patch)}`);
  if (patch.$patch === 'delete') return objects.filter((object) => idOf(object) !== idOf(patch));
  return objects.map((object) => (idOf(object) === idOf(patch) ? merge(object, patch) : object));
}

function merge(base: Tree, patch: Tree): Tree {
  if (Array.isArray(patch) && Array.isArray(base) && patch.every((item) => item?.name)) return mergeByName(base, patch);
  if (!isMap(base) || !isMap(patch)) return patch;
  const merged = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(base[name], value);
  }
  return merged;
}

function mergeByName(base: Tree[], patch: Tree[]): Tree[] {
  const patched = base.map((item) => merge(item, patch.find(({ name }) => name === item.name) ?? item));
  return [...patched, ...patch.filter(({ name }) => !base.some((item) => item.name === name))];
}

const isMap = (value: Tree): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);

function replaceImage(object: Tree, { name, newName = name, newTag }: Tree): void {
  for (const container of object.spec?.template?.spec?.containers ?? []) {
    const [, imageName, tag] = /^(.+?)(?::([^:/]+))?$/.exec(container.image) ?? [];
    if (imageName === name) container.image = [newName, newTag ?? tag].filter(Boolean).join(':');
  }
}

function setNamespace(object: Tree, namespace: string): void {
  if (!CLUSTER_WIDE.includes(object.kind)) object.metadata.namespace = namespace;
}
