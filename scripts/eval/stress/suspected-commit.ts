import { suspectChange } from '../../../src/workers/changes/suspect-change.ts';
import type { LocalisationInput } from '../../../src/workers/localisation/localise.ts';

/**
 * The id of the commit or deploy that the changes by themselves speak against, `none` where it is none, null where no changes are known. A
 * report blames it only where it fits the cause: `blamedChange` reads that.
 */
export function suspectedCommit(input: LocalisationInput): string | null {
  const verdict = suspectChange(input);
  if (!verdict) return null;
  const { culprit } = verdict;
  return culprit && culprit.live.change.kind !== 'flag' ? culprit.live.id : 'none';
}
