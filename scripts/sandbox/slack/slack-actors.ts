import type { NewSlackMessage, SlackMessage, SlackWorld } from './slack-world.ts';

/** What somebody says: plain text, or text with blocks and legacy attachments. */
export type Said = string | { text?: string; blocks?: unknown[]; attachments?: unknown[] };
export type SaidWhere = { threadTs?: string; name?: string };

/** People, other bots and webhooks of the workspace; each answers the ts of the message and sends the event. */
export type SlackActors = {
  postAsUser(channel: string, said: Said, where?: SaidWhere): string;
  /** A bot with a token of its own: no subtype, `bot_id` and `bot_profile`. */
  postAsBot(channel: string, said: Said, where?: SaidWhere): string;
  /** An incoming webhook, as Alertmanager or SigNoz post: subtype `bot_message`, no user. */
  postAsWebhook(channel: string, said: Said, where?: SaidWhere): string;
  /** Somebody else edits or deletes their message. */
  editAs(channel: string, ts: string, text: string): void;
  deleteAs(channel: string, ts: string): void;
};

function content(said: Said): Partial<NewSlackMessage> {
  return typeof said === 'string' ? { text: said } : { ...said, text: said.text ?? '' };
}

/** What Slack's own editor makes of typed text: a rich_text block beside the text. */
function typed(said: Said): Partial<NewSlackMessage> {
  const { text = '', blocks, ...rest } = content(said);
  if (text === '' || blocks) return { text, blocks, ...rest };
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text }] };
  return { text, ...rest, blocks: [{ type: 'rich_text', block_id: 'typed', elements: [section] }] };
}

/** The people and bots of the simulated workspace. */
export function createSlackActors(world: SlackWorld): SlackActors {
  const post = (
    channel: string,
    said: Partial<NewSlackMessage>,
    where: SaidWhere,
    author: Partial<NewSlackMessage>,
  ) => {
    return world.post({ channel, threadTs: where.threadTs ?? null, ...author, ...said }).ts;
  };
  const existing = (channel: string, ts: string): SlackMessage => {
    const message = world.find(channel, ts);
    if (!message) throw new Error(`there is no message ${ts} in ${channel}`);
    return message;
  };
  return {
    postAsUser: (channel, said, where = {}) => post(channel, typed(said), where, { user: 'U0ONCALL01' }),
    postAsBot: (channel, said, where = {}) => {
      const botName = where.name ?? 'Alert bot';
      return post(channel, content(said), where, {
        user: 'U0ALERTBOT',
        botId: 'B0ALERTBOT',
        appId: 'A0ALERTBOT',
        botName,
      });
    },
    postAsWebhook: (channel, said, where = {}) => {
      const author = { botId: 'B0WEBHOOK1', botName: where.name ?? 'SigNoz', subtype: 'bot_message' };
      return post(channel, content(said), where, author);
    },
    editAs(channel, ts, text) {
      const message = existing(channel, ts);
      world.edit(message, { text }, message.user ?? 'U0ONCALL01');
    },
    deleteAs: (channel, ts) => world.remove(existing(channel, ts)),
  };
}
