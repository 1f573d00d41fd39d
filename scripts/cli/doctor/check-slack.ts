import type { Config } from '../../../src/shared/config.ts';
import { DependencyError } from '../../../src/shared/errors.ts';
import type { McpGateway } from '../../../src/shared/mcp/mcp-gateway.types.ts';
import { createSlackClient } from '../../../src/shared/mcp/servers/slack/slack-client.ts';
import { type Check, failed, type Line, off, ok } from './check.ts';
import { failedCall } from './remedies.ts';

type SlackConfig = Config['slack'];

const SETTINGS = { address: 'SLACK_API_URL and the way out to slack.com', secret: 'SLACK_BOT_TOKEN' };
const REQUEST_MS = 8_000;

/** What the fleet does in Slack, and a scope of the bot token that each needs (one of several for public and private channels). */
const NEEDED_SCOPES: readonly (readonly string[])[] = [
  ['chat:write'],
  ['channels:read', 'groups:read'],
  ['channels:history', 'groups:history'],
];

/** Slack as the post stage sees it: who we are, whether we may post in the default channel, and what our token may do. */
export function checkSlack(config: SlackConfig, gateway: McpGateway): Check {
  return {
    what: 'Slack',
    run: async (signal) => {
      if (!gateway.has('slack.identity'))
        return [off('Slack', 'not configured (no RCA can be posted; set SLACK_BOT_TOKEN)')];
      try {
        const { text } = await gateway.call('slack.identity', {}, { signal });
        const rest = await Promise.all([checkChannel(config, gateway, signal), checkScopes(config, gateway, signal)]);
        return [ok('Slack', text), ...rest.flat()];
      } catch (error) {
        return [failedCall('Slack', error, SETTINGS)];
      }
    },
  };
}

async function checkChannel(
  { defaultChannel }: SlackConfig,
  gateway: McpGateway,
  signal: AbortSignal,
): Promise<Line[]> {
  const what = 'Slack default channel';
  if (defaultChannel === null) {
    const meaning = 'alerts that did not come from Slack get no answer; set SLACK_DEFAULT_CHANNEL';
    return [off(what, `not configured (${meaning})`)];
  }
  try {
    const { data } = await gateway.call('slack.channel_info', { channel: defaultChannel }, { signal });
    const name = `#${data.name} (${data.id})`;
    if (data.isArchived) return [failed(what, `${name} is archived`, 'set SLACK_DEFAULT_CHANNEL to another one')];
    if (!data.isMember) return [failed(what, `the bot is not a member of ${name}`, 'invite it there with /invite')];
    return [ok(what, `${name}, the bot is a member`)];
  } catch (error) {
    if (!(error instanceof DependencyError) || error.detail !== 'channel_not_found')
      return [failedCall(what, error, SETTINGS)];
    const remedy = 'give the id of a channel (C…) and, where it is private, invite the bot';
    return [failed(what, `Slack knows no channel ${defaultChannel}`, remedy)];
  }
}

/** Slack names the token's scopes in a header of every answer, which only our own client sees. */
async function checkScopes(
  { botToken, apiUrl }: SlackConfig,
  gateway: McpGateway,
  signal: AbortSignal,
): Promise<Line[]> {
  if (!gateway.has('slack.upload_image'))
    return [off('Slack charts', `the Slack MCP server has no tool upload_image (${NO_CHARTS})`)];
  if (botToken === null) return [];
  const client = createSlackClient({ botToken, apiUrl: apiUrl ?? undefined, timeoutMs: REQUEST_MS });
  const answer = await client.call('auth.test', {}, { signal, effect: false });
  const scopes = answer.response_metadata?.scopes;
  return scopes ? [scopeLine(scopes), chartLine(scopes)] : [];
}

const NO_CHARTS = 'reports go out without charts';

/** Whether these scopes let charts be uploaded; reports do without. */
export function chartLine(scopes: readonly string[]): Line {
  if (scopes.includes('files:write')) return ok('Slack charts', 'files:write');
  return off(
    'Slack charts',
    `the token lacks files:write (${NO_CHARTS}; add it to the Slack app and install it again)`,
  );
}

/** Whether these scopes of a bot token are enough. */
export function scopeLine(scopes: readonly string[]): Line {
  const missing = NEEDED_SCOPES.filter((either) => !either.some((scope) => scopes.includes(scope)));
  if (missing.length === 0) return ok('Slack scopes', scopes.join(', '));
  const names = missing.map((either) => either.join(' or ')).join(', ');
  return failed('Slack scopes', `the token lacks ${names}`, 'add them to the Slack app and install it again');
}
