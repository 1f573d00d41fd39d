import { isDeepStrictEqual } from 'node:util';
import { DependencyError } from '../../errors.ts';

type Schema = {
  type?: unknown;
  properties?: unknown;
  required?: unknown;
  additionalProperties?: unknown;
  patternProperties?: unknown;
  enum?: unknown;
};

/** The names that a tool's schema gives its arguments. */
export function argumentNames(schema: Record<string, unknown>): string[] {
  return Object.keys(propertiesOf(schema));
}

/**
 * Throws DependencyError `bad_request` where the arguments do not fit the tool's schema: one is missing, unknown, or of another type.
 * It goes no deeper than the arguments themselves; the server checks the rest.
 */
export function checkToolArguments(
  server: string,
  tool: string,
  schema: Record<string, unknown>,
  args: Record<string, unknown>,
): void {
  const faults = [
    ...missing(schema, args),
    ...Object.entries(args).flatMap(([name, value]) => faultOf(schema, name, value)),
  ];
  if (faults.length === 0) return;
  throw new DependencyError(server, 'bad_request', `arguments of ${tool}: ${faults.slice(0, 5).join('; ')}`);
}

function missing({ required }: Schema, args: Record<string, unknown>): string[] {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return names.filter((name) => args[name] === undefined).map((name) => `${name} is missing`);
}

function faultOf(schema: Schema, name: string, value: unknown): string[] {
  const properties = propertiesOf(schema);
  if (!Object.hasOwn(properties, name)) {
    const known = Object.keys(properties);
    const mayBe = schema.additionalProperties !== false || typeof schema.patternProperties === 'object';
    return mayBe ? [] : [`there is no ${name}, only ${known.join(', ') || 'nothing'}`];
  }
  const { type, enum: words } = (properties[name] ?? {}) as Schema;
  if (Array.isArray(words) && !words.some((word) => isDeepStrictEqual(word, value)))
    return [`${name} is none of ${words.slice(0, 20).join(', ')}`];
  const types = [type].flat().filter((one) => typeof one === 'string');
  return types.length > 0 && !types.some((one) => fits(one, value)) ? [`${name} is no ${types.join(' or ')}`] : [];
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
  return properties !== null && typeof properties === 'object' ? (properties as Record<string, unknown>) : {};
}
