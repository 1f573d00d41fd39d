import { quote } from '../../kubernetes-state/quote.ts';
import { serverOfShown } from '../printed/printed-state.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** A sort of less than this on a disk takes a moment, kB. */
const LARGE_KB = 100_000;
const SLOW_MS = 1000;
const SHARE = 0.4;

/** A statement whose sorts do not fit into the memory that it is given. */
export const sortsOnDisk: StoryTeller = ({ printed }, { server }) => {
  const found = printed.plans.flatMap(({ what: plan, ...rest }) =>
    plan.nodes
      .filter(
        ({ disk, own }) =>
          Number(/Disk: (\d+)kB/.exec(disk ?? '')?.[1]) >= LARGE_KB &&
          own >= SLOW_MS &&
          own >= SHARE * (plan.totalMs ?? 0),
      )
      .map(({ disk }) => ({ what: { disk: disk ?? '', totalMs: plan.totalMs }, ...rest })),
  )[0];
  if (!found) return null;
  const where = serverOfShown([found], server);
  return {
    kind: 'query',
    score: 0.78,
    server: where,
    text: `A statement on the database server ${where} sorts on the disk (temporary files) because the rows do not fit into its memory (work_mem): ${quote(found.what.disk, 80)}${found.what.totalMs === null ? '' : `; it took ${found.what.totalMs} ms`}`,
    brief: 'a statement sorts on the disk',
    evidence: [found.evidence],
    actions: noActions,
  };
};
