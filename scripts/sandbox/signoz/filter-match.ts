import type { FilterNode, FilterValue } from './filter-parser.ts';
import { SignozRefusal } from './signoz-refusal.ts';

/** A row as the filter sees it: every field by its name, without context prefix. */
export type Fields = Record<string, FilterValue>;

const CONTEXT = /^(resource|attribute|log|span|metric|scope)\./;

/** The field's name without its context (`resource.service.name` is `service.name`). */
export function plainKey(key: string): string {
  return key.replace(CONTEXT, '');
}

function likePattern(value: string, flags: string): RegExp {
  const source = value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[\\s\\S]*')
    .replaceAll('_', '[\\s\\S]');
  return new RegExp(`^${source}$`, flags);
}

const equals = (field: FilterValue, value: FilterValue) => String(field) === String(value);

const COMPARE: Record<string, (field: FilterValue, values: FilterValue[]) => boolean> = {
  '=': (field, [value]) => equals(field, value!),
  '!=': (field, [value]) => !equals(field, value!),
  '<>': (field, [value]) => !equals(field, value!),
  '<': (field, [value]) => Number(field) < Number(value),
  '<=': (field, [value]) => Number(field) <= Number(value),
  '>': (field, [value]) => Number(field) > Number(value),
  '>=': (field, [value]) => Number(field) >= Number(value),
  IN: (field, values) => values.some((value) => equals(field, value)),
  BETWEEN: (field, [low, high]) => Number(field) >= Number(low) && Number(field) <= Number(high),
  LIKE: (field, [value]) => likePattern(String(value), '').test(String(field)),
  ILIKE: (field, [value]) => likePattern(String(value), 'i').test(String(field)),
  CONTAINS: (field, [value]) => String(field).toLowerCase().includes(String(value).toLowerCase()),
  REGEXP: (field, [value]) => new RegExp(String(value)).test(String(field)),
  EXISTS: () => true,
};

/** Operators that a row without the field fulfils. */
const TRUE_WITHOUT_FIELD = new Set(['!=', '<>']);

/** Whether a row fulfils the filter; a bare text searches the body. */
export function matches(node: FilterNode | null, fields: Fields): boolean {
  if (node === null) return true;
  switch (node.kind) {
    case 'and':
      return node.parts.every((part) => matches(part, fields));
    case 'or':
      return node.parts.some((part) => matches(part, fields));
    case 'not':
      return !matches(node.part, fields);
    case 'search':
      return String(fields.body ?? '')
        .toLowerCase()
        .includes(node.text.toLowerCase());
    case 'compare': {
      const field = fields[plainKey(node.key)];
      if (field === undefined) return TRUE_WITHOUT_FIELD.has(node.operator);
      return COMPARE[node.operator]!(field, node.values);
    }
  }
}

function keysOf(node: FilterNode | null): string[] {
  if (node === null || node.kind === 'search') return [];
  if (node.kind === 'compare') return [plainKey(node.key)];
  return (node.kind === 'not' ? [node.part] : node.parts).flatMap(keysOf);
}

/** Refuses keys that no row of the signal has, as SigNoz does. */
export function checkKeys(node: FilterNode | null, known: ReadonlySet<string>): void {
  const unknown = keysOf(node).filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  const errors = unknown.map((key) => `key \`${key}\` not found`);
  const message = `Found ${errors.length} errors while parsing the search expression.`;
  throw new SignozRefusal('invalid_input', message, errors);
}
