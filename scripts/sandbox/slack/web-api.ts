import { CHAT_METHODS } from './web-api-chat.ts';
import { CONVERSATIONS_METHODS } from './web-api-conversations.ts';
import { FILES_METHODS } from './web-api-files.ts';
import type { WebApiMethod } from './web-api-method.ts';

const authTest: WebApiMethod = ({ identity, baseUrl }) => ({
  url: `${baseUrl}/`,
  team: 'Sandbox',
  user: identity.botName,
  team_id: identity.teamId,
  user_id: identity.botUserId,
  bot_id: identity.botId,
  is_enterprise_install: false,
});

const apiTest: WebApiMethod = ({ args }) => ({ args });

/** The Web API methods that the simulated Slack knows, by name. */
export const WEB_API_METHODS: Record<string, WebApiMethod> = {
  'auth.test': authTest,
  'api.test': apiTest,
  ...CHAT_METHODS,
  ...CONVERSATIONS_METHODS,
  ...FILES_METHODS,
};
