import type { Config } from '../../src/shared/config.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import type { McpGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../src/shared/mcp/open-gateway.ts';
import { createMetrics } from '../../src/shared/metrics.ts';
import { defineCommand, type Io, UsageError } from './command.ts';
import { describeFault } from './describe-fault.ts';
import { type Check, failed, formatLine, type Line, runCheck } from './doctor/check.ts';
import { checkAccess } from './doctor/check-access.ts';
import { checkAgents } from './doctor/check-agents.ts';
import { checkConfiguration, checkNode } from './doctor/check-configuration.ts';
import { checkDatabase } from './doctor/check-database.ts';
import { checkLlm } from './doctor/check-llm.ts';
import {
  checkDatabaseTargets,
  checkKubernetes,
  checkMcpServers,
  checkPrometheus,
  checkSignoz,
} from './doctor/check-mcp.ts';
import { checkNetwork } from './doctor/check-network.ts';
import { checkPorts } from './doctor/check-ports.ts';
import { checkRedis } from './doctor/check-redis.ts';
import { checkSlack } from './doctor/check-slack.ts';
import { checkTracing } from './doctor/check-tracing.ts';
import { hideSecrets } from './doctor/hide-secrets.ts';

const USAGE = `Checks everything that is configured and says in one line each what is wrong and what to do about it.

  npm run doctor [-- --json] [--timeout SECONDS]

  ✓ works, ✗ does not work, - is not configured, which may be just what you want

  --json             the lines as JSON: { ok, checks: [{ what, status, detail, remedy }] }
  --timeout SECONDS  how long each check may take (default 15)

It changes nothing; the LLM is asked for one word. Exit codes: 0 everything that is configured works, 1 something does
not, 2 wrong use.`;

/** `npm run doctor`: see its usage. */
export const doctorCommand = defineCommand({
  name: 'doctor',
  usage: USAGE,
  options: { json: { type: 'boolean' }, timeout: { type: 'string' } },
  async run({ json = false, timeout = '15' }, positionals, io) {
    if (positionals.length > 0) throw new UsageError(`there is nothing to do with "${positionals[0]}"`);
    if (!/^\d{1,3}$/.test(timeout) || timeout === '0') throw new UsageError('--timeout wants seconds, for example 10');
    const lines = await examine(io, Number(timeout) * 1000, json ? () => {} : (line) => io.out(formatLine(line)));
    const wrong = lines.filter((line) => line.status === 'failed').length;
    if (json) io.out(JSON.stringify({ ok: wrong === 0, checks: lines }, null, 2));
    else io.err(wrong === 0 ? 'everything that is configured works' : `${wrong} of ${lines.length} do not work`);
    return wrong === 0 ? 0 : 1;
  },
});

/** All lines in a fixed order, each told as soon as those before it are known. */
async function examine(io: Io, deadlineMs: number, tell: (line: Line) => void): Promise<Line[]> {
  const { config, lines: first } = checkConfiguration(io.environment);
  const hide = hideSecrets(config);
  const all: Line[] = [];
  const add = (lines: Line[]) => {
    for (const line of lines.map(hide)) {
      all.push(line);
      tell(line);
    }
  };
  add([...first, checkNode(), ...checkAgents(config)]);
  if (!config) return all;
  add(checkAccess(config));
  const { gateway, fault } = gatewayFor(config);
  try {
    const running = checksOf(config, gateway).map((check) => runCheck(check, deadlineMs, io.signal));
    for (const lines of running) add(await lines);
    add(fault);
    return all;
  } finally {
    await gateway.close();
  }
}

function checksOf(config: Config, gateway: McpGateway): Check[] {
  return [
    checkPorts(config),
    checkDatabase(config),
    ...(config.redis ? [checkRedis(config.redis)] : []),
    checkSlack(config.slack, gateway),
    checkLlm(config),
    checkSignoz(config, gateway),
    checkPrometheus(config),
    checkDatabaseTargets(config),
    checkKubernetes(gateway),
    { what: 'network allow-list', run: async () => checkNetwork(config.network) },
    checkMcpServers(gateway),
    checkTracing(config),
  ];
}

/** A fault in MCP_CONFIG or in the allow-list, which have lines of their own, must not hide how the other servers are. */
function gatewayFor(config: Config): { gateway: McpGateway; fault: Line[] } {
  const closed = { allowedHosts: [], resolveOverrides: {} };
  const isFaulty = checkNetwork(config.network).some((line) => line.status === 'failed');
  const usable = isFaulty ? { ...config, network: closed } : config;
  try {
    return { gateway: openGateway(usable, silentLogger, createMetrics()), fault: [] };
  } catch (error) {
    // Which of the two files is faulty stands in the words.
    const gateway = openGateway(
      { ...usable, mcpConfigPath: null, databaseTargetsPath: null },
      silentLogger,
      createMetrics(),
    );
    const fault = describeFault(error);
    return { gateway, fault: fault.includes('DATABASE_TARGETS') ? [] : [failed('MCP_CONFIG', fault)] };
  }
}
