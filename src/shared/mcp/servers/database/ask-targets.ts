import type { ToolContext } from '../../server-definition.ts';
import { chooseTargets } from './choose-targets.ts';
import type { DatabaseProduct, DatabaseServerOptions, DatabaseTarget } from './database-target.ts';
import { type Turns, takeTurns } from './take-turns.ts';

/** What every tool works with. */
export type DatabaseDeps = {
  targets: readonly DatabaseTarget[];
  timeoutMs: number;
  now(): number;
  turnsOf(target: DatabaseTarget): Turns;
};

export function databaseDeps(options: DatabaseServerOptions): DatabaseDeps {
  const { targets, timeoutMs, connectionsPerTarget = 2, now = Date.now } = options;
  const turns = new Map(targets.map((target) => [target, takeTurns(connectionsPerTarget)]));
  return { targets, timeoutMs, now, turnsOf: (target) => turns.get(target)! };
}

/**
 * Asks every target that is meant, all at once, within the deadline and each target's number of connections. Throws DependencyError of
 * the first that cannot answer.
 */
export async function askTargets<T>(
  deps: DatabaseDeps,
  product: DatabaseProduct,
  which: { target?: string; about?: string[] },
  { signal }: ToolContext,
  ask: (target: DatabaseTarget, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const targets = chooseTargets(deps.targets, product, which);
  const both = AbortSignal.any([signal, AbortSignal.timeout(deps.timeoutMs)]);
  return Promise.all(targets.map((target) => deps.turnsOf(target)(both, () => ask(target, both))));
}
