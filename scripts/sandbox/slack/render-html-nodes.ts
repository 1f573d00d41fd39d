import { type Html, html } from '../../../src/shared/http/html.ts';
import { showDate } from './render-date.ts';
import type { BlockNode, InlineNode } from './render-nodes.ts';

/** The nodes of a text as HTML; `now` (ms since 1970) is what "3 minutes ago" counts from. */
export function nodesToHtml(nodes: BlockNode[], now: number): Html {
  return html`${nodes.map((node) => blockToHtml(node, now))}`;
}

function blockToHtml(node: BlockNode, now: number): Html {
  switch (node.kind) {
    case 'paragraph':
      return html`<div class="p">${inlineToHtml(node.children, now)}</div>`;
    case 'quote':
      return html`<blockquote>${inlineToHtml(node.children, now)}</blockquote>`;
    case 'pre':
      return html`<pre>${node.text}</pre>`;
    case 'list': {
      const items = node.items.map((item) => html`<li>${inlineToHtml(item, now)}</li>`);
      const level = `indent${Math.min(8, Math.max(0, Math.trunc(node.indent) || 0))}`;
      return node.ordered
        ? html`<ol class="${level}" start="${node.start}">${items}</ol>`
        : html`<ul class="${level}">${items}</ul>`;
    }
  }
}

function inlineToHtml(nodes: InlineNode[], now: number): Html {
  return html`${nodes.map((node) => nodeToHtml(node, now))}`;
}

function nodeToHtml(node: InlineNode, now: number): Html {
  switch (node.kind) {
    case 'text':
      return html`${node.text}`;
    case 'code':
      return html`<code>${node.text}</code>`;
    case 'link':
      return html`<a href="${node.url}" rel="noreferrer noopener">${inlineToHtml(node.children, now)}</a>`;
    case 'mention':
      return html`<span class="mention">${node.text}</span>`;
    case 'date':
      return html`<time title="${node.fallback}">${showDate(node, now)}</time>`;
    case 'styled': {
      const inner = inlineToHtml(node.children, now);
      if (node.style === 'bold') return html`<b>${inner}</b>`;
      return node.style === 'italic' ? html`<i>${inner}</i>` : html`<s>${inner}</s>`;
    }
  }
}
