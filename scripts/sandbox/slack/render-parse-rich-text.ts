import { isObject } from './block-checks.ts';
import { emojiOf } from './render-emoji.ts';
import { type BlockNode, type InlineNode, isLinkable, type Style, text } from './render-nodes.ts';

type Fields = Record<string, unknown>;

/** Reads the elements of a `rich_text` block. */
export function parseRichText(block: Fields): BlockNode[] {
  return objects(block.elements).map(blockNode);
}

function blockNode(element: Fields): BlockNode {
  if (element.type === 'rich_text_preformatted') return { kind: 'pre', text: rawText(element) };
  if (element.type === 'rich_text_quote') return { kind: 'quote', children: inlineNodes(element) };
  if (element.type !== 'rich_text_list') return { kind: 'paragraph', children: inlineNodes(element) };
  return {
    kind: 'list',
    ordered: element.style === 'ordered',
    start: Number(element.offset ?? 0) + 1,
    indent: Number(element.indent ?? 0),
    items: objects(element.elements).map(inlineNodes),
  };
}

function inlineNodes(element: Fields): InlineNode[] {
  return objects(element.elements).map((child) => styled(inlineNode(child), child));
}

function inlineNode(element: Fields): InlineNode {
  const word = (name: string) => String(element[name] ?? '');
  switch (element.type) {
    case 'text':
      return isObject(element.style) && element.style.code ? { kind: 'code', text: word('text') } : text(word('text'));
    case 'link':
      return linkNode(word('url'), word('text'));
    case 'emoji':
      return text(emojiOf(word('name')) ?? `:${word('name')}:`);
    case 'date':
      return {
        kind: 'date',
        seconds: Number(element.timestamp),
        format: word('format'),
        fallback: word('fallback'),
      };
    default:
      return mentionNode(element, word);
  }
}

function mentionNode({ type }: Fields, word: (name: string) => string): InlineNode {
  if (type === 'channel') return { kind: 'mention', text: `#${word('channel_id')}` };
  const name = word('user_id') || word('usergroup_id') || word('team_id') || word('range');
  return name ? { kind: 'mention', text: `@${name}` } : text('');
}

function linkNode(url: string, label: string): InlineNode {
  return isLinkable(url) ? { kind: 'link', url, children: [text(label || url)] } : text(label || url);
}

function styled(node: InlineNode, { style }: Fields): InlineNode {
  if (!isObject(style)) return node;
  const wanted = (['bold', 'italic', 'strike'] satisfies Style[]).filter((name) => style[name] === true);
  return wanted.reduce<InlineNode>((inner, name) => ({ kind: 'styled', style: name, children: [inner] }), node);
}

function rawText(element: Fields): string {
  return objects(element.elements)
    .map(({ text: label, url }) => String(label ?? url ?? ''))
    .join('');
}

function objects(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
