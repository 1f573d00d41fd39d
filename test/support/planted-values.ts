import { z } from 'zod';

type JsonSchema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
};

/** Gives the text for the next field. */
type NextText = () => string;

/** A value of a schema in which every text, also every free name, is the next one that `text` gives. */
export function plantedValue(schema: z.ZodType, text: NextText): unknown {
  return planted(z.toJSONSchema(schema, { unrepresentable: 'any' }) as JsonSchema, text);
}

function planted(schema: JsonSchema, text: NextText): unknown {
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.anyOf) return planted(schema.anyOf.find(({ type }) => type !== 'null') ?? {}, text);
  if (schema.prefixItems) return schema.prefixItems.map((item) => planted(item, text));
  switch ([schema.type].flat().find((type) => type !== 'null')) {
    case 'string':
      return text();
    case 'number':
    case 'integer':
      return 7;
    case 'boolean':
      return true;
    case 'array':
      return [planted(schema.items ?? {}, text), planted(schema.items ?? {}, text)];
    case 'object':
      return objectOf(schema, text);
    default:
      return { anything: text(), deeper: [{ [text()]: text() }] };
  }
}

function objectOf({ properties = {}, additionalProperties }: JsonSchema, text: NextText): Record<string, unknown> {
  const own = Object.entries(properties).map(([name, item]) => [name, planted(item, text)]);
  const free =
    typeof additionalProperties === 'object'
      ? [
          ['label', planted(additionalProperties, text)],
          [text(), planted(additionalProperties, text)],
        ]
      : [];
  return Object.fromEntries([...own, ...free]);
}
