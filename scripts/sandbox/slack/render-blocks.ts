import { type Html, html } from '../../../src/shared/http/html.ts';
import { isObject } from './block-checks.ts';
import { replaceEmoji } from './render-emoji.ts';
import { nodesToHtml } from './render-html-nodes.ts';
import { type BlockNode, text } from './render-nodes.ts';
import { parseMrkdwn } from './render-parse-mrkdwn.ts';
import { parseRichText } from './render-parse-rich-text.ts';

type Fields = Record<string, unknown>;

/** A text object (`mrkdwn` or `plain_text`) as nodes; anything else is nothing. */
export function textObjectNodes(value: unknown): BlockNode[] {
  if (!isObject(value) || typeof value.text !== 'string') return [];
  if (value.type === 'mrkdwn') return parseMrkdwn(value.text, { verbatim: value.verbatim === true });
  const shown = value.emoji === false ? value.text : replaceEmoji(value.text);
  return [{ kind: 'paragraph', children: [text(shown)] }];
}

/** The blocks of a message as HTML; a type that this page does not know is named instead of shown. */
export function blocksToHtml(blocks: unknown[], now: number): Html {
  return html`${blocks.filter(isObject).map((block) => blockToHtml(block, now))}`;
}

function blockToHtml(block: Fields, now: number): Html {
  const shown = (value: unknown) => nodesToHtml(textObjectNodes(value), now);
  switch (block.type) {
    case 'header':
      return html`<h3>${shown(block.text)}</h3>`;
    case 'section':
      return sectionToHtml(block, shown);
    case 'context':
      return html`<div class="context">${list(block.elements).map((item) => contextItem(item, shown))}</div>`;
    case 'divider':
      return html`<hr>`;
    case 'rich_text':
      return html`<div class="block">${nodesToHtml(parseRichText(block), now)}</div>`;
    case 'markdown':
      return html`<div class="block p">${String(block.text ?? '')}</div>`;
    case 'actions':
      return html`<div class="block">${list(block.elements).map(({ text: label }) => buttonToHtml(label, shown))}</div>`;
    case 'image':
      return html`<div class="block image">🖼 ${String(block.alt_text ?? '')}</div>`;
    default:
      return html`<div class="block unknown">[${String(block.type)} block]</div>`;
  }
}

function sectionToHtml({ text: body, fields }: Fields, shown: (value: unknown) => Html): Html {
  const cells = list(fields).map((field) => html`<div>${shown(field)}</div>`);
  const grid = cells.length > 0 ? html`<div class="fields">${cells}</div>` : null;
  return html`<div class="block">${shown(body)}${grid}</div>`;
}

function contextItem(item: Fields, shown: (value: unknown) => Html): Html {
  return item.type === 'image'
    ? html`<span>🖼 ${String(item.alt_text ?? '')}</span>`
    : html`<span>${shown(item)}</span>`;
}

function buttonToHtml(label: unknown, shown: (value: unknown) => Html): Html {
  return html`<span class="button">${shown(label)}</span>`;
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
