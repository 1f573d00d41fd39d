import { describeArgument } from './describe-tool.ts';

type Schema = Record<string, unknown>;

/** Either what the API takes as a function's parameters, or why there is no such form. */
export type FittedSchema = { parameters: Schema } | { why: string };

/** Characters of a tool's parameters as JSON; a larger schema first loses its descriptions, then what is nested. */
const MOST_CHARACTERS = 6_000;
const MOST_PROPERTIES = 60;
const MOST_DEPTH = 5;
const MOST_WORDS = 60;
/** What APIs take as the name of an argument. */
const ARGUMENT_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const BOUNDS = ['minimum', 'maximum', 'minItems', 'maxItems', 'minLength', 'maxLength'] as const;

type Detail = { descriptions: boolean; depth: number };
const DETAILS: readonly Detail[] = [
  { descriptions: true, depth: MOST_DEPTH },
  { descriptions: false, depth: MOST_DEPTH },
  { descriptions: false, depth: 1 },
];

/**
 * A tool's input schema in the form that OpenAI's API and those like it take for a function without strict mode: an object at the top
 * without alternatives beside it, every array with its items, references filled in, only keywords that are known everywhere,
 * and a bounded size. The arguments are checked by the server's own schema before a call, so that what is left out here is
 * not lost.
 */
export function fitSchema(schema: Schema): FittedSchema {
  const type = schema.type ?? 'object';
  if (type !== 'object') return { why: 'its arguments are not an object' };
  const required = textsOf(schema.required);
  const strange = required.find((name) => !ARGUMENT_NAME.test(name));
  if (strange !== undefined) return { why: 'it needs an argument whose name the API does not take' };
  for (const detail of DETAILS) {
    const parameters = objectOf(schema, { root: schema, ...detail }, 0);
    if (JSON.stringify(parameters).length <= MOST_CHARACTERS) return { parameters };
  }
  return { why: `the schema of its arguments is longer than ${MOST_CHARACTERS} characters` };
}

type Walk = Detail & { root: Schema };

function objectOf(schema: Schema, walk: Walk, depth: number): Schema {
  const known = Object.entries(recordOf(schema.properties)).filter(([name]) => ARGUMENT_NAME.test(name));
  const properties = Object.fromEntries(
    known.slice(0, MOST_PROPERTIES).map(([name, value]) => [name, nodeOf(recordOf(value), walk, depth + 1)]),
  );
  const required = textsOf(schema.required).filter((name) => Object.hasOwn(properties, name));
  const closed = schema.additionalProperties === false && known.length <= MOST_PROPERTIES;
  return { type: 'object', properties, required, ...(closed && { additionalProperties: false }) };
}

function nodeOf(given: Schema, walk: Walk, depth: number): Schema {
  const schema = resolved(given, walk.root);
  const said = walk.descriptions && typeof schema.description === 'string' ? describeArgument(schema.description) : '';
  const described = said === '' ? {} : { description: said };
  if (depth > walk.depth) return described;
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (choices) {
    const anyOf = choices.slice(0, 8).map((one) => nodeOf(recordOf(one), { ...walk, descriptions: false }, depth + 1));
    return { ...described, anyOf };
  }
  const words = wordsOf(schema);
  const types = [schema.type].flat().filter((one): one is string => typeof one === 'string' && TYPES.has(one));
  if (words) return { ...described, ...(types.length === 1 && { type: types[0] }), enum: words };
  if (types.includes('object') && schema.properties !== undefined)
    return { ...described, ...objectOf(schema, walk, depth) };
  const type = types.length === 0 ? {} : { type: types.length === 1 ? types[0] : types };
  const items = types.includes('array') ? { items: nodeOf(recordOf(schema.items), walk, depth + 1) } : {};
  return { ...described, ...type, ...boundsOf(schema), ...items };
}

/** A reference within the schema itself, followed a few times: a schema may refer to itself for ever. */
function resolved(schema: Schema, root: Schema): Schema {
  let at = schema;
  for (let steps = 0; typeof at.$ref === 'string' && steps < MOST_DEPTH; steps++) {
    const path = at.$ref.startsWith('#/') ? at.$ref.slice(2).split('/') : [];
    at = path.reduce<Schema>((node, part) => recordOf(node[part.replaceAll('~1', '/').replaceAll('~0', '~')]), root);
  }
  return at;
}

/** The only values that are allowed; null where others are as well. */
function wordsOf(schema: Schema): unknown[] | null {
  const words = Array.isArray(schema.enum) ? schema.enum : schema.const !== undefined ? [schema.const] : null;
  if (!words || words.length === 0 || words.length > MOST_WORDS) return null;
  const plain = words.every(
    (word) => typeof word !== 'object' && String(word).length <= 100 && !/[\n<>]/.test(String(word)),
  );
  return plain ? words : null;
}

function boundsOf(schema: Schema): Schema {
  return Object.fromEntries(
    BOUNDS.filter((name) => {
      const value = schema[name];
      return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
    }).map((name) => [name, schema[name]]),
  );
}

function recordOf(value: unknown): Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Schema) : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
