import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** A line that gives a key one value: a function of it, a member, an argument. */
const GIVES_KEY =
  /(?:\b\w*(?:partition|shard|routing|record|message|group|dedup\w*|ordering|distribution|bucket)_?(?:key|by|id)\w*|\bkey(?:Of|For|From|_of|_for|_by)?\b|\bgetKey\b|\bkeyBy\b|\bgroupBy\b|\bpartitionBy\b|\bpartition by\b|\bdistributed by\b)/i;
/** The last name of what a key is: `event.vehicleId`, `order.customer.id`, `$id`. */
const VALUE = /([A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*(?:\(\))?)*)(?:\(\))?[\s;,)"'`]*$/;
const OF_RECORDS = /event|record|message|producer|kafka|bus\b|stream|topic|queue|partition|kinesis|pub_?sub/i;

const ELSEWHERE =
  /partition|shard|skew|hot (?:key|shard|spot)|\blag\b|consumer_lag|behind on|out of order|reorder\w*|rebalanc|duplicate|already (?:exists|processed)|collision|conflict|uneven|imbalanc/i;

/**
 * A key that is another one than before: what was apart comes together, and what was together comes apart. It shows where records are spread by
 * it, and who writes them notices nothing.
 */
export function otherKey({ removed, added, detail, files }: ReadChange): Consequence[] {
  for (const before of removed.slice(0, MOST_LINES).filter((line) => GIVES_KEY.test(line))) {
    const was = VALUE.exec(before)?.[1];
    const after = was && added.slice(0, MOST_LINES).find((line) => isSameBut(before, line));
    const is = after ? VALUE.exec(after)?.[1] : undefined;
    if (!was || !is || isSameValue(was, is)) continue;
    const why = `its key is "${oneLine(is, 50)}" instead of "${oneLine(was, 50)}", so that other things come together`;
    const isOfRecords = OF_RECORDS.test(`${files.join(' ')} ${detail.slice(0, MOST_READ)}`);
    return [{ why, shows: ELSEWHERE, isPlain: true, ...(isOfRecords && { feltByReaders: true }) }];
  }
  return [];
}

const MOST_LINES = 60;
const MOST_READ = 4000;
/** The same value by way of an object, or in another form. */
const isSameValue = (one: string, other: string): boolean => {
  const [short, long] = [one, other].map(bare).sort((left, right) => left.length - right.length) as [string, string];
  return long.endsWith(short);
};
const bare = (name: string): string =>
  name.replace(/(?:\.|->)(?:to_?s(?:tring)?|string|value|get)(?:\(\))?$/i, '').replace(/\(\)$/, '');
const head = (line: string): string => line.replace(VALUE, '').replace(/\s+/g, '');

/** The same line but for the value at its end, which comes of the same thing. */
const isSameBut = (before: string, after: string): boolean =>
  before !== after && GIVES_KEY.test(after) && head(before) === head(after);
