import type { ConfiguredServer } from '../../../../../src/shared/mcp/configured-server.ts';
import type { ServerDefinition, ToolContext } from '../../../../../src/shared/mcp/server-definition.ts';
import { toolFor } from '../../../../../src/shared/mcp/server-definition.ts';
import type { ServerTarget } from '../../../../../src/shared/mcp/server-target.ts';

/** What the fixture's tools do; the default of each answers at once. */
export type FixtureBehaviour = {
  /** slack.channel_info, a read: its answer's name. */
  read?: (context: ToolContext) => Promise<string>;
  /** slack.post_message, a write: its answer's timestamp. */
  write?: (context: ToolContext) => Promise<string>;
};

export const FIXTURE_CAPABILITIES = {
  'slack.channel_info': 'get_channel_info',
  'slack.post_message': 'post_message',
} as const;

/** A server of ours with one reading and one writing tool whose behaviour the test chooses. */
export function fixtureServer(behaviour: FixtureBehaviour = {}): ServerDefinition {
  const { read = async () => 'alerts', write = async () => '1.0' } = behaviour;
  return {
    name: 'fixture',
    version: '1.0.0',
    tools: [
      toolFor('slack.channel_info', {
        title: 'Read',
        description: 'Reads.',
        run: async ({ channel }, context) => {
          const name = await read(context);
          return { data: { id: channel, name, isMember: true, isArchived: false }, text: `channel ${name}` };
        },
      }),
      toolFor('slack.post_message', {
        title: 'Write',
        description: 'Writes.',
        run: async ({ channel }, context) => ({ data: { channel, ts: await write(context) }, text: 'posted' }),
      }),
    ],
  };
}

/** The fixture behind a target of any kind. */
export function configuredFixture(target: ServerTarget): ConfiguredServer {
  return { name: 'fixture', target, capabilities: FIXTURE_CAPABILITIES };
}

/** A tool's behaviour that ends only when the call is given up. */
export function hang({ signal }: ToolContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      reject(new Error('given up'));
    });
  });
}
