import * as models from '@kubernetes/client-node';
import type { Tree } from './deploy-files.ts';

type Attribute = { baseName: string; type: string };
type Model = { getAttributeTypeMap(): Attribute[] };

/**
 * What is wrong with an object by the models of the Kubernetes client, which are generated from Kubernetes' OpenAPI
 * description: fields that do not exist at their place, and values of the wrong type. One line per fault.
 */
export function modelFaults(object: Tree): string[] {
  const version = object.apiVersion.split('/').at(-1) ?? '';
  const type = `${version[0]?.toUpperCase()}${version.slice(1)}${object.kind}`;
  if (!modelNamed(type)) return [`${object.apiVersion} ${object.kind}: there is no such kind`];
  return valueFaults(object, type, `${object.kind}/${object.metadata?.name}`);
}

function modelNamed(type: string): Model | null {
  const found = (models as Record<string, unknown>)[type] as Partial<Model> | undefined;
  return typeof found?.getAttributeTypeMap === 'function' ? (found as Model) : null;
}

function valueFaults(value: Tree, type: string, path: string): string[] {
  const list = /^(?:Array|Set)<(.+)>$/.exec(type)?.[1];
  if (list) return listFaults(value, list, path);
  const entry = /^\{ \[key: string\]: (.+?);? \}$/.exec(type)?.[1];
  if (entry) return isMap(value) ? fieldFaults(value, () => entry, path) : [`${path} is not a map`];
  const model = modelNamed(type);
  if (model)
    return isMap(value) ? fieldFaults(value, (name) => typeOf(model, name), path) : [`${path} is not an object`];
  return scalarFault(value, type, path);
}

function listFaults(value: Tree, type: string, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is not a list`];
  return value.flatMap((item, index) => valueFaults(item, type, `${path}[${index}]`));
}

function fieldFaults(value: Tree, typeOfField: (name: string) => string | null, path: string): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    const type = typeOfField(name);
    return type === null ? [`${path}.${name}: there is no such field`] : valueFaults(field, type, `${path}.${name}`);
  });
}

function typeOf(model: Model, name: string): string | null {
  return model.getAttributeTypeMap().find(({ baseName }) => baseName === name)?.type ?? null;
}

function scalarFault(value: Tree, type: string, path: string): string[] {
  const allowed = type === 'IntOrString' ? ['number', 'string'] : [type];
  const known = ['string', 'number', 'boolean', 'IntOrString'].includes(type);
  return known && !allowed.includes(typeof value) ? [`${path} is a ${typeof value}, not a ${type}`] : [];
}

const isMap = (value: Tree): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);
