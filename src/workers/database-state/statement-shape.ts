import { statementShape } from '../detectors/support/slow-spans.ts';

/** What a statement does, as far as its words tell. */
export type StatementShape = {
  verb: 'select' | 'insert' | 'update' | 'delete' | 'vacuum' | 'index' | 'schema' | 'lock' | 'copy' | 'other';
  tables: string[];
  joins: number;
  subquery: boolean;
  aggregate: boolean;
  /** A pattern that begins with a wildcard cannot use an ordinary index. */
  leadingWildcard: boolean;
  where: boolean;
  limit: boolean;
};

const MAX = 4000;

/** The names of a statement as MySQL's digests quote and space them (`` `t` . `id` ``), in the way people write them. */
const plainNames = (statement: string): string => statement.replaceAll('`', '').replace(/(?<=\w) \. (?=[\w*])/g, '.');

/** Reads the shape of a statement by its words; it is no parser, and wrong on odd statements only in detail. */
export function shapeOf(statement: string): StatementShape {
  const text = plainNames(statement.slice(0, MAX)).replace(/\s+/g, ' ').trim().toLowerCase();
  const tables = tablesIn(text);
  return {
    verb: verbOf(text),
    tables,
    joins: Math.max(0, tables.length - 1, (text.match(/\bjoin\b/g) ?? []).length),
    subquery: /\(\s*select\b/.test(text),
    aggregate: /\b(?:min|max|sum|count|avg)\s*\(|\bgroup by\b|\border by\b|\bdistinct\b/.test(text),
    leadingWildcard: /like '%/.test(text),
    where: /\bwhere\b/.test(text),
    limit: /\blimit\b|\bfetch first\b/.test(text),
  };
}

const COPIES_OUT = /\bto (?:stdout|program\b|')/i;

/** True for a statement that writes rows, by its words; `COPY … TO` only reads. */
export const writesRows = (statement: string): boolean =>
  /\b(?:insert|update|delete|copy|merge)\b/i.test(statement) && !COPIES_OUT.test(statement);

function verbOf(text: string): StatementShape['verb'] {
  if (/\bvacuum\b|^analyze\b/.test(text)) return 'vacuum';
  if (/^(?:create|drop) (?:unique )?index|^reindex|^create index/.test(text)) return 'index';
  if (/^lock\b|\bfor (?:update|share)\b/.test(text)) return 'lock';
  if (/^(?:alter|create|drop|truncate)\b/.test(text)) return 'schema';
  // A dump only reads.
  if (/^copy\b/.test(text)) return COPIES_OUT.test(text) ? 'select' : 'copy';
  const verb = /^(?:with\b.{0,2000}?\b)?(select|insert|update|delete)\b/.exec(text)?.[1];
  return verb === 'select' || verb === 'insert' || verb === 'update' || verb === 'delete' ? verb : 'other';
}

function tablesIn(text: string): string[] {
  const lists = [
    ...text.matchAll(
      /\b(?:from|join|into|update)\s+((?:only\s+)?[\w."]+(?:\s+(?:as\s+)?\w+)?(?:\s*,\s*[\w."]+(?:\s+(?:as\s+)?\w+)?)*)/g,
    ),
  ];
  const words = lists.flatMap(([, list = '']) =>
    list.split(',').map(
      (part) =>
        part
          .trim()
          .replace(/^only\s+/, '')
          .split(/\s+/)[0] ?? '',
    ),
  );
  return [
    ...new Set(words.filter((word) => /^[a-z_"][\w."]*$/.test(word) && !/^(?:select|set|values|lateral)$/.test(word))),
  ];
}

/** A statement as it may be shown: without its values, in one line. */
export const shownStatement = (statement: string, max = 140): string => {
  const shown = statementShape(plainNames(statement));
  return shown.length > max ? `${shown.slice(0, max - 1).replace(/\s\S*$/, '')}…` : shown;
};
