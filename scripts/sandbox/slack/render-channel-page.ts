import { createHash } from 'node:crypto';
import { Html, html } from '../../../src/shared/http/html.ts';
import { attachmentsToHtml } from './render-attachments.ts';
import { blocksToHtml } from './render-blocks.ts';
import { showDate } from './render-date.ts';
import { nodesToHtml } from './render-html-nodes.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './render-page-style.ts';
import { parseMrkdwn } from './render-parse-mrkdwn.ts';

/** A message as the channel page shows it; `user` is the display name, `ts` Slack's timestamp (seconds with fraction). */
export type ChannelMessage = {
  ts: string;
  user: string;
  isBot: boolean;
  text: string;
  blocks?: unknown[];
  attachments?: unknown[];
  /** Pictures that it shares; `src` is a path of this server. */
  pictures?: { src: string; title: string; altText: string }[];
  edited: boolean;
  replies: ChannelMessage[];
};

export type ChannelView = { channel: { id: string; name: string }; messages: ChannelMessage[] };

/** Only our own style and script run, whatever a message holds; nothing is loaded from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(PAGE_SCRIPT).digest('base64')}'`,
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** One self-contained page that shows a channel with its threads open; `now` is ms since 1970. */
export function renderChannelPage(view: ChannelView, now: number = Date.now()): string {
  const { channel, messages } = view;
  const content = messages.length > 0 ? messages.map((message) => rootToHtml(message, now)) : [EMPTY];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>#${channel.name} · simulated Slack</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<header class="bar"><b># ${channel.name}</b><span>simulated Slack · ${channel.id}</span></header>
<main>${content}</main>
<script>${new Html(PAGE_SCRIPT)}</script>
</body>
</html>
`;
  return page.source;
}

const EMPTY = html`<p class="empty">No messages yet.</p>`;

function rootToHtml(message: ChannelMessage, now: number): Html {
  const { replies } = message;
  const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
  const thread = html`<div class="thread"><div class="count">${count}</div>${replies.map((reply) => messageToHtml(reply, now))}</div>`;
  return html`<article>${messageToHtml(message, now)}${replies.length > 0 ? thread : null}</article>`;
}

function messageToHtml(message: ChannelMessage, now: number): Html {
  const { user, isBot, edited, ts } = message;
  const when = showDate({ seconds: Number(ts), format: '{time}', fallback: ts }, now);
  return html`<div class="message" data-ts="${ts}"><div class="avatar tone${toneOf(user)}">${initialOf(user)}</div><div class="body"><div class="who"><b>${user}</b>${
    isBot ? html`<span class="app">APP</span>` : null
  }<span class="when">${when}</span>${edited ? html`<span class="edited">(edited)</span>` : null}</div>${contentOf(message, now)}</div></div>`;
}

/** Blocks take the place of the text; attachments and pictures stand below either. */
function contentOf({ text, blocks, attachments, pictures = [] }: ChannelMessage, now: number): Html {
  const body = blocks && blocks.length > 0 ? blocksToHtml(blocks, now) : nodesToHtml(parseMrkdwn(text), now);
  return html`${body}${attachments ? attachmentsToHtml(attachments, now) : null}${pictures.map(pictureToHtml)}`;
}

/** As large as Slack shows a picture in a thread. */
function pictureToHtml({ src, title, altText }: { src: string; title: string; altText: string }): Html {
  return html`<figure><figcaption>${title}</figcaption><a href="${src}"><img src="${src}" alt="${altText}"></a></figure>`;
}

function initialOf(user: string): string {
  return ([...user][0] ?? '?').toUpperCase();
}

function toneOf(user: string): number {
  return [...user].reduce((sum, character) => sum + character.codePointAt(0)!, 0) % 5;
}
