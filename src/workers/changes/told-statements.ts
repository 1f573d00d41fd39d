import type { ProblemLine } from './problem-lines.ts';

const STATEMENT = /\b(?:select|insert into|update|delete from|replace into)\b/i;
const STATEMENT_BEGINS =
  /\b(?:select\b.{1,2000}?\bfrom|insert into|update\b.{1,200}?\bset|delete from|replace into)\b/is;
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

/** A text apart from the statement that it tells, which names what every change of that table names. */
export function apartFromStatement(text: string): { said: string; statement: string } {
  const at = STATEMENT_BEGINS.exec(text)?.index ?? text.length;
  return { said: text.slice(0, at), statement: text.slice(at) };
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
