import type { Consequence, ReadChange } from './harm.ts';
import { lockedByTools } from './locking-migrations.ts';

const DROPS_COLUMN =
  /\bdrop (?:column )(?:if exists )?["`[]?(\w+)|\bremove_column\W+\w+\W+(\w+)|\bdrop_column\([^,)]{1,60},\s*["'](\w+)|RemoveField\([^)]*name=["'](\w+)|dropColumn\(["'](\w+)/i;
const RENAMES_COLUMN =
  /\brename (?:column )["`[]?(\w+)["`\]]? to|\brename_column\W+\w+\W+(\w+)|RenameField\([^)]*old_name=["'](\w+)|renameColumn\(["'](\w+)/i;
const DROPS_TABLE =
  /\bdrop (?:table|view)(?: if exists)? ["`[]?(\w+)|\bdrop_table\W+(\w+)|DeleteModel\([^)]*["'](\w+)|dropTable\(["'](\w+)/i;
const REQUIRES =
  /\badd column(?: if not exists)? ["`[]?(\w+)["`\]]? (?![^;]*\bdefault\b)[^;]*\bnot null\b|\balter column ["`[]?(\w+)["`\]]? set not null/i;
const LOCKS =
  /\bcreate (?:unique )?index (?!concurrently)|\balter table\b[^;]*\b(?:set not null|add (?:constraint|foreign key|primary key)|alter column \w+ type|type \w+|modify)|\block table\b|\bvacuum full\b|\bcluster\b \w+|\breindex (?!.*concurrently)/i;
const WAITS =
  /(?:\b|_)lock(?!down|smith|file)|\w(?:Exclusive|Share|Update|Access)Lock\b|deadlock|blocked|statement timeout(?=[^\n]{0,80}\b(?:insert|update|delete)\b)/i;

/** A column of another type: who compares it with values of the old one gets no index. */
const RETYPES =
  /\b(?:modify|change|alter)(?: column)? ["`[]?(\w+)["`\]]? (?:type |set data type )?(?:n?var)?(?:char|text|int|bigint|smallint|numeric|decimal|uuid|timestamp|date|json|binary|double|float|bool|citext|number)\w*/i;
const NO_INDEX =
  /rows.?examined|examined|full (?:table )?scan|table scan|index scan|seq\w* scan|implicit|conver\w+|type mismatch|operator does not exist|slow|took|p9\d|duration|cpu/i;

const NAMED: readonly [string, RegExp][] = [
  ['it drops the column', DROPS_COLUMN],
  ['it renames the column', RENAMES_COLUMN],
  ['it drops the table', DROPS_TABLE],
  ['it requires a value of the column', REQUIRES],
];

/** What a migration takes from those who still use the schema as it was: columns, tables, or the time for which a table is locked. */
export function schemaChange({ added, files }: ReadChange): Consequence[] {
  const named = NAMED.flatMap(([why, pattern]) =>
    added.flatMap((line) => {
      const name = pattern
        .exec(line)
        ?.slice(1)
        .find((one) => one !== undefined);
      return name ? [{ why: `${why} ${name}`, shows: missed(name), isPlain: true }] : [];
    }),
  );
  const locks = files.some((file) => /migrat|\.sql$|changelog/i.test(file)) ? lockedBy(added) : [];
  const retyped = added.map((line) => RETYPES.exec(line)?.[1]).find(Boolean);
  const other = retyped
    ? [
        {
          why: `it gives the column ${retyped} another type, so that what is compared with it by the old type is converted and finds no index`,
          shows: NO_INDEX,
          isPlain: true,
        },
      ]
    : [];
  return [...named, ...other, ...locks];
}

/** What of a migration holds a lock for as long as it runs, in the words of SQL or of a tool that writes the SQL. */
function lockedBy(added: string[]): Consequence[] {
  if (added.some((line) => LOCKS.test(line)))
    return [{ why: 'it locks a table while it runs', shows: WAITS, isPlain: true }];
  const built = lockedByTools(added);
  return built === null
    ? []
    : [
        {
          why: `its migration ${built} under a lock, so that whoever writes to that table waits until it is done`,
          shows: WAITS,
          isPlain: true,
          class: 'database',
        },
      ];
}

/** A complaint about what has this name; by itself many names stand in every line. */
const missed = (name: string): RegExp =>
  new RegExp(
    `(?:column|field|relation|table|property|attribute|unknown|null value|no such)[^\\n]{0,80}\\b${name}\\b|\\b${name}\\b[^\\n]{0,60}(?:does not exist|doesn't exist|unknown|not found|null|violates|no longer)`,
    'i',
  );
