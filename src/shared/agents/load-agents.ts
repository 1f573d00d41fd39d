import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { FleetError } from '../errors.ts';
import {
  type AgentDefinition,
  type AgentPool,
  agentDefinitionSchema,
  type EvidenceStep,
  surveySchema,
} from './agent-definition.ts';

const SURVEYS = 'surveys';
const AGENTS_FOLDER = dirname(fileURLToPath(import.meta.url));

/** An agent that has a pool of workers, so that it can investigate. */
export type PoolAgent = AgentDefinition & { pool: AgentPool };

/**
 * Reads every `*.yaml` of the folder as an agent, sorted by name. Throws FleetError `config_invalid` that names the file
 * and every fault in it.
 */
export function loadAgents(folder: string = AGENTS_FOLDER): AgentDefinition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const surveys = readSurveys(join(folder, SURVEYS));
  const agents = files.sort().map((file) => withSurveys(readAgent(join(folder, file)), surveys));
  checkReferences(agents);
  return agents;
}

/** The agents that have a pool of their own, by name. */
export function poolAgents(agents: AgentDefinition[]): PoolAgent[] {
  return agents.filter((agent): agent is PoolAgent => agent.pool !== null);
}

/** The steps of every survey by its file's name. */
function readSurveys(folder: string): Map<string, EvidenceStep[]> {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
  return new Map(
    files.map((file) => {
      const parsed = surveySchema.safeParse(readYaml(join(folder, file)));
      if (parsed.success) {
        const { title, evidence } = parsed.data;
        return [file.replace(/\.yaml$/, ''), evidence.map((step) => ({ ...step, survey: title }))];
      }
      throw invalid('survey', join(folder, file), parsed.error.issues);
    }),
  );
}

function withSurveys(agent: AgentDefinition, surveys: Map<string, EvidenceStep[]>): AgentDefinition {
  if (!agent.pool) return agent;
  const unknown = agent.pool.surveys.filter((name) => !surveys.has(name));
  if (unknown.length > 0) {
    const known = [...surveys.keys()].join(', ');
    throw new FleetError(
      'config_invalid',
      `agent ${agent.name}: there is no survey ${unknown.join(', ')} (only ${known})`,
    );
  }
  const added = agent.pool.surveys.flatMap((name) => surveys.get(name) ?? []);
  return { ...agent, pool: { ...agent.pool, evidence: [...agent.pool.evidence, ...added] } };
}

const readYaml = (path: string): unknown => parse(readFileSync(path, 'utf8'), { merge: true });

type Issues = { path: PropertyKey[]; message: string }[];

function invalid(what: string, path: string, issues: Issues): FleetError {
  const faults = issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  return new FleetError('config_invalid', `${what} file ${path} is not valid: ${faults.join('; ')}`);
}

function readAgent(path: string): AgentDefinition {
  const parsed = agentDefinitionSchema.safeParse(readYaml(path));
  if (parsed.success) return parsed.data;
  throw invalid('agent', path, parsed.error.issues);
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
