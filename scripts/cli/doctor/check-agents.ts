import { createClassifier } from '../../../src/producer/classify-alert.ts';
import { loadAgents, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import type { Config } from '../../../src/shared/config.ts';
import { detectorNamed } from '../../../src/workers/detectors/index.ts';
import { availablePools } from '../../../src/workers/start-workers.ts';
import { describeFault } from '../describe-fault.ts';
import { failed, type Line, ok } from './check.ts';

/** The agents' YAML files: readable, their patterns and detectors known, and every pool of WORKER_POOLS among theirs. */
export function checkAgents(config: Pick<Config, 'workerPools'> | null, folder?: string): Line[] {
  try {
    const agents = loadAgents(folder);
    createClassifier(agents);
    for (const agent of poolAgents(agents)) for (const name of agent.pool.detectors) detectorNamed(name);
    const pools = availablePools({ agents });
    return [ok('agents', `${agents.length} valid, pools ${pools.join(', ')}`), ...checkPools(config, pools)];
  } catch (error) {
    return [failed('agents', describeFault(error), 'mend the file in src/shared/agents')];
  }
}

function checkPools(config: Pick<Config, 'workerPools'> | null, pools: string[]): Line[] {
  const unknown = (config?.workerPools ?? []).filter((name) => !pools.includes(name));
  if (unknown.length === 0) return [];
  return [failed('WORKER_POOLS', `names ${unknown.join(', ')}`, `the pools are ${pools.join(', ')}`)];
}
