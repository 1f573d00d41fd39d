import { name, quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseEvent, DatabaseState } from '../database-state.ts';
import { shapeOf, shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { cited, currentEvents, heaviest, noActions } from './story-parts.ts';

/** A statement that takes an index away, as a log of statements, of a migration or of an audit has it. */
const DROPS =
  /\bdrop index (?:concurrently )?(?:if exists )?["`]?(?:\w{1,63}["`]?\.["`]?)?(\w{1,63})["`]?(?: on ["`]?(?:\w{1,63}["`]?\.["`]?)?(\w{1,63}))?/i;
const ALTERS =
  /\balter table ["`]?(?:\w{1,63}["`]?\.["`]?)?(\w{1,63})["`]?[^;\n]{0,60}\bdrop (?:index|key) ["`]?(\w{1,63})/i;
const COLLECTION = /\bdropIndexes?\b[^\n]{0,200}/;
/** A scan of a whole table, as PostgreSQL, MySQL and MongoDB print their plans. */
const SCANS = /\bSeq Scan on (\w{1,63})|\bTable scan on (\w{1,63})|\bCOLLSCAN\b/i;

type Drop = { event: DatabaseEvent; index: string; table: string | null };

/** The heaviest statement reads a table without the index that somebody dropped. */
export const droppedIndex: StoryTeller = (state, { server }) => {
  const top = heaviest(state.profile);
  const tables = top ? shapeOf(top.statement).tables : [];
  const scans = currentEvents(state).filter(({ message }) => SCANS.test(message));
  const all = [...tables, ...scans.flatMap(({ message }) => scannedIn(message))].map((table) => table.toLowerCase());
  const drop = dropsOf(state).find(({ index, table }) =>
    all.some((one) => (table === null ? index.toLowerCase().includes(one) : table.toLowerCase() === one)),
  );
  if (!drop || all.length === 0) return null;
  const table =
    all.find((one) => drop.table?.toLowerCase() === one || drop.index.toLowerCase().includes(one)) ?? all[0];
  const scan = scans.find(({ message }) => scannedIn(message).some((one) => one.toLowerCase() === table));
  const read = top && tables.some((one) => one.toLowerCase() === table) ? top : null;
  if (!scan && !read) return null;
  return {
    kind: 'missing-index',
    score: scan ? 0.94 : 0.86,
    text: `The index ${name(drop.index)} of ${table} was dropped on the database server ${server}${drop.event.at ? ` at ${drop.event.at}` : ''}, so statements read the whole table (missing index, sequential scan)${read ? `: ${quote(shownStatement(read.statement), 140)}` : ''}${scan ? `; the plan says ${quote(planIn(scan.message), 120)}` : ''}`,
    brief: `the index ${drop.index} was dropped`,
    evidence: [...cited([drop.event, ...(scan ? [scan] : [])]), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

function dropsOf(state: DatabaseState): Drop[] {
  return currentEvents(state).flatMap((event) => {
    const [, altered, key] = ALTERS.exec(event.message) ?? [];
    if (key) return [{ event, index: key, table: altered ?? null }];
    const [, index, on] = DROPS.exec(event.message) ?? [];
    if (index) return [{ event, index, table: on ?? null }];
    const said = COLLECTION.exec(event.message)?.[0];
    return said ? [{ event, index: said.slice(0, 60), table: null }] : [];
  });
}

const scannedIn = (message: string): string[] => {
  const [, first, second] = SCANS.exec(message) ?? [];
  return [first ?? second ?? ''].filter((table) => table !== '');
};

const planIn = (message: string): string => message.slice(Math.max(0, message.search(SCANS)));
