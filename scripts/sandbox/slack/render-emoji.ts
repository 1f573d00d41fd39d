/** The shortcodes that alert senders and we ourselves use; others stay as they are written. */
const EMOJI: Record<string, string> = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  rotating_light: '🚨',
  fire: '🔥',
  mag: '🔍',
  mag_right: '🔎',
  dart: '🎯',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  hourglass_not_done: '⏳',
  bell: '🔔',
  red_circle: '🔴',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  large_green_circle: '🟢',
  large_blue_circle: '🔵',
  white_circle: '⚪',
  grey_question: '❔',
  question: '❓',
  exclamation: '❗',
  information_source: 'ℹ️',
  lock: '🔒',
  key: '🔑',
  wrench: '🔧',
  bug: '🐛',
  rocket: '🚀',
  eyes: '👀',
  tada: '🎉',
  boom: '💥',
  zap: '⚡',
  chart_with_upwards_trend: '📈',
  chart_with_downwards_trend: '📉',
  clock1: '🕐',
  link: '🔗',
  page_facing_up: '📄',
  memo: '📝',
  robot_face: '🤖',
  thumbsup: '👍',
  thumbsdown: '👎',
  '+1': '👍',
  '-1': '👎',
  no_entry: '⛔',
  octagonal_sign: '🛑',
  arrow_right: '➡️',
  heavy_minus_sign: '➖',
};

/** The picture of an emoji by its name, null when it is not known here. */
export function emojiOf(name: string): string | null {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name]! : null;
}

/** Replaces the `:name:` codes that are known. */
export function replaceEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]{1,50}):/g, (code, name: string) => emojiOf(name) ?? code);
}
