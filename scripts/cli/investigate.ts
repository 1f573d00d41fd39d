import { AGENT_LABEL } from '../../src/producer/classify-alert.ts';
import { loadAgents, poolAgents } from '../../src/shared/agents/load-agents.ts';
import { type Config, loadConfig } from '../../src/shared/config.ts';
import { writeReport } from '../../src/workers/write-report.ts';
import { renderBlocksForTerminal } from '../render-terminal.ts';
import { defineCommand, type Io, UsageError } from './command.ts';
import { type HereAndNow, investigateHere } from './investigate-here.ts';
import { readPairs } from './read-pairs.ts';

const USAGE = `Investigates here and now: no queue, no Slack, nothing is stored. The configured sources and LLM are asked.

  npm run investigate -- "Database connection pool exhausted" --service user-service

  --service NAME      what the alert is about
  --namespace NAME    its Kubernetes namespace
  --label NAME=VALUE  a label of the alert, as often as needed
  --severity WORD     critical, high, medium, low or info
  --agent NAME        the agent that investigates, instead of the one that the routing rules choose
  --json              the report as JSON instead of the RCA as Slack would show it

Progress goes to stderr, the answer to stdout. Exit codes: 0 there is an answer, also an inconclusive one, 1 failed, 2
wrong use.`;

/** `npm run investigate`: see its usage. */
export const investigateCommand = defineCommand({
  name: 'investigate',
  usage: USAGE,
  options: {
    service: { type: 'string' },
    namespace: { type: 'string' },
    label: { type: 'string', multiple: true },
    severity: { type: 'string' },
    agent: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ agent, label, json = false, ...facts }, [title, ...more], io) {
    if (!title?.trim()) throw new UsageError('give the alert as one text in quotes');
    if (more.length > 0) throw new UsageError('put the alert into quotes: it is one text');
    const agents = loadAgents();
    const names = poolAgents(agents).map(({ name }) => name);
    if (agent !== undefined && !names.includes(agent))
      throw new UsageError(`there is no agent ${agent}: give one of ${names.join(', ')}`);
    const labels = { ...readPairs('label', label), ...(agent === undefined ? {} : { [AGENT_LABEL]: agent }) };
    const config: Config = loadConfig(io.environment);
    const alert = { title, ...facts, labels };
    const answer = await investigateHere({ config, agents, tell: io.err }, alert, io.signal);
    io.out(json ? JSON.stringify(answer.report, null, 2) : render(answer, io));
    return 0;
  },
});

/** The messages that Slack would show, one after the other. */
function render({ view }: HereAndNow, { width, ansi }: Io): string {
  const { reply, overflow } = writeReport(view);
  const messages = [reply, ...overflow].map(({ blocks }) => renderBlocksForTerminal(blocks, { ansi, width }));
  return messages.join('\n\n');
}
