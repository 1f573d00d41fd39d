import { boolean, byType, type Check, integer, listOf, matching, object, oneOf, string } from './block-checks.ts';
import { url } from './block-text-rules.ts';

/** Slack documents no bound for a single rich text; what the whole message may hold bounds it. */
const UNBOUNDED = 40_000;

const style = object({}, { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean });
const mentionStyle = object(
  {},
  { bold: boolean, italic: boolean, strike: boolean, highlight: boolean, client_highlight: boolean, unlink: boolean },
);

const textElement = object({ text: string(1, UNBOUNDED) }, { style });
const linkElement = object({ url }, { text: string(0, UNBOUNDED), unsafe: boolean, style });

const inlineElement = byType({
  text: textElement,
  link: linkElement,
  emoji: object({ name: string(1, 100) }, { unicode: string(1, 100), url, style }),
  date: object(
    { timestamp: integer(0), format: matching(/\{\w+\}/, 'date format') },
    { url, fallback: string(1, 3000), style },
  ),
  user: object({ user_id: matching(/^[UW][A-Z0-9]+$/, 'user id') }, { style: mentionStyle }),
  usergroup: object({ usergroup_id: matching(/^S[A-Z0-9]+$/, 'usergroup id') }, { style: mentionStyle }),
  channel: object({ channel_id: matching(/^[CDG][A-Z0-9]+$/, 'channel id') }, { style: mentionStyle }),
  team: object({ team_id: matching(/^T[A-Z0-9]+$/, 'team id') }, { style: mentionStyle }),
  broadcast: object({ range: oneOf('here', 'channel', 'everyone') }, { style: mentionStyle }),
  color: object({ value: matching(/^#[0-9a-f]{6}$/i, 'color') }, { style }),
});

const section = object({ elements: listOf(inlineElement, 0, 10_000) });
const border = oneOf('0', '1');
const borderNumber: Check = (checked) => border({ ...checked, value: String(checked.value) });

/** A `rich_text` block: sections, lists, quotes and preformatted text. */
export const richText: Check = object(
  {
    elements: listOf(
      byType({
        rich_text_section: section,
        rich_text_list: object(
          { elements: listOf(byType({ rich_text_section: section }), 1, 10_000), style: oneOf('bullet', 'ordered') },
          { indent: integer(0, 8), offset: integer(0), border: borderNumber },
        ),
        rich_text_quote: object({ elements: listOf(inlineElement, 0, 10_000) }, { border: borderNumber }),
        rich_text_preformatted: object(
          { elements: listOf(byType({ text: textElement, link: linkElement }), 0, 10_000) },
          { border: borderNumber, language: string(1, 100) },
        ),
      }),
      1,
      10_000,
    ),
  },
  { block_id: string(1, 255) },
);
