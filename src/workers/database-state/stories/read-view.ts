import { quote } from '../../kubernetes-state/quote.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** A history this long slows every read of InnoDB down; a transaction this old holds its purge back, s. */
const LONG_HISTORY = 500_000;
const OLD = 600;

/** A transaction of MySQL whose old view of the rows keeps purge from removing what was changed since. */
export const openReadView: StoryTeller = ({ printed }, { server }) => {
  for (const { text, server: own, evidence } of printed.answers) {
    const history = /History list length (\d+)/.exec(text);
    const transactions = [...text.matchAll(/---TRANSACTION (\d+), ACTIVE (\d+) sec[^\n]*((?:\n(?!---)[^\n]*){0,6})/g)];
    const [oldest] = transactions.toSorted((left, right) => Number(right[2]) - Number(left[2]));
    if (!history || !oldest || Number(history[1]) < LONG_HISTORY || Number(oldest[2]) < OLD) continue;
    const thread = /MySQL thread id \d+/.exec(oldest[3] ?? '')?.[0];
    const where = own || server;
    return {
      kind: 'old-transaction',
      score: 0.87,
      server: where,
      text: `A transaction stays open on the database server ${where} (long-running transaction), so purge cannot remove old versions of rows and reads get slower (${history[0]}): ${quote(`TRANSACTION ${oldest[1]}, ACTIVE ${oldest[2]} sec${thread ? `, ${thread}` : ''}`, 120)}`,
      brief: 'an old transaction holds purge back',
      evidence: [evidence],
      actions: noActions,
    };
  }
  return null;
};
