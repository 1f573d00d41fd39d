import type { Alert, SlackOrigin } from '../shared/alert.ts';
import { maskData, maskText } from '../shared/mask-data.ts';
import { isSecretName, maskSecrets, removeInvisible } from '../shared/mask-secrets.ts';

/** Texts that were cut end like this; what of a secret is left before it might not be recognised. */
const CUT = '…';
/** Shorter texts than this were not cut by a parser. */
const LEAST_CUT = 100;
const SECRET = '[masked:secret]';

/**
 * The alert as it is written down: every text that its sender wrote without secrets and personal data, so that no table, page, log
 * or thread can show them. What identifies it (fingerprint, delivery key) was hashed from what the sender wrote and stays, so
 * that alerts are the same before and after a rule of masking changes. The body itself is never stored.
 */
export function maskAlert(alert: Alert): Alert {
  const slack = alert.slack && isOrigin(alert.slack) ? alert.slack : null;
  const same = slack === alert.slack ? alert : { ...alert, slack };
  if (!mayHoldSecrets(alert)) return same;
  const { name, title, description, severityText, service, namespace, labels, annotations, url } = alert;
  const written = { name, title, description, severityText, service, namespace, url };
  const masked = maskData(withoutCutEnds(written)) as typeof written;
  const prose = proseOf(alert);
  // Values of SQL are masked as well, but they are no secrets by themselves.
  const hidden = hiddenBetween(prose, maskSecrets(removeInvisible(prose)));
  return {
    ...same,
    ...masked,
    service: hidden(masked.service) ? null : masked.service,
    namespace: hidden(masked.namespace) ? null : masked.namespace,
    labels: maskEntries(labels, hidden),
    annotations: maskEntries(annotations, hidden),
  };
}

const proseOf = ({ name, title, description }: Pick<Alert, 'name' | 'title' | 'description'>) =>
  [name, title, description].join('\n');

/** What a parser took out of a text (a service, a `value:` line) may be the very part of it that is masked. */
function hiddenBetween(raw: string, masked: string): (text: string | null) => boolean {
  return (text) => text !== null && text.length > 3 && raw.includes(text) && !masked.includes(text);
}

/** Nearly all alerts hold nothing to mask: one look at all of their texts says so. */
function mayHoldSecrets(alert: Alert): boolean {
  const { name, title, description, severityText, service, namespace, labels, annotations, url } = alert;
  const entries = [labels, annotations].flatMap((texts) => Object.entries(texts));
  if (entries.some(([label]) => isSecretName(label))) return true;
  const pairs = entries.map(([label, value]) => `${label}:${value}\n${value}`);
  const whole = [name, title, description, severityText, service, namespace, url, ...pairs].join('\n');
  return whole.includes(CUT) || maskText(whole) !== whole;
}

/** Tags come apart at their colon, and what is a secret together may look like none in two parts. */
function maskEntries(entries: Record<string, string>, hidden: (text: string) => boolean): Record<string, string> {
  const masked = maskData(withoutCutEnds(entries)) as Record<string, string>;
  const pairs = Object.entries(masked).map(([name, value]) => {
    const pair = `${name}:${value}`;
    return [name, maskText(pair) === pair && !hidden(value) ? value : SECRET];
  });
  return Object.fromEntries(pairs);
}

function withoutCutEnds<T>(texts: T): T {
  const entries = Object.entries(texts as Record<string, string | null>);
  return Object.fromEntries(entries.map(([name, text]) => [name, text && withoutCutEnd(text)])) as T;
}

/** A text that was cut within a word ends before that word. */
function withoutCutEnd(text: string): string {
  if (text.length < LEAST_CUT || !text.endsWith(CUT)) return text;
  const end = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'), text.lastIndexOf('\t'));
  return text.length - end < text.length / 2 ? `${text.slice(0, end + 1)}${CUT}` : text;
}

/** Ids of Slack's own; whoever writes something else there names no place to answer in. */
function isOrigin({ channel, ts, teamId }: SlackOrigin): boolean {
  return /^[\w-]{1,40}$/.test(channel) && /^\d{1,20}\.\d{1,20}$/.test(ts) && /^\w{0,40}$/.test(teamId ?? '');
}
