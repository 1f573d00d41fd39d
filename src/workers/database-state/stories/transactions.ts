import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { oldPrepared } from '../../kubernetes-state/logs/store-answer-readers.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { metricOf, valueText } from '../profile-series.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { cited, currentEvents, noActions, numbers } from './story-parts.ts';

/** From here on vacuum is overdue; the server stops at two to the power of 31. */
const OVERDUE = 1.2e9;

/** Transaction ids that run out, with the prepared transaction that keeps vacuum from freezing rows where one is shown. */
export const transactionIds: StoryTeller = (state, { server }) => {
  const series = metricOf(state, 'MaximumUsedTransactionIDs');
  if (!series || series.after < OVERDUE) return null;
  const prepared = state.rows.find(({ row }) => oldPrepared(row));
  const refused = state.callers.find(({ kind }) => kind === 'transaction-ids');
  const holder = prepared
    ? `because a prepared transaction that nobody finished holds vacuum back: ${quote(shownCells(prepared.row, 'gid', 'prepared', 'owner', 'database', 'age'), 170)}`
    : 'so vacuum must freeze old rows';
  return {
    kind: 'transaction-ids',
    score: prepared || refused ? 0.92 : 0.8,
    text: `The database server ${server} runs out of transaction IDs (wraparound), ${holder}. MaximumUsedTransactionIDs is at ${valueText(series.last, null)}${refused ? `, and writes are refused: ${quote(refused.text, 150)}` : ''}`,
    brief: 'transaction IDs run out',
    evidence: [...numbers(series), ...(prepared ? [prepared.evidence] : []), ...(refused ? [refused.evidence] : [])],
    actions: noActions,
  };
};

const HELD_BACK =
  /dead (?:row versions|tuples)[^.]{0,60}cannot be removed|\b[1-9]\d{5,} are dead but not yet removable|oldest xmin|backend_xmin|(?:long[- ]running|idle(?: in)?|open|old) transaction|transaction[^.]{0,40}\b(?:open|running|idle) for|history list length|rollback segment|prepared transaction\b[^.]{0,60}\b(?:since|from|for|open|old)\b/i;

/** The summary of a vacuum that could take everything away. */
const NONE_HELD = /\b0 are dead but not yet removable/i;
/** What a server advises whoever runs out of transaction ids; it has looked at none of it. */
const ADVICE = /\bmight also need to\b/i;

/** Who keeps the rows of the past: a session that is named with its open transaction, one that was prepared, a slot. */
const HOLDER =
  /\b(?:pid|process|session|backend|thread|connection)\b[^.\n]{0,160}\b(?:idle in transaction|open transaction|transaction (?:open|since))|idle in transaction (?:since|for)|backend_xmin|prepared transaction '?[\w.:-]+'?[^.\n]{0,80}\b(?:since|from|open|old)\b|\bslot\b[^.\n]{0,80}\b(?:catalog_)?xmin\b/i;
/** A transaction that is open for seconds or minutes keeps nothing that matters. */
const A_MOMENT = /\b(?:for|since) \d{1,3} ?(?:ms|s|secs?|seconds|m|min|minutes?)\b/i;
/** A vacuum that found rows it may not take away; fewer than so many are those of a moment. */
const NOT_REMOVABLE = /\b([1-9]\d{5,}) (?:are dead but not yet removable|dead row versions cannot be removed)/i;

/** A transaction that stays open, so that vacuum (or purge) cannot take away the rows of the past. */
export const oldTransaction: StoryTeller = (state, { server, text }) => {
  const events = currentEvents(state).filter(
    ({ message }) => HELD_BACK.test(message) && !NONE_HELD.test(message) && !ADVICE.test(message),
  );
  const holder = events.find(({ message }) => HOLDER.test(message) && !A_MOMENT.test(message)) ?? null;
  const held = events.find((event) => event !== holder && NOT_REMOVABLE.test(event.message)) ?? null;
  const history = metricOf(state, 'RollbackSegmentHistoryListLength');
  const grown = history !== null && history.after >= 1e5 && history.ratio >= 3;
  const idle = state.profile?.statements.find(({ statement }) => /idle in transaction/i.test(statement)) ?? null;
  const ids = metricOf(state, 'MaximumUsedTransactionIDs');
  const old = ids !== null && ids.after >= OVERDUE;
  const spoken = /bloat|dead (?:tuples|rows)|vacuum|history list/.test(text);
  if (events.length === 0 && !grown && !(idle && spoken)) return null;
  const shown = [...(holder ? [holder] : []), ...(held ? [held] : []), ...events].filter(
    (event, at, all) => all.indexOf(event) === at,
  );
  return {
    kind: 'old-transaction',
    // Who is named, and what vacuum could not take away because of it: that is the cause of everything else.
    score:
      holder && (held || old)
        ? 0.94
        : (idle && (events.length > 0 || spoken)) || (grown && events.length > 0)
          ? 0.86
          : events.length > 0
            ? 0.78
            : 0.72,
    text: `A transaction stays open (long-running or idle in transaction) on the database server ${server}, so vacuum or purge cannot remove dead rows${old ? ', transaction IDs are not freed (wraparound)' : ''} and reads get slower${idle ? `: ${quote(shownStatement(idle.statement), 130)}` : ''}${grown && history ? `; RollbackSegmentHistoryListLength is at ${valueText(history.last, null)}` : ''}${shown[0] ? `. Events: ${quote(shown[0].message, 200)}${shown[1] ? `, then ${quote(tellingPart(shown[1].message), 150)}` : ''}` : ''}`,
    brief: 'a transaction stays open and holds vacuum back',
    evidence: [
      ...cited(events),
      ...numbers(history, old ? ids : null),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};

/** What a long summary of a vacuum says of the rows that it had to leave. */
function tellingPart(message: string): string {
  const left = NOT_REMOVABLE.exec(message)?.[0];
  const table = /(?:of table|vacuuming)[^:]{0,80}/.exec(message)?.[0];
  return left ? [table, left].filter(Boolean).join(': ') : message;
}
