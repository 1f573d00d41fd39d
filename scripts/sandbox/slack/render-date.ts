const DAY_MS = 86_400_000;

type Formatter = (date: Date, now: number) => string;

function by(options: Intl.DateTimeFormatOptions): Formatter {
  return (date) => new Intl.DateTimeFormat('en-US', options).format(date);
}

const long = by({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
const medium = by({ month: 'long', day: 'numeric' });
const short = by({ month: 'short', day: 'numeric', year: 'numeric' });

/** Slack's date tokens (docs.slack.dev/messaging/formatting-message-text), in this machine's time zone. */
const TOKENS: Record<string, Formatter> = {
  date_num: by({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  date_slash: by({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  date_long: long,
  date_long_full: by({ month: 'long', day: 'numeric', year: 'numeric' }),
  date_long_pretty: pretty(long),
  date: medium,
  date_pretty: pretty(medium),
  date_short: short,
  date_short_pretty: pretty(short),
  day_divider_pretty: pretty(by({ weekday: 'long', month: 'long', day: 'numeric' })),
  time: by({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  time_secs: by({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  ago: (date, now) => agoWords(now - date.getTime()),
};

/** A Slack date as the reader sees it; `now` is ms since 1970. An unknown token or an impossible date is the fallback. */
export function showDate(node: { seconds: number; format: string; fallback: string }, now: number): string {
  const date = new Date(node.seconds * 1000);
  if (Number.isNaN(date.getTime())) return node.fallback;
  let known = true;
  const shown = node.format.replace(/\{(\w+)\}/g, (_token, name: string) => {
    const format = Object.hasOwn(TOKENS, name) ? TOKENS[name] : undefined;
    if (!format) known = false;
    return format?.(date, now) ?? '';
  });
  return known ? shown : node.fallback;
}

function pretty(otherwise: Formatter): Formatter {
  return (date, now) => {
    const days = Math.round((startOfDay(date) - startOfDay(new Date(now))) / DAY_MS);
    return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days] ?? otherwise(date, now);
  };
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function agoWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 45) return seconds < 5 ? 'just now' : `${seconds} seconds ago`;
  const [count, unit] =
    seconds < 3570
      ? [Math.round(seconds / 60), 'minute']
      : seconds < 86_400
        ? [Math.round(seconds / 3600), 'hour']
        : [Math.round(seconds / 86_400), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
