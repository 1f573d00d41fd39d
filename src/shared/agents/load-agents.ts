import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { FleetError } from '../errors.ts';
import { type AgentDefinition, type AgentPool, agentDefinitionSchema } from './agent-definition.ts';

const AGENTS_FOLDER = dirname(fileURLToPath(import.meta.url));

/** An agent that has a pool of workers, so that it can investigate. */
export type PoolAgent = AgentDefinition & { pool: AgentPool };

/**
 * Reads every `*.yaml` of the folder as an agent, sorted by name. Throws FleetError `config_invalid` that names the file
 * and every fault in it.
 */
export function loadAgents(folder: string = AGENTS_FOLDER): AgentDefinition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const agents = files.sort().map((file) => readAgent(join(folder, file)));
  checkReferences(agents);
  return agents;
}

/** The agents that have a pool of their own, by name. */
export function poolAgents(agents: AgentDefinition[]): PoolAgent[] {
  return agents.filter((agent): agent is PoolAgent => agent.pool !== null);
}

function readAgent(path: string): AgentDefinition {
  const parsed = agentDefinitionSchema.safeParse(parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new FleetError('config_invalid', `agent file ${path} is not valid: ${faults.join('; ')}`);
}

function checkReferences(agents: AgentDefinition[]): void {
  const pools = new Set(poolAgents(agents).map((agent) => agent.name));
  for (const agent of agents) {
    const unknown = agent.routing.standIns.filter((name) => !pools.has(name));
    if (unknown.length > 0) {
      const known = [...pools].join(', ');
      throw new FleetError(
        'config_invalid',
        `agent ${agent.name}: stand-in ${unknown.join(', ')} has no pool (${known} do)`,
      );
    }
    if (!agent.pool && agent.routing.standIns.length === 0) {
      throw new FleetError(
        'config_invalid',
        `agent ${agent.name} has neither a pool nor a stand-in: nobody would answer its alerts`,
      );
    }
  }
}
