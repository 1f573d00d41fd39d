/** Slack escapes exactly these three (https://docs.slack.dev/messaging/formatting-message-text). */
const ESCAPES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/**
 * Slack's mrkdwn as plain text: links show their label, mentions their name, bold, italic, strike and code marks go, escapes
 * are undone last, so that an escaped `<` can never turn into a link.
 */
export function plainSlackText(mrkdwn: string): string {
  return mrkdwn
    .slice(0, 40_000)
    .replace(/<([^<>\n]{1,3000})>/g, (_, inner: string) => plainAngle(inner))
    .replace(/(^|[\s([{>•])([*_~])(?=\S)([^\n*_~]{1,500}?)(?<=\S)\2(?=$|[\s)\]}.,:;!?])/gm, '$1$3')
    .replace(/```|`/g, '')
    .replace(/&(?:amp|lt|gt);/g, (escaped) => ESCAPES[escaped] ?? escaped);
}

/** What stands between angle brackets: `!here`, `@U123|name`, `#C123|name`, `https://x|label`. */
function plainAngle(inner: string): string {
  const bar = inner.indexOf('|');
  const [target, label] = bar < 0 ? [inner, ''] : [inner.slice(0, bar), inner.slice(bar + 1)];
  if (/^[@#!]/.test(target)) return mention(target, label);
  if (label !== '') return label;
  return target.replace(/^mailto:|^tel:/, '');
}

function mention(target: string, label: string): string {
  if (label !== '') return target.startsWith('#') ? `#${label}` : label;
  if (target.startsWith('!date')) return '';
  return target.startsWith('!') ? target.slice(1).split('^', 1)[0]! : target;
}

const URL_IN = /<(https?:\/\/[^<>|\s]{1,2000})(?:\|[^<>]{0,1000})?>/;

/** The first link of a mrkdwn text, null when it has none. */
export function firstLinkIn(mrkdwn: string): string | null {
  return URL_IN.exec(mrkdwn.slice(0, 40_000))?.[1] ?? null;
}
