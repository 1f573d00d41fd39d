import type { Evidence } from '../../shared/report.ts';
import type { KnownChange, Change as ListedChange } from './change-effect.ts';
import { inForm } from './evidence-form.ts';
import { flagsSwitchedBy } from './switched-flags.ts';

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
 * one doesn't run yet; where none are, commits are taken to run from their own time on. A flag that a commit switched is that commit, which then
 * runs when and where the flag was switched.
 */
export function liveChanges(evidence: Evidence[]): LiveChange[] {
  const found = inForm(evidence, 'changes.list').flatMap(({ number, data }) =>
    data.changes.map((change) => ({ change, number })),
  );
  const deploys = found.filter(({ change }) => change.kind === 'deploy');
  const flags = found.filter(({ change }) => change.kind === 'flag');
  const commits = new Set(found.filter(({ change }) => change.kind === 'commit').map(({ change }) => change.id));
  const changes = found.filter(({ change }) => change.kind !== 'deploy' || !commits.has(change.id));
  const live = changes.map(({ change, number }) => {
    const carriers = deploys.filter((deploy) => deploy.change !== change && sameCommit(deploy.change.id, change.id));
    const places = change.kind === 'commit' ? carriers.map((carrier) => carrier.change) : [change];
    const runs = change.kind === 'commit' && deploys.length === 0 ? [change] : places;
    const since = timesOf(runs)[0] ?? Date.parse(change.at ?? '');
    const switched = flagsSwitchedBy(
      change,
      since,
      flags.map((flag) => flag.change),
    );
    const applied = flags.filter((flag) => switched.includes(flag.change));
    return {
      ...liveAs(change, switched.length > 0 ? switched : runs),
      evidence: cite([number, ...[...carriers, ...applied].map((one) => one.number)]),
      switched,
    };
  });
  const bySettings = new Set<KnownChange>(live.flatMap(({ switched }) => switched));
  return live
    .filter(({ change }) => !bySettings.has(change))
    .map(({ switched, ...one }): LiveChange => one)
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** A change with when and where it came to run by what is recorded of its runs. */
function liveAs(change: ListedChange, runs: ListedChange[]): Omit<LiveChange, 'evidence'> {
  return {
    id: change.id,
    change,
    at: timesOf(runs)[0] ?? null,
    runs: runs.flatMap(({ service, at }) => {
      const ms = Date.parse(at ?? '');
      return service && !Number.isNaN(ms) ? [{ service, at: ms }] : [];
    }),
    services: [...new Set(runs.flatMap(({ service }) => service ?? []))].sort(),
  };
}

/** The times of some changes, epoch ms, the first one first. */
const timesOf = (changes: ListedChange[]): number[] =>
  changes
    .map(({ at }) => Date.parse(at ?? ''))
    .filter((ms) => !Number.isNaN(ms))
    .sort((left, right) => left - right);

const cite = (numbers: number[]): number[] => [...new Set(numbers)].sort((left, right) => left - right);

/** Deploy logs often write a commit's first digits only. */
const sameCommit = (left: string, right: string) =>
  left === right || (Math.min(left.length, right.length) >= 7 && (left.startsWith(right) || right.startsWith(left)));
