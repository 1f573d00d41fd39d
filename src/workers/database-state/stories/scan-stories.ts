import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import { changeText, metricOf } from '../profile-series.ts';
import { shapeOf, shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { examinedRows, type Scan } from './examined-rows.ts';
import { heaviest, isFelt, noActions, numbers } from './story-parts.ts';

/** A statement is what the server is busy with from this share of its load on. */
const SHARE = 0.3;

/** A statement that by the server's own counters looks at far more rows than it gives back: a whole table is read for want of an index. */
export const tableScan: StoryTeller = (state, { server, text }) => {
  const scans = examinedRows(state);
  const top = heaviest(state.profile);
  const own = top && top.share >= SHARE ? scans.find((scan) => isSame(scan, top.statement)) : undefined;
  const scan = own ?? scans[0];
  if (!scan) return null;
  const cpu = metricOf(state, 'CPUUtilization');
  const felt = isStrained(state) || isFelt(text) || /\bcpu\b|\bload\b|latenc/.test(text);
  const column = scan.columns.length > 0 ? ` on ${scan.columns.join(', ')}` : '';
  return {
    kind: 'missing-index',
    // A statement of the log that is not what the server is busy with may be a report of every day.
    score: own && felt ? 0.93 : felt && !top ? 0.78 : felt ? 0.4 : 0.3,
    text: `A statement reads the whole table ${scan.table} of the database server ${server} again and again (full table scan: ${scan.shown}), probably because of a missing index${column}: ${quote(shownStatement(scan.statement), 150)}${scan.who ? `, run by ${scan.who}` : ''}${own && cpu ? `; it takes most of the load, ${changeText(cpu)}` : ''}`,
    brief: `a statement reads the whole table ${scan.table}`,
    evidence: [scan.evidence, ...(own ? numbers(cpu) : []), ...(own && state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** True for a statement on the same tables under the same condition, with or without its values. */
const isSame = (scan: Scan, statement: string): boolean => {
  const { tables } = shapeOf(statement);
  const words = statement.toLowerCase();
  return tables.includes(scan.table) && scan.columns.every((column) => words.includes(column));
};
