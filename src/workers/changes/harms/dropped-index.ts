import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

const DROPS = /\b(?:drop|remove)\w*[ _]?index\w*/i;
const DECLARES =
  /create (?:unique )?index|\badd_?index|createIndex|db_index\s*=\s*True|\bindex\s*=\s*True|@Index\b|@@index\b|ensureIndex|\bAddIndex/i;
const MAKES_AGAIN = /create (?:unique )?index|\badd_?index|createIndex|ensureIndex|\bAddIndex/i;
/** How an index is called, by the habits of frameworks. */
const NAME = /\b(?!(?:remove|drop|delete)_index\b)(?:\w+_(?:idx|index|ix|key)|(?:idx|ix|index)_\w+)\b/;

const SHOWS =
  /quer(?:y|ies)(?!_per)|database|sql|\bselect\b|statement|seq\w*.?scan|full.?(?:table.)?scan|(?:rows?|tuples?|docs?|documents?|keys)_(?:read|fetched|returned|scanned|examined)|blocks?_read|tup_|collscan|\btook\b/i;

/** An index that goes away and is not made anew in another form. */
export function droppedIndex({ removed, added }: ReadChange): Consequence[] {
  const drops = added.filter((line) => DROPS.test(line) && !/\bdef (?:down|downgrade)\b/.test(line));
  const undeclared = removed.filter((line) => DECLARES.test(line));
  if (drops.length + undeclared.length === 0 || added.some((line) => MAKES_AGAIN.test(line))) return [];
  if (drops.length === 0 && added.some((line) => DECLARES.test(line))) return [];
  const names = [...drops, ...undeclared].flatMap((line) => NAME.exec(line)?.[0] ?? []).slice(0, 3);
  const told = names.length > 0 ? ` (${oneLine(names.join(', '), 120)})` : '';
  return [
    { why: `it drops an index${told}, so that whole tables are read`, shows: SHOWS, isPlain: true, ofStatements: true },
  ];
}
