import type { Hypothesis } from '../../shared/report.ts';
import { oneLine } from '../detectors/support/text.ts';
import { evidenceOfChange } from './change-fit.ts';
import type { LiveChange } from './live-changes.ts';
import type { ChangeVerdict } from './suspect-change.ts';

const MOST = 4;
const SUREST = 0.85;

/** What a report says of the changes: the one that is to blame, and those that only look so with the reason why they are not. */
export function changeHypotheses({ culprit, ruledOut }: Pick<ChangeVerdict, 'culprit' | 'ruledOut'>): Hypothesis[] {
  const blamed: Hypothesis[] = culprit
    ? [
        {
          statement: `The change ${named(culprit.live)} caused it: ${culprit.mechanism.why}; ${culprit.time.why}; ${culprit.place.why}`,
          standing: 'supported',
          confidence: Number(Math.min(SUREST, culprit.score).toFixed(2)),
          evidence: evidenceOfChange(culprit),
        },
      ]
    : [];
  const others = ruledOut.slice(0, MOST).map(
    ({ judged, why }): Hypothesis => ({
      statement: `Not the change ${named(judged.live)}: ${why}`,
      standing: 'ruled_out',
      confidence: 0.7,
      evidence: evidenceOfChange(judged),
    }),
  );
  return [...blamed, ...others];
}

/** A change by title and short id; whole ids of commits are for machines. */
export const named = (live: LiveChange): string => `"${oneLine(live.change.title, 100)}" ${mentionOf(live)}`;

/** By what a report tells one change from all others: its kind and short id. */
export function mentionOf({ id, change }: LiveChange): string {
  const short = change.kind === 'commit' ? id.slice(0, 12) : id;
  return `(${change.kind} ${oneLine(short, 60)})`;
}
