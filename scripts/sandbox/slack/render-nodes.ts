/** What a Slack text says, free of its notation: mrkdwn and rich text both become nodes, pages and terminals show them. */
export type Style = 'bold' | 'italic' | 'strike';

export type InlineNode =
  | { kind: 'text'; text: string }
  | { kind: 'styled'; style: Style; children: InlineNode[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; url: string; children: InlineNode[] }
  /** A user, channel or whole-channel mention, ready to be shown. */
  | { kind: 'mention'; text: string }
  | { kind: 'date'; seconds: number; format: string; fallback: string };

export type BlockNode =
  | { kind: 'paragraph'; children: InlineNode[] }
  | { kind: 'quote'; children: InlineNode[] }
  | { kind: 'pre'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; indent: number; items: InlineNode[][] };

/** A text node. */
export function text(value: string): InlineNode {
  return { kind: 'text', text: value };
}

/** Whether an address may become a link; anything else is shown as text. */
export function isLinkable(url: string): boolean {
  return /^(https?:\/\/|mailto:)[^\s]+$/i.test(url);
}
