import { name } from '../../kubernetes-state/quote.ts';
import { type PrintedState, type Shown, serverOfShown } from '../printed/printed-state.ts';
import type { PrintedIndex } from '../printed/table-definitions.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';

/** Fewer superfluous indexes than this slow no table down by much. */
const MANY = 3;
/** An index was made for a statement that runs now and then; below this share of the table's busiest one it serves nearly nobody. */
const HARDLY = 1e-5;
const WRITES =
  /\b(?:insert\w*|ingest\w*|writ(?:e|es|ing)|import\w*|batch\w*|load(?:s|ing)?|bulk|backlog|queue|wal|checkpoint\w*|replica(?:tion)?|lag|update\w*|upsert\w*|falling behind)\b/;
const SLOW_WRITE_MS = 1000;

/** A table with so many indexes that nobody reads that writing into it is slow. */
export const superfluousIndexes: StoryTeller = ({ printed }, { server, text }) => {
  const write = slowWrite(printed);
  const [worst] = [...Map.groupBy(printed.indexes, ({ what }) => what.table)]
    .map(([table, indexes]) => ({ table, indexes: distinct(indexes), unused: superfluous(distinct(indexes)) }))
    .filter(({ unused, table }) => unused.length >= MANY && table !== '')
    .toSorted((left, right) => right.unused.length - left.unused.length);
  const ofTable = write && worst && write.what === worst.table;
  if (!worst || !(ofTable || (WRITES.test(text) && (isFelt(text) || SLOW.test(text))))) return null;
  const kept = worst.indexes.filter((one) => !worst.unused.includes(one));
  const doubled = worst.unused.find((one) => coveredBy(one, kept) !== null);
  const double = doubled ? coveredBy(doubled, kept) : null;
  const cited = [...worst.indexes, ...(ofTable && write ? [write] : [])];
  return {
    kind: 'redundant-indexes',
    score: ofTable ? 0.92 : 0.8,
    server: serverOfShown(cited, server),
    text: `Too many indexes slow every insert and update of ${worst.table} down: many of them are unused (idx_scan 0 or hardly more) and must be written all the same: ${listed(worst.unused)}${doubled && double ? `; ${doubled.what.name} is redundant, ${double.what.name} begins with the same columns (duplicate index)` : ''}${ofTable ? `; the insert of one plan took ${write.totalMs} ms` : ''}`,
    brief: `unused indexes slow writes into ${worst.table} down`,
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

const SLOW = /\b(?:took|takes|slower|behind|grow\w*|objective|late|high)\b/;

const listed = (indexes: Shown<PrintedIndex>[]): string =>
  indexes
    .slice(0, 5)
    .map(({ what }) => `${name(what.name)}${what.size ? ` (${what.size})` : ''}`)
    .join(', ') + (indexes.length > 5 ? ' and others' : '');

/** One index may stand in several answers; the one that tells how often it was used counts. */
function distinct(indexes: Shown<PrintedIndex>[]): Shown<PrintedIndex>[] {
  const known = new Map<string, Shown<PrintedIndex>>();
  for (const one of indexes)
    if (!known.has(one.what.name) || known.get(one.what.name)?.what.scans === null) known.set(one.what.name, one);
  return [...known.values()];
}

/** Indexes that enforce nothing and that nobody reads. */
function superfluous(indexes: Shown<PrintedIndex>[]): Shown<PrintedIndex>[] {
  const busiest = Math.max(0, ...indexes.map(({ what }) => what.scans ?? 0));
  return indexes.filter(
    (one) =>
      !one.what.unique &&
      ((one.what.scans !== null && one.what.scans <= HARDLY * busiest) ||
        (one.what.scans === null && coveredBy(one, indexes, (other) => other < one.what.name) !== null)),
  );
}

/** Another index whose first columns are all of this one's; of two that are equal, `ties` says which other one counts. */
const coveredBy = (
  { what }: Shown<PrintedIndex>,
  indexes: Shown<PrintedIndex>[],
  ties: (other: string) => boolean = () => true,
): Shown<PrintedIndex> | null =>
  indexes.find(
    ({ what: other }) =>
      other.name !== what.name &&
      !other.partial &&
      !what.partial &&
      what.columns.length > 0 &&
      what.columns.every((column, at) => other.columns[at] === column) &&
      (other.columns.length > what.columns.length || other.unique || ties(other.name)),
  ) ?? null;

/** The table of a plan that inserts or updates, and takes long by itself. */
function slowWrite({ plans }: PrintedState): (Shown<string> & { totalMs: number | null }) | null {
  for (const { what: plan, ...rest } of plans) {
    const { kind, relation, own } = plan.root;
    if (/^(?:Insert|Update|Merge)/.test(kind) && relation && own >= SLOW_WRITE_MS && own >= 0.5 * (plan.totalMs ?? 0))
      return { what: relation.toLowerCase(), totalMs: plan.totalMs, ...rest };
  }
  return null;
}
