import { type Html, html } from '../../../src/shared/http/html.ts';
import { isObject } from './block-checks.ts';
import { blocksToHtml } from './render-blocks.ts';
import { nodesToHtml } from './render-html-nodes.ts';
import { isLinkable } from './render-nodes.ts';
import { parseMrkdwn } from './render-parse-mrkdwn.ts';

type Fields = Record<string, unknown>;

const NAMED_COLOURS: Record<string, string> = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

/** Legacy attachments, as many alert senders still write them: a coloured bar, a title, a text and fields. */
export function attachmentsToHtml(attachments: unknown[], now: number): Html {
  return html`${attachments.filter(isObject).map((attachment) => attachmentToHtml(attachment, now))}`;
}

function attachmentToHtml(attachment: Fields, now: number): Html {
  const markup = (name: string) => markupOf(attachment[name], now);
  const blocks = Array.isArray(attachment.blocks) ? blocksToHtml(attachment.blocks, now) : null;
  const body = html`${markup('author_name')}${titleOf(attachment)}${markup('text')}${fieldsOf(attachment, now)}${blocks}`;
  return html`${markup('pretext')}<div class="attachment" style="border-color:${colourOf(attachment.color)}">${
    body.source || blocks ? body : markup('fallback')
  }<div class="context">${markup('footer')}</div></div>`;
}

function titleOf({ title, title_link: link }: Fields): Html | null {
  if (typeof title !== 'string') return null;
  if (typeof link !== 'string' || !isLinkable(link)) return html`<b>${title}</b>`;
  return html`<b><a href="${link}" rel="noreferrer noopener">${title}</a></b>`;
}

function fieldsOf({ fields }: Fields, now: number): Html | null {
  if (!Array.isArray(fields) || fields.length === 0) return null;
  const cells = fields.filter(isObject).map(({ title, value, short }) => {
    const width = short === true ? 'short' : 'wide';
    return html`<div class="${width}"><b>${String(title ?? '')}</b>${markupOf(value, now)}</div>`;
  });
  return html`<div class="fields">${cells}</div>`;
}

function markupOf(value: unknown, now: number): Html | null {
  if (value === undefined || value === null || value === '') return null;
  return nodesToHtml(parseMrkdwn(String(value)), now);
}

function colourOf(color: unknown): string {
  const colour = typeof color === 'string' ? (NAMED_COLOURS[color] ?? `#${color.replace(/^#/, '')}`) : '';
  return /^#[0-9a-f]{3,8}$/i.test(colour) ? colour : '#dddddd';
}
