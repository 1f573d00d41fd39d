import { isObject } from './sandbox/slack/block-checks.ts';
import { textObjectNodes } from './sandbox/slack/render-blocks.ts';
import { showDate } from './sandbox/slack/render-date.ts';
import type { BlockNode, InlineNode } from './sandbox/slack/render-nodes.ts';
import { parseRichText } from './sandbox/slack/render-parse-rich-text.ts';

/** How the text is set: `ansi` allows bold and grey, `width` is in columns, `now` (ms since 1970) is for relative dates. */
export type TerminalOptions = { ansi?: boolean; width?: number; now?: number };

type Setting = { width: number; now: number; bold: (text: string) => string; grey: (text: string) => string };

/** The blocks of one Slack message as lines for a terminal; control characters of the message itself are dropped. */
export function renderBlocksForTerminal(blocks: unknown[], options: TerminalOptions = {}): string {
  const { ansi = false, width = 100, now = Date.now() } = options;
  const style = (code: number) => (text: string) => (ansi && text ? `\u001b[${code}m${text}\u001b[0m` : text);
  const setting: Setting = { width, now, bold: style(1), grey: style(2) };
  return blocks
    .filter(isObject)
    .map((block) => blockLines(block, setting).join('\n'))
    .filter((text) => text !== '')
    .join('\n\n');
}

function blockLines(block: Record<string, unknown>, setting: Setting): string[] {
  const shown = (value: unknown) => nodeLines(textObjectNodes(value), setting);
  switch (block.type) {
    case 'header':
      return [setting.bold(shown(block.text).join(' '))];
    case 'section':
      return [...shown(block.text), ...list(block.fields).map((field) => shown(field).join(' '))];
    case 'context':
      return wrap(list(block.elements).flatMap(shown).join(' '), setting.width).map(setting.grey);
    case 'divider':
      return [setting.grey('─'.repeat(Math.min(60, setting.width)))];
    case 'rich_text':
      return nodeLines(parseRichText(block), setting);
    default:
      return [setting.grey(`[${clean(String(block.type))} block]`)];
  }
}

function nodeLines(nodes: BlockNode[], setting: Setting): string[] {
  return nodes.flatMap((node): string[] => {
    if (node.kind === 'pre')
      return clean(node.text)
        .split('\n')
        .map((line) => `    ${line}`);
    if (node.kind === 'list') {
      return node.items.flatMap((item, index) => {
        const mark = node.ordered ? `${node.start + index}. ` : '• ';
        return indent(inline(item, setting), `${'  '.repeat(node.indent)}${mark}`, setting.width);
      });
    }
    const text = inline(node.children, setting);
    return node.kind === 'quote' ? indent(text, '│ ', setting.width) : wrap(text, setting.width);
  });
}

function inline(nodes: InlineNode[], setting: Setting): string {
  return nodes.map((node) => inlineText(node, setting)).join('');
}

function inlineText(node: InlineNode, setting: Setting): string {
  switch (node.kind) {
    case 'text':
    case 'code':
    case 'mention':
      return clean(node.text);
    case 'date':
      return clean(showDate(node, setting.now));
    case 'link':
      return `${inline(node.children, setting)} (${clean(node.url)})`;
    case 'styled':
      return node.style === 'bold'
        ? boldWords(inline(node.children, setting), setting)
        : inline(node.children, setting);
  }
}

/** Every word is set by itself, so that a line break between two words splits no escape sequence. */
function boldWords(text: string, { bold }: Setting): string {
  return text.replace(/\S+/g, bold);
}

function indent(text: string, mark: string, width: number): string[] {
  const rest = ' '.repeat(mark.length);
  return wrap(text, width - mark.length).map((line, index) => (index === 0 ? mark : rest) + line);
}

/** Breaks lines at spaces; a longer word stays whole, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((source) => {
    const lines = [''];
    for (const word of source.split(' ')) {
      const line = lines.at(-1)!;
      if (line === '' || visibleLength(line) + 1 + visibleLength(word) <= width)
        lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}

function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own escape sequences take no room on the screen
  return text.replace(/\u001b\[\d+m/g, '').length;
}

/** Text of a message can't steer the terminal. */
function clean(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '');
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
