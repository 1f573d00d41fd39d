import type { Finding } from '../../shared/report.ts';

/** A change so long before the first sign of trouble may have to do with it, in ms. */
const CHANGE_DISTANCE = 30 * 60_000;

/** True for what the detector of changes found; a change is told beside the cause, never as the cause itself. */
export const isChange = ({ detector }: Finding) => detector === 'recent-change';

/** The latest change shortly before the first sign of trouble. */
export function changeBefore(chain: Finding[], findings: Finding[]): Finding | null {
  const seen = chain.flatMap(({ timeline }) => timeline).map(({ at }) => Date.parse(at));
  const began = Math.min(...seen.filter((ms) => !Number.isNaN(ms)));
  const changes = findings.filter(isChange);
  return (
    changes.find(({ timeline }) => {
      const before = began - Date.parse(timeline[0]?.at ?? '');
      return before >= 0 && before <= CHANGE_DISTANCE;
    }) ?? null
  );
}
