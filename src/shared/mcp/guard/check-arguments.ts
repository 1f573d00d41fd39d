import { isDeepStrictEqual } from 'node:util';
import { DependencyError } from '../../errors.ts';

type Schema = {
  type?: unknown;
  properties?: unknown;
  required?: unknown;
  additionalProperties?: unknown;
  patternProperties?: unknown;
  enum?: unknown;
  items?: unknown;
};

/** The names that a tool's schema gives its arguments. */
export function argumentNames(schema: Record<string, unknown>): string[] {
  return Object.keys(propertiesOf(schema));
}

/** As deep as people nest what a tool asks for; what lies deeper the server checks. */
const MOST_DEPTH = 6;
/** Entries of one list that are looked at. */
const MOST_ENTRIES = 100;

/**
 * Throws DependencyError `bad_request` where the arguments do not fit the tool's schema (JSON Schema): one is missing, unknown, or of
 * another type, however they are nested. References and alternatives (`$ref`, `anyOf`) are left to the server.
 */
export function checkToolArguments(
  server: string,
  tool: string,
  schema: Record<string, unknown>,
  args: Record<string, unknown>,
): void {
  const faults = faultsOfObject(schema, args, '', 0);
  if (faults.length === 0) return;
  throw new DependencyError(server, 'bad_request', `arguments of ${tool}: ${faults.slice(0, 5).join('; ')}`);
}

function faultsOfObject(schema: Schema, object: object, path: string, depth: number): string[] {
  const present = new Map(Object.entries(object));
  return [
    ...missing(schema, present).map((name) => `${path}${name} is missing`),
    ...[...present].flatMap(([name, value]) => faultsOfProperty(schema, name, value, path, depth)),
  ];
}

function missing({ required }: Schema, present: ReadonlyMap<string, unknown>): string[] {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return names.filter((name) => present.get(name) === undefined);
}

function faultsOfProperty(schema: Schema, name: string, value: unknown, path: string, depth: number): string[] {
  const properties = propertiesOf(schema);
  if (Object.hasOwn(properties, name)) return faultsOfValue(schemaOf(properties[name]), value, path + name, depth);
  const known = Object.keys(properties);
  const mayBe = schema.additionalProperties !== false || typeof schema.patternProperties === 'object';
  return mayBe ? [] : [`there is no ${path}${name}, only ${known.join(', ') || 'nothing'}`];
}

function faultsOfValue(schema: Schema, value: unknown, path: string, depth: number): string[] {
  const { type, enum: words, items } = schema;
  if (Array.isArray(words) && !words.some((word) => isDeepStrictEqual(word, value)))
    return [`${path} is none of ${words.slice(0, 20).join(', ')}`];
  const types = [type].flat().filter((one) => typeof one === 'string');
  if (types.length > 0 && !types.some((one) => fits(one, value))) return [`${path} is no ${types.join(' or ')}`];
  if (depth >= MOST_DEPTH || value === null || typeof value !== 'object') return [];
  if (!Array.isArray(value)) return faultsOfObject(schema, value, `${path}.`, depth + 1);
  const entry = schemaOf(items);
  return value.slice(0, MOST_ENTRIES).flatMap((one, n) => faultsOfValue(entry, one, `${path}[${n}]`, depth + 1));
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'object':
      return value !== null && typeof value === 'object' && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function propertiesOf({ properties }: Schema): Record<string, unknown> {
  return isObject(properties) ? properties : {};
}

/** A schema may also be `true`, which says nothing, or something that is none. */
const schemaOf = (schema: unknown): Schema => (isObject(schema) ? schema : {});

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
