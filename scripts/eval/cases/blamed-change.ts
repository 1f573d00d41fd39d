import type { Evidence, Hypothesis, Report } from '../../../src/shared/report.ts';
import { mentionOf } from '../../../src/workers/changes/change-hypotheses.ts';
import { type LiveChange, liveChanges } from '../../../src/workers/changes/live-changes.ts';

/** So many first digits of a commit's id tell it from others, wherever a model writes them. */
const LEAST_DIGITS = 7;

/**
 * The id of the commit or deploy that a report blames, as its reader takes it: named in the cause, else in a hypothesis that it holds
 * supported, and not ruled out beside it. `none` where it blames no such change (a flag is none); null where it leaves one open as
 * only possible, and where the evidence knows of no changes. Pure.
 */
export function blamedChange(report: Report, evidence: Evidence[]): string | null {
  const known = liveChanges(evidence);
  if (known.length === 0) return null;
  const { verdict, rootCause, tier } = report;
  if (verdict === 'healthy') return 'none';
  const namedAs = (standing: Hypothesis['standing']) =>
    report.hypotheses.filter((one) => one.standing === standing).flatMap((one) => namedIn(one.statement, known, tier));
  const cleared = new Set(namedAs('ruled_out'));
  const isOpen = (change: LiveChange) => !cleared.has(change) && isCode(change);
  if (verdict === 'inconclusive') return [...namedAs('supported'), ...namedAs('possible')].some(isOpen) ? null : 'none';
  const inCause = namedIn(rootCause.statement, known, tier);
  const blamed = [...inCause, ...namedAs('supported')].find((change) => !cleared.has(change));
  if (blamed) return isCode(blamed) ? blamed.id : 'none';
  return namedAs('possible').some(isOpen) ? null : 'none';
}

const isCode = ({ change }: LiveChange): boolean => change.kind !== 'flag';

/** The changes that a text names, in the order of the text; the detectors always write kind and short id, a model writes as it likes. */
function namedIn(text: string, known: LiveChange[], tier: Report['tier']): LiveChange[] {
  return known
    .map((change) => ({ change, at: tier === 'llm' ? placeOfId(change, text) : text.indexOf(mentionOf(change)) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at)
    .map(({ change }) => change);
}

/** Where a text writes the id or its first digits as a word; -1 where it does not. */
function placeOfId({ id }: LiveChange, text: string): number {
  for (const word of text.matchAll(/[\w.-]*\w/g)) {
    const isStart = word[0].length >= LEAST_DIGITS && id.startsWith(word[0].toLowerCase());
    if (word[0] === id || isStart) return word.index;
  }
  return -1;
}
