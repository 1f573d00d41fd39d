import type { AlertStatus } from '../../shared/alert.ts';

/** What a status field says; `other` is a step of people's work (acknowledged, commented) and no alert of its own. */
export type StatusWord = AlertStatus | 'other';

const FIRING =
  'firing fire fired alert alerting alarm trigger triggered triggering retriggered open opened reopened problem down critical crit ' +
  'error warning warn fatal failed failing failure active activated unhealthy new create created started start unresolved ' +
  'insufficient_data no_data nodata unreachable bad unknown emergency renotify major minor degraded offline breached';
const RESOLVED =
  'resolved resolve ok okay closed close close_ recovered recovery recover up normal cleared clear inactive healthy success ' +
  'succeeded passing pass deactivated ended end fixed online operational green good';
const OTHER =
  'acknowledge acknowledged unacknowledge unacknowledged ack addnote add_note annotated comment commented assign assigned ' +
  'assignownership reassigned delegated escalated escalate snooze snoozed unsnoozed priority_updated addteam addtags addrecipient ' +
  'updatepriority updatemessage updatedescription updated archived ignored muted unmuted downtimestart downtimeend ' +
  'downtimecancelled flappingstart flappingstop acknowledgement test ping paused pending';

const WORDS = new Map<string, StatusWord>([
  ...FIRING.split(' ').map((word) => [word, 'firing'] as const),
  ...RESOLVED.split(' ').map((word) => [word, 'resolved'] as const),
  ...OTHER.split(' ').map((word) => [word, 'other'] as const),
]);

/**
 * What a status field's value says: the whole value, else its last known word ("incident.triggered", "DOWN -> UP",
 * "ALERT_NOTIFICATION_CLEAR"). Null when it is no status at all.
 */
export function readStatus(value: string | null | undefined): StatusWord | null {
  if (!value || value.length > 80) return null;
  const text = value.trim().toLowerCase();
  const whole = WORDS.get(text) ?? WORDS.get(text.replace(/[\s-]+/g, '_'));
  if (whole) return whole;
  const known = text
    .split(/[^a-z]+/)
    .map((word) => WORDS.get(word))
    .filter((word) => word !== undefined);
  return known.at(-1) ?? null;
}

/** What stands before the first word of a notification: brackets, bold marks, emoji. */
const LEAD = /^(?:[\s*_~`[({<>|#.-]|\p{Extended_Pictographic}|\ufe0f|:[a-z0-9_+-]{2,40}:){0,40}/u;
const PREFIX =
  /^(re-?triggered|triggered|firing|alerting|alert|alarm|problem|down|critical|warning|no ?data|warn|error|failed|failure|open(?:ed)?|resolved|resolve|recovered|recovery|recover|ok|okay|closed|cleared|up|normal|fixed|back to normal)(?=[\s\])}:!,|*_~`-]|$)/i;

/** "recovered" may begin an ordinary sentence, but these words before a colon, bracket or dash are a notification's mark. */
const MARKED = /^.{0,40}?[\])}:|*!,-]|^.{0,40}?\s(?:on|for|since|from|alert|incident)\b/i;

const RESOLVED_EMOJI =
  /^\s*(?:✅|🟢|💚|🆗|:white_check_mark:|:heavy_check_mark:|:large_green_circle:|:green_circle:|:ok:)/u;
const FIRING_EMOJI = /^\s*(?:🚨|🔥|🔴|❌|⛔|❗|:fire:|:rotating_light:|:red_circle:|:x:|:no_entry:|:exclamation:)/u;

const RESOLUTION =
  /\b(?:resolved|recovered|cleared|back to normal|returned to normal|healthy again|no longer (?:firing|alerting|down)|is (?:now )?back (?:up|online)|is (?:now )?(?:up|online|healthy|ok)(?= again|\s*[:.!\n]|\s*$))(?!\w)/gi;
const OF_THE_ALERT = /\b(?:alert|alarm|incident|issue|problem|monitor|check|trigger|condition|status|state|event)s?\b/i;
/** Marks that no later word in the message outweighs; "alert", "error" or "down" may as well begin the news of the end. */
const CERTAIN = /^(?:firing|(?:re-?)?triggered|alerting)$/i;
const NEGATED =
  /(?:\b(?:not|never|cannot|be|isn|wasn|hasn|until|unless|if|when|once|to|yet|being|partially|hardly)|n['’]t)(?:\s+\w{1,12}){0,2}\s*$/i;
/** "the host name resolved to a wrong address" speaks of DNS. */
const DNS_TALK = /^\s*(?:to|as|by|into|via|name|address|host)\b/i;

/**
 * What a notification's text says of itself: its prefix ("[FIRING:2] ...", "Recovered: ...") or emoji first, then a
 * sentence such as "the alert has been resolved". Null when it says nothing; "could not be resolved" says nothing.
 */
export function readStatusText(text: string): AlertStatus | null {
  const head = text.slice(0, 2000);
  return prefixStatus(head) ?? emojiStatus(head) ?? (saysResolved(head) ? 'resolved' : null);
}

/** "[P1] [Triggered on {host:web-1}] CPU is high": the mark may stand in any of the leading brackets. */
const BRACKETS = /^\s*(?:\[[^\]\n]{0,120}\]\s*){1,4}/;

function prefixStatus(text: string): AlertStatus | null {
  const groups = BRACKETS.exec(text)?.[0].match(/\[[^\]]{0,120}\]/g) ?? [];
  for (const candidate of [...groups, text]) {
    const status = headStatus(candidate, text);
    if (status) return status;
  }
  return null;
}

function headStatus(candidate: string, text: string): AlertStatus | null {
  const lead = LEAD.exec(candidate)?.[0] ?? '';
  const rest = candidate.slice(lead.length, lead.length + 200);
  const word = PREFIX.exec(rest)?.[1];
  if (!word) return null;
  const bracketed = /[[({*]/.test(lead);
  const after = rest.slice(word.length);
  const alone = after.trim() === '';
  if (!bracketed && !alone && !MARKED.test(after)) return null;
  const status = readStatus(word.toLowerCase() === 'back to normal' ? 'normal' : word);
  if (status === 'firing' && !CERTAIN.test(word) && saysResolved(text)) return 'resolved';
  return status === 'other' ? null : status;
}

function emojiStatus(text: string): AlertStatus | null {
  if (RESOLVED_EMOJI.test(text)) return 'resolved';
  return FIRING_EMOJI.test(text) ? 'firing' : null;
}

/**
 * The first line may say it in any words. Below it an alert quotes whatever it likes, so that a sentence there counts only
 * when it speaks of the alert itself: "everything is healthy" in a quoted page must not end an alert.
 */
function saysResolved(text: string): boolean {
  const [first = '', ...below] = text.trimStart().split('\n');
  return hasResolution(first) || below.some((line) => OF_THE_ALERT.test(line) && hasResolution(line));
}

function hasResolution(text: string): boolean {
  for (const match of text.matchAll(RESOLUTION)) {
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 20);
    if (!NEGATED.test(before) && !DNS_TALK.test(after)) return true;
  }
  return false;
}

/** The title without its status mark, so that firing and resolved of one problem read the same. */
export function withoutStatus(title: string): string {
  const bare = title
    .replace(/^(?:[\s*_~`#>-]|\p{Extended_Pictographic}|\ufe0f|:[a-z0-9_+-]{2,40}:){1,20}/u, '')
    .replace(/^(?:\[[^\]]{0,120}\]\s*){1,4}/, '')
    .replace(
      /^(?:re-?triggered|triggered|firing|alerting|alert|alarm|problem|resolved|recovered|recovery|ok|closed|open|cleared)(?:\s+on\s+\{[^}]{0,200}\})?\s*[:|!-]\s*/i,
      '',
    )
    .trim();
  return bare === '' ? title.trim() : bare;
}

/**
 * A title without what changes from one firing to the next: standing numbers with their units, and state changes such as
 * "DOWN -> UP". Two titles with the same words tell of the same problem.
 */
export function sameWords(title: string): string {
  return withoutStatus(title)
    .toLowerCase()
    .replace(/\b(?:up|down|ok|warn(?:ing)?|crit(?:ical)?|unknown|unreachable|alerting|firing) ?-> ?\w+/g, '->')
    .replace(
      /(?<![\w.-])(?!\d{1,3}(?:\.\d{1,3}){3})\d+(?:[.,:]\d+)*\s?(?:%|ms|s|m|h|d|[kmgt]i?b|days?|hours?|minutes?|seconds?)?(?![\w.-])/g,
      '#',
    )
    .replace(/\s+/g, ' ')
    .trim();
}
