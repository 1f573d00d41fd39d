import type { Evidence } from '../../shared/report.ts';
import type { KnownChange } from './change-effect.ts';
import { inForm } from './evidence-form.ts';

/** A change with when and where it came to run. */
export type LiveChange = {
  id: string;
  change: KnownChange;
  /** When it began to run, epoch ms; null for a commit that nobody deployed. */
  at: number | null;
  /** Where it began to run; empty when not told. */
  services: string[];
  /** When it came to run in each of them, as far as both are told. */
  runs?: { service: string; at: number }[];
  evidence: number[];
};

/**
 * Commits with the deploys that carried them, deploys of unknown commits, and flags. Where deploys are recorded, a commit without
 * one doesn't run yet; where none are, commits are taken to run from their own time on.
 */
export function liveChanges(evidence: Evidence[]): LiveChange[] {
  const found = inForm(evidence, 'changes.list').flatMap(({ number, data }) =>
    data.changes.map((change) => ({ change, number })),
  );
  const deploys = found.filter(({ change }) => change.kind === 'deploy');
  const commits = new Set(found.filter(({ change }) => change.kind === 'commit').map(({ change }) => change.id));
  const changes = found.filter(({ change }) => change.kind !== 'deploy' || !commits.has(change.id));
  return changes
    .map(({ change, number }): LiveChange => {
      const carriers = deploys.filter((deploy) => deploy.change !== change && sameCommit(deploy.change.id, change.id));
      const places = change.kind === 'commit' ? carriers.map((carrier) => carrier.change) : [change];
      const runs = change.kind === 'commit' && deploys.length === 0 ? [change] : places;
      const times = runs.map(({ at }) => Date.parse(at ?? '')).filter((ms) => !Number.isNaN(ms));
      return {
        id: change.id,
        change,
        at: times.length > 0 ? Math.min(...times) : null,
        runs: runs.flatMap(({ service, at }) => {
          const ms = Date.parse(at ?? '');
          return service && !Number.isNaN(ms) ? [{ service, at: ms }] : [];
        }),
        services: [...new Set(runs.flatMap(({ service }) => service ?? []))].sort(),
        evidence: [...new Set([number, ...carriers.map((carrier) => carrier.number)])].sort((a, b) => a - b),
      };
    })
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Deploy logs often write a commit's first digits only. */
const sameCommit = (left: string, right: string) =>
  left === right || (Math.min(left.length, right.length) >= 7 && (left.startsWith(right) || right.startsWith(left)));
