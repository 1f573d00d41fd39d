/**
 * What migration tools call that which the database does under a lock by default: Laravel, Rails, Django, Alembic, knex, Sequelize, TypeORM, Ecto,
 * Entity Framework, Liquibase.
 */
const BUILDS: readonly [what: string, words: RegExp][] = [
  [
    'builds an index',
    /->(?:index|unique|fullText|spatialIndex)\(|\badd_index\b|\b(?:Add|Create)Index\(|\bcreate_index\(|\baddIndex\(|\bcreateIndex\b|\bcreate (?:unique_)?index\(|\bt(?:able)?\.(?:index|unique)\(|\bAlter(?:UniqueTogether|IndexTogether)\(/,
  ],
  [
    'adds and checks a constraint',
    /->foreign\(|\badd_(?:foreign_key|check_constraint|unique_constraint)\b|\bcreate_(?:foreign_key|check_constraint|unique_constraint|primary_key)\(|\bAdd(?:Constraint|ForeignKey|CheckConstraint|UniqueConstraint|PrimaryKey)\(|\badd(?:Constraint|ForeignKey\w*|UniqueConstraint|CheckConstraint|NotNullConstraint)\b|\bcreate(?:ForeignKey|UniqueConstraint|CheckConstraint)\(|\bchange_column_null\b/,
  ],
  [
    'rewrites a column',
    /->change\(\)|\bchange_column\b|\bAlter(?:Field|Column)\w*\(|\balter_column\([^\n]*\btype_|\bchangeColumn\(|\bmodifyDataType\b|\.alter\(\)/,
  ],
];
/** How they are told to let others write meanwhile, or to leave what is there unchecked. */
const LETS_WRITE =
  /concurrently|algorithm["']?\s*(?:=>|[:=])\s*:?["']?(?:inplace|instant)|\block\s*[:=]\s*["']?none|\bonline\s*[:=(]\s*(?:true|on)|\bvalidate\s*[:=]\s*false|->online\(/i;
/** What is taken away before anything is built: what comes after that brings it back where the migration is undone. */
const TAKES_AWAY = /\b(?:drop|remove)_?(?:index|unique|foreign|constraint|column|field)\w*/i;
/** A table that is only made here has nobody who writes to it. */
const NEW_TABLE =
  /\bSchema::create\(|\bcreate_table\b|\bcreateTable\w*\b|\bCreateTable\(|\bCreateModel\(|\bcreate table\b|\bcreate\(?\s?table\(/i;
const OLD_TABLE = /\bSchema::table\(|\bchange_table\b|\balterTable\(|\balter\(?\s?table\(/i;

/** What the lines of a migration tool have the database do under a lock that keeps writers waiting, as a clause; null where they do no such thing. */
export function lockedByTools(added: string[]): string | null {
  const makesOnly = added.some((line) => NEW_TABLE.test(line)) && !added.some((line) => OLD_TABLE.test(line));
  if (makesOnly || added.some((line) => LETS_WRITE.test(line))) return null;
  const until = added.findIndex((line) => TAKES_AWAY.test(line));
  const first = until < 0 ? added : added.slice(0, until);
  return BUILDS.find(([, words]) => first.some((line) => words.test(line)))?.[0] ?? null;
}
