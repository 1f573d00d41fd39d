import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

const DROPS = /\b(?:drop|remove)\w*[ _]?index\w*/i;
const DECLARES =
  /create (?:unique )?index|\badd_?index|createIndex|db_index\s*=\s*True|\bindex\s*=\s*True|\bHasIndex\(|@Index\b|@@index\b|ensureIndex|\bAddIndex/i;
const MAKES_AGAIN = /create (?:unique )?index|\badd_?index|createIndex|ensureIndex|\bAddIndex/i;
/** How an index is called, by the habits of frameworks. */
const NAME = /\b(?!(?:remove|drop|delete)_index\b)(?:\w+_(?:idx|index|ix|key)|(?:idx|ix|index)_\w+)\b/;

const SHOWS =
  /quer(?:y|ies)(?!_per)|database|sql|\bselect\b|statement|seq\w*.?scan|full.?(?:table.)?scan|(?:rows?|tuples?|docs?|documents?|keys)_(?:read|fetched|returned|scanned|examined)|blocks?_read|tup_|collscan|\btook\b/i;

/** What an index begins with, where it is declared by its columns. */
const COLUMNS =
  /(?:Has_?Index|@@index|@Index|\badd_?index|createIndex|create (?:unique )?index[^(]{0,80}|\bIndex)\s*\(?[^)\]]*?(?:=>\s*(?:new\s*\{)?|\(|\[|\{|,\s*:)\s*["'`:]?(?:\w+\.)?([A-Za-z_]\w*)/i;

/** True where the index that is declared or made now begins with another column, so that it answers other questions. */
function isOther(removed: string[], added: string[]): boolean {
  const first = (lines: string[]) => lines.flatMap((line) => COLUMNS.exec(line)?.[1]?.toLowerCase() ?? []);
  const [was, is] = [first(removed), first(added)];
  return was.length > 0 && is.length > 0 && !was.some((column) => is.includes(column));
}

/** An index that goes away and is not made anew in another form. */
export function droppedIndex({ removed, added }: ReadChange): Consequence[] {
  const drops = added.filter((line) => DROPS.test(line) && !/\bdef (?:down|downgrade)\b/.test(line));
  const undeclared = removed.filter((line) => DECLARES.test(line));
  if (drops.length + undeclared.length === 0) return [];
  const isMade = added.some((line) => MAKES_AGAIN.test(line) || (drops.length === 0 && DECLARES.test(line)));
  if (isMade && !isOther(removed, added)) return [];
  const names = [...drops, ...undeclared].flatMap((line) => NAME.exec(line)?.[0] ?? []).slice(0, 3);
  const told = names.length > 0 ? ` (${oneLine(names.join(', '), 120)})` : '';
  return [
    { why: `it drops an index${told}, so that whole tables are read`, shows: SHOWS, isPlain: true, ofStatements: true },
  ];
}
