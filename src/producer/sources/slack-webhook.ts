import { recordOf, textOf } from './read-json.ts';
import { alertOfMessage } from './slack.ts';
import { looksLikeSlackWebhook, readSlackMessage } from './slack-message.ts';
import type { Shape } from './source.ts';

/** Bodies that tools make for a Slack incoming webhook, pointed at us instead; whoever does that means an alert. */
export const slackWebhookShape: Shape = {
  recognises: looksLikeSlackWebhook,
  read: (body, context, source) => {
    const message = readSlackMessage(recordOf(body));
    const sender = textOf(recordOf(body).username);
    return { alerts: [alertOfMessage(message, { source, sender, slack: null, delivery: null }, context)], ignored: [] };
  },
};
