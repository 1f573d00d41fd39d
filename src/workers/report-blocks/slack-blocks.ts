import { cleanLine, cleanText } from './clean-text.ts';
import { cutText, escapeEntities } from './cut-text.ts';

export type Block = Record<string, unknown>;
export type Style = { bold?: true; italic?: true; code?: true };

/** A run of text inside a rich text; Slack shows it letter by letter, so that no markup in it comes alive. */
export type TextRun = { type: 'text'; text: string; style?: Style };
export type RichSection = { type: 'rich_text_section'; elements: TextRun[] };
export type RichElement =
  | RichSection
  | { type: 'rich_text_preformatted'; elements: TextRun[] }
  | { type: 'rich_text_list'; style: 'bullet'; elements: RichSection[] };

const HEADER_LIMIT = 150;

/** One line of untrusted text of at most `limit` weight; an empty one becomes `(empty)`, since Slack refuses empty texts. */
export function line(text: string, limit: number): string {
  return cutText(cleanLine(text, limit), limit) || '(empty)';
}

/** Like `line`, but keeps the line breaks. */
export function lines(text: string, limit: number): string {
  return cutText(cleanText(text, limit).replace(/\n{3,}/g, '\n\n'), limit) || '(empty)';
}

/** A run of text that is already clean. */
export function run(text: string, style?: Style): TextRun {
  return style ? { type: 'text', text, style } : { type: 'text', text };
}

export function section(...elements: TextRun[]): RichSection {
  return { type: 'rich_text_section', elements };
}

export function preformatted(text: string): RichElement {
  return { type: 'rich_text_preformatted', elements: [run(text)] };
}

export function richText(elements: RichElement[]): Block {
  return { type: 'rich_text', elements };
}

/** A header in plain text; markup characters give way, since clients differ in whether they decode entities there. */
export function header(text: string): Block {
  const plain = line(text, HEADER_LIMIT).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '+');
  return { type: 'header', text: { type: 'plain_text', text: cutText(plain, HEADER_LIMIT), emoji: true } };
}

export function divider(): Block {
  return { type: 'divider' };
}

/** Small grey lines of plain text, at most 10. */
export function context(texts: string[]): Block {
  return { type: 'context', elements: texts.map((text) => ({ type: 'plain_text', text, emoji: false })) };
}

/** A markup text object; `verbatim` keeps Slack from making links out of what it finds in the text. */
export function mrkdwn(text: string): Block {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** One line of untrusted text for use inside our own markup: escaped, and its marks of formatting disarmed. */
export function markupLine(text: string, limit: number): string {
  return escapeEntities(cutText(disarm(cleanLine(text, limit)), limit)) || '(empty)';
}

/** Slack has no escape for its marks of formatting, so look-alikes stand in where a mark could open or close something. */
function disarm(text: string): string {
  return text
    .replaceAll('`', 'ˋ')
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, 'ˍ')
    .replace(/^>/, '›');
}
