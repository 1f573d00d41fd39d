import type { ProblemLine } from './problem-lines.ts';

const STATEMENT = /\b(?:select|insert into|update|delete from|replace into)\b/i;
const TABLE = /\b(?:from|join|into|update)\s+["'`[]?(?:\w+["'`\]]?\.["'`[]?)?([a-z_]\w*)/gi;
/** What stands after these words where no table does. */
const NO_TABLE = /^(?:select|set|where|lateral|unnest|only|the|a|an|information_schema|pg_\w+|dual|values)$/i;
const STATEMENT_ATTRIBUTES = ['db.statement', 'db.query.text', 'statement', 'query', 'sql'];
const MOST_LINES = 400;

/** The tables of the statements that complaints tell, in small letters; none where no statement is told. */
export function toldTables(problems: ProblemLine[]): Set<string> {
  const texts = problems
    .slice(0, MOST_LINES)
    .flatMap(({ body, attributes }) => [body, ...STATEMENT_ATTRIBUTES.flatMap((name) => attributes[name] ?? [])])
    .filter((text) => STATEMENT.test(text));
  const names = texts.flatMap((text) => [...text.matchAll(TABLE)].map(([, name]) => name!.toLowerCase()));
  return new Set(names.filter((name) => !NO_TABLE.test(name)));
}

const LEAST_LETTERS = 4;
const MAX_TEXT = 40_000;

/** True where a text speaks of one of the tables, as frameworks spell them: a model is called by one word of its table, in the singular. */
export function speaksOfTable(tables: ReadonlySet<string>, text: string): boolean {
  const written = text.slice(0, MAX_TEXT).toLowerCase().replaceAll('_', '');
  return [...tables].some((table) =>
    [table.replaceAll('_', ''), ...table.split('_')]
      .filter((word) => word.length >= LEAST_LETTERS)
      .some((word) => written.includes(word.replace(/(?:ies|es|s|y)$/, ''))),
  );
}
