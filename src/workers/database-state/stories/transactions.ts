import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { oldPrepared } from '../../kubernetes-state/logs/store-answer-readers.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { metricOf, valueText } from '../profile-series.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { cited, currentEvents, eventText, noActions, numbers } from './story-parts.ts';

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
  /dead (?:row versions|tuples)[^.]{0,60}cannot be removed|oldest xmin|(?:long[- ]running|idle(?: in)?|open|old) transaction|transaction[^.]{0,40}\b(?:open|running|idle) for|history list length|rollback segment/i;

/** The summary of a vacuum that could take everything away. */
const NONE_HELD = /\b0 are dead but not yet removable/i;

/** A transaction that stays open, so that vacuum (or purge) cannot take away the rows of the past. */
export const oldTransaction: StoryTeller = (state, { server, text }) => {
  const events = currentEvents(state).filter(({ message }) => HELD_BACK.test(message) && !NONE_HELD.test(message));
  const history = metricOf(state, 'RollbackSegmentHistoryListLength');
  const grown = history !== null && history.after >= 1e5 && history.ratio >= 3;
  const idle = state.profile?.statements.find(({ statement }) => /idle in transaction/i.test(statement)) ?? null;
  const spoken = /bloat|dead (?:tuples|rows)|vacuum|history list/.test(text);
  if (events.length === 0 && !grown && !(idle && spoken)) return null;
  return {
    kind: 'old-transaction',
    score:
      (idle && (events.length > 0 || spoken)) || (grown && events.length > 0) ? 0.86 : events.length > 0 ? 0.78 : 0.72,
    text: `A transaction stays open (long-running or idle in transaction) on the database server ${server}, so vacuum or purge cannot remove dead rows and reads get slower${idle ? `: ${quote(shownStatement(idle.statement), 130)}` : ''}${grown && history ? `; RollbackSegmentHistoryListLength is at ${valueText(history.last, null)}` : ''}${events[0] ? `. Events: ${eventText(events, 2, 150)}` : ''}`,
    brief: 'a transaction stays open and holds vacuum back',
    evidence: [...cited(events), ...numbers(history), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};
