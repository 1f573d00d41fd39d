import { replaceEmoji } from './render-emoji.ts';
import { type BlockNode, type InlineNode, isLinkable, type Style, text } from './render-nodes.ts';

const INLINE =
  /`(?<code>[^`\n]+)`|<(?<token>[^<>\n]+)>|(?<![\p{L}\p{N}*])\*(?=[^\s*])(?<bold>[^*\n]*[^\s*])\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=[^\s_])(?<italic>[^_\n]*[^\s_])_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=[^\s~])(?<strike>[^~\n]*[^\s~])~(?![\p{L}\p{N}~])/gu;
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]}'"]/g;

type Options = {
  /** Slack's `verbatim`: bare addresses stay text. */
  verbatim?: boolean;
};

/** Reads Slack's mrkdwn the way its clients show it. */
export function parseMrkdwn(source: string, options: Options = {}): BlockNode[] {
  return source.split(/```([\s\S]*?)```/).flatMap((part, index): BlockNode[] => {
    if (index % 2 === 1) return [{ kind: 'pre', text: plain(part.replace(/^\n|\n$/g, '')) }];
    return part.trim() === '' ? [] : paragraphs(part.replace(/^\n|\n$/g, ''), options);
  });
}

function paragraphs(source: string, options: Options): BlockNode[] {
  const blocks: BlockNode[] = [];
  for (const group of groupLines(source.split('\n'))) {
    const children = inline(group.lines.join('\n'), options);
    if (group.kind === 'list') blocks.push(listOf(group.lines, options));
    else blocks.push({ kind: group.kind, children });
  }
  return blocks;
}

type LineKind = 'paragraph' | 'quote' | 'list';

function groupLines(all: string[]): { kind: LineKind; lines: string[] }[] {
  const groups: { kind: LineKind; lines: string[] }[] = [];
  for (const line of all) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const kind = quoted ? 'quote' : /^\s*[•◦▪] /.test(line) ? 'list' : 'paragraph';
    const last = groups.at(-1);
    if (last?.kind === kind) last.lines.push(quoted?.[1] ?? line);
    else groups.push({ kind, lines: [quoted?.[1] ?? line] });
  }
  return groups;
}

function listOf(lines: string[], options: Options): BlockNode {
  const items = lines.map((line) => inline(line.replace(/^\s*[•◦▪] /, ''), options));
  return { kind: 'list', ordered: false, start: 1, indent: 0, items };
}

function inline(source: string, options: Options): InlineNode[] {
  const nodes: InlineNode[] = [];
  let end = 0;
  for (const match of source.matchAll(INLINE)) {
    nodes.push(...bare(source.slice(end, match.index), options), nodeOf(match.groups!, options));
    end = match.index + match[0].length;
  }
  return [...nodes, ...bare(source.slice(end), options)];
}

function nodeOf(groups: Record<string, string | undefined>, options: Options): InlineNode {
  if (groups.code !== undefined) return { kind: 'code', text: plain(groups.code) };
  if (groups.token !== undefined) return tokenNode(groups.token);
  const style = (['bold', 'italic', 'strike'] satisfies Style[]).find((name) => groups[name] !== undefined)!;
  return { kind: 'styled', style, children: inline(groups[style]!, options) };
}

/** What stands in angle brackets: a date, a mention or a link, with a label after the bar. */
function tokenNode(token: string): InlineNode {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? '' : plain(token.slice(bar + 1));
  const date = /^!date\^(\d+)\^([^^]+)/.exec(target);
  if (date) return { kind: 'date', seconds: Number(date[1]), format: plain(date[2]!), fallback: label };
  if (target.startsWith('!')) return { kind: 'mention', text: `@${label.replace(/^@/, '') || target.slice(1)}` };
  if (target.startsWith('@')) return { kind: 'mention', text: `@${label || target.slice(1)}` };
  if (target.startsWith('#')) return { kind: 'mention', text: `#${label || target.slice(1)}` };
  const url = decode(target);
  return isLinkable(url) ? { kind: 'link', url, children: [text(label || url)] } : text(label || `<${url}>`);
}

function bare(source: string, { verbatim }: Options): InlineNode[] {
  if (verbatim) return source === '' ? [] : [text(plain(source))];
  const nodes: InlineNode[] = [];
  let end = 0;
  for (const match of source.matchAll(BARE_URL)) {
    nodes.push(text(plain(source.slice(end, match.index))));
    const url = decode(match[0]);
    nodes.push({ kind: 'link', url, children: [text(url)] });
    end = match.index + match[0].length;
  }
  nodes.push(text(plain(source.slice(end))));
  return nodes.filter((node) => node.kind !== 'text' || node.text !== '');
}

function plain(source: string): string {
  return replaceEmoji(decode(source.replace(/<(?:[^<>|\n]*\|)?([^<>\n]*)>/g, '$1')));
}

function decode(source: string): string {
  return source.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
