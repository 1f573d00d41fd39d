import type { SandboxAnswer, SandboxRequest } from '../http/sandbox-http-server.ts';
import { renderChannelPage } from './render-channel-page.ts';
import type { SlackFile, SlackMessage, SlackWorld } from './slack-world.ts';
import { FILE_PATH } from './web-api-files.ts';

/** One message as the page shows it, with the thread below it. */
export type ChannelMessageView = {
  ts: string;
  user: string;
  isBot: boolean;
  text: string;
  blocks?: unknown[];
  attachments?: unknown[];
  /** Pictures that the message shares. */
  pictures?: { src: string; title: string; altText: string }[];
  edited: boolean;
  replies: ChannelMessageView[];
};

export type ChannelView = { channel: { id: string; name: string }; messages: ChannelMessageView[] };

const fileLine = (file: { title: string; name: string }) => `:page_facing_up: ${file.title} (${file.name})`;

const isPicture = ({ mimetype }: SlackFile) => mimetype === 'image/png';

function viewMessage(message: SlackMessage, replies: SlackMessage[]): ChannelMessageView {
  const pictures = message.files.filter(isPicture).map(({ id, title, altText }) => ({
    src: `${FILE_PATH}${id}`,
    title,
    altText,
  }));
  const texts = [message.text, ...message.files.filter((file) => !isPicture(file)).map(fileLine)];
  return {
    ts: message.ts,
    user: message.botName ?? message.user ?? 'unknown',
    isBot: message.botId !== null,
    text: texts.filter(Boolean).join('\n'),
    blocks: message.blocks ?? undefined,
    attachments: message.attachments ?? undefined,
    ...(pictures.length > 0 ? { pictures } : {}),
    edited: message.edited !== null,
    replies: replies.map((reply) => viewMessage(reply, [])),
  };
}

/** A channel with its threads, in the form that `renderChannelPage` takes. */
export function viewChannel(world: SlackWorld, id: string): ChannelView | null {
  const channel = world.channel(id);
  if (!channel) return null;
  const messages = world.roots(id).map((root) => viewMessage(root, world.thread(id, root.ts).slice(1)));
  return { channel: { id, name: channel.name }, messages };
}

/** GET / shows the first channel, GET /?channel=... another one; the page brings itself up to date. */
export async function answerChannelPage(world: SlackWorld, request: SandboxRequest): Promise<SandboxAnswer> {
  const id = request.query.get('channel') ?? world.channels()[0]?.id ?? '';
  const view = request.path === '/' ? viewChannel(world, id) : null;
  if (!view) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no such page' };
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return { status: 200, headers, body: renderChannelPage(view) };
}
