import { firstText, isRecord, type JsonRecord, listOf, recordOf, recordsOf, textOf } from './read-json.ts';
import { firstLinkIn, plainSlackText } from './slack-text.ts';

/** A Slack message (or a body for an incoming webhook) as plain text and the facts that its parts spell out. */
export type SlackMessageText = {
  /** The lines as a reader sees them, none twice. */
  lines: string[];
  /** Fields ("Severity: critical", "*service:* api") by snake_case name. */
  fields: Record<string, string>;
  /** The attachments' colours, lower-case, without `#`. */
  colors: string[];
  url: string | null;
};

/** Interactive parts show no facts: buttons, menus, inputs. */
const INTERACTIVE =
  /^(?:actions|button|.*_select|overflow|datepicker|timepicker|datetimepicker|checkboxes|radio_buttons|input|workflow_button|context_actions)$/;
/** The members of a block, attachment or element that readers see, in reading order. */
const TEXT_MEMBERS = [
  'pretext',
  'title',
  'header',
  'subtitle',
  'text',
  'body',
  'description',
  'fields',
  'elements',
  'rows',
  'items',
  'tasks',
  'blocks',
  'alt_text',
];

/** Reads text, blocks (of every kind) and legacy attachments; bots often put everything into one of them. */
export function readSlackMessage(message: JsonRecord): SlackMessageText {
  const attachments = recordsOf(message.attachments).slice(0, 100);
  const parts = [textOf(message.text), ...blockTexts(message.blocks), ...attachments.flatMap(attachmentTexts)];
  const raw = parts.filter((part): part is string => part !== null);
  const lines = uniqueLines(raw.map(plainSlackText));
  return {
    lines,
    fields: { ...fieldsInLines(lines), ...attachmentFields(attachments) },
    colors: attachments
      .map((one) => textOf(one.color)?.toLowerCase().replace(/^#/, ''))
      .filter((color) => color !== undefined),
    url: linkOf(attachments, raw),
  };
}

function linkOf(attachments: JsonRecord[], raw: string[]): string | null {
  const titled = attachments.map((one) => textOf(one.title_link)).find((link) => link !== null);
  return titled ?? raw.map(firstLinkIn).find((link) => link !== null) ?? null;
}

function attachmentTexts(attachment: JsonRecord): (string | null)[] {
  const shown = [attachment.pretext, attachment.title, attachment.text].map(textOf);
  const fields = recordsOf(attachment.fields).map((field) => {
    const [title, value] = [textOf(field.title), textOf(field.value)];
    return title && value ? `${title}: ${value}` : (title ?? value);
  });
  const blocks = blockTexts(attachment.blocks);
  const all = [...shown, ...fields, ...blocks].filter((text) => text !== null);
  return all.length > 0 ? all : [fallbackOf(attachment)];
}

function fallbackOf(attachment: JsonRecord): string | null {
  const fallback = textOf(attachment.fallback);
  return fallback === '[no preview available]' ? null : fallback;
}

function attachmentFields(attachments: JsonRecord[]): Record<string, string> {
  const pairs = attachments
    .flatMap((attachment) => recordsOf(attachment.fields))
    .map((field) => [fieldName(textOf(field.title) ?? ''), plainSlackText(textOf(field.value) ?? '')] as const);
  return Object.fromEntries(pairs.filter(([name, value]) => name !== '' && value !== ''));
}

/** The texts of a list of blocks, one entry per line that a reader sees. */
function blockTexts(blocks: unknown): string[] {
  return listOf(blocks).slice(0, 200).flatMap(textsOf);
}

function textsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.slice(0, 500).flatMap(textsOf);
  if (!isRecord(part)) return textOf(part) === null ? [] : [String(part)];
  const type = textOf(part.type) ?? '';
  if (INTERACTIVE.test(type)) return [];
  if (/^rich_text_(?:section|preformatted|quote)$/.test(type)) return [inlineText(part.elements)];
  if (type.endsWith('text') && type !== 'rich_text') return [textOf(part.text) ?? ''];
  if (Array.isArray(part.fields) && type === 'section')
    return [...textsOf(part.text), ...part.fields.flatMap(fieldTexts)];
  return TEXT_MEMBERS.filter((member) => Object.hasOwn(part, member)).flatMap((member) => textsOf(part[member]));
}

/** A section's field shows its title over its value: `*Severity:*\nP1` is one line for us. */
function fieldTexts(field: unknown): string[] {
  return textsOf(field).map((text) => text.replace(/^\s*\*?([^\n:*]{1,40}?)\s?:?\*?:?[ \t]*\n\s*(?=\S)/, '$1: '));
}

/** Inline elements of rich text, which flow in one line. */
function inlineText(elements: unknown): string {
  return recordsOf(elements)
    .slice(0, 500)
    .map((element) => {
      if (element.type === 'emoji') return `:${textOf(element.name) ?? ''}:`;
      if (element.type === 'link') return firstText(element.text, element.url) ?? '';
      if (element.type === 'user') return `<@${textOf(element.user_id) ?? ''}>`;
      return typeof element.text === 'string' ? element.text : (firstText(element.fallback, element.range) ?? '');
    })
    .join('');
}

function uniqueLines(texts: string[]): string[] {
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const bare = line.trim();
    const key = bare
      .toLowerCase()
      .replace(/[\s*_`~•-]+/g, ' ')
      .trim();
    if (key === '' || seen.has(key)) continue;
    seen.add(key);
    kept.push(bare);
  }
  return kept;
}

const FIELD_LINE = /^[\s•*>-]{0,8}([A-Za-z][\w .-]{0,39}?)\s{0,3}[:=]\s{1,3}(\S.{0,999})$/;

/** "• alertname: HighCpu" and "Severity: critical" lines as fields; sentences with a colon are left alone. */
function fieldsInLines(lines: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines.slice(0, 200)) {
    const match = FIELD_LINE.exec(line);
    const name = match?.[1]?.trim() ?? '';
    if (!match?.[2] || name.split(/\s+/).length > 3) continue;
    fields[fieldName(name)] ??= match[2].trim();
  }
  return fields;
}

function fieldName(title: string): string {
  const name = plainSlackText(title)
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/:$/, '');
  return /^[a-z_][\w.]{0,60}$/.test(name) ? name : '';
}

/** True when the body is made for a Slack incoming webhook rather than sent by Slack's Events API. */
export function looksLikeSlackWebhook(body: unknown): boolean {
  const message = recordOf(body);
  if ('event' in message || message['@type'] !== undefined) return false;
  if (recordsOf(message.attachments).some((one) => 'contentType' in one)) return false;
  const hasParts = recordsOf(message.attachments).length > 0 || recordsOf(message.blocks).length > 0;
  return hasParts || (typeof message.text === 'string' && ('username' in message || 'channel' in message));
}
