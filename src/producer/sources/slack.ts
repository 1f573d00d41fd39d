import type { Alert, ParsedBody, SlackOrigin } from '../../shared/alert.ts';
import { severityWordIn } from '../severity.ts';
import { makeAlert } from './make-alert.ts';
import { bodyInvalid, firstText, isRecord, type JsonRecord, recordOf, requireShallow, textOf } from './read-json.ts';
import { readStatusText, sameWords, withoutStatus } from './read-status.ts';
import { reasonToIgnore, type SlackAuthor, severityOfColor, statusOfColor } from './slack-alert-rule.ts';
import { readSlackMessage, type SlackMessageText } from './slack-message.ts';
import { ignoredBody, type OwnSlack, type ParseContext, type Source } from './source.ts';

/** Subtypes that carry a new message; every other one is about a message, a member or the channel. */
const MESSAGE_SUBTYPES = new Set(['bot_message', 'me_message', 'file_share']);

/** Our own posts carry message metadata of this kind, so they are known even before Slack has told us who we are. */
const OWN_METADATA = /^rca_fleet_/;

/** Slack's Events API (https://docs.slack.dev/apis/events-api): one event a request, signed by Slack. */
export const slack: Source = { authentication: 'slack-signature', parse: parseSlack };

function parseSlack(body: unknown, context: ParseContext): ParsedBody {
  requireShallow(body);
  if (!isRecord(body)) throw bodyInvalid('the body must be a JSON object of the Slack Events API');
  if (body.type === 'url_verification') return verification(body);
  if (body.type === 'app_rate_limited') {
    return ignoredBody('Slack holds events back (app_rate_limited): alerts of this minute may be missing');
  }
  const event = recordOf(body.event);
  if (!isRecord(body.event)) {
    throw bodyInvalid(
      '`event` is missing: set the Request URL under Event Subscriptions of the Slack app to this address',
    );
  }
  const reason = reasonAgainstEvent(event, context.ownSlack);
  return reason === null ? readMessage(body, event, context) : ignoredBody(reason);
}

function verification(body: JsonRecord): ParsedBody {
  const challenge = textOf(body.challenge);
  if (challenge === null) throw bodyInvalid('`challenge` of the url_verification is missing');
  return { alerts: [], ignored: [], challenge: challenge.slice(0, 1000) };
}

function reasonAgainstEvent(event: JsonRecord, own: OwnSlack | null): string | null {
  if (event.type !== 'message') return `event ${(textOf(event.type) ?? 'without a type').slice(0, 60)} is no message`;
  const subtype = textOf(event.subtype);
  if (subtype !== null && !MESSAGE_SUBTYPES.has(subtype))
    return `message subtype ${subtype.slice(0, 60)} is no new message`;
  if (isOurs(event, own)) return 'it is our own message';
  if (event.hidden === true) return 'the message is hidden';
  const thread = textOf(event.thread_ts);
  if (thread !== null && thread !== textOf(event.ts)) return 'a reply in a thread is no alert';
  if (/^(?:im|app_home)$/.test(textOf(event.channel_type) ?? '')) return 'a direct message is no alert';
  if (textOf(event.channel) === null || textOf(event.ts) === null) return 'the message has no channel or no timestamp';
  return null;
}

function isOurs(event: JsonRecord, own: OwnSlack | null): boolean {
  if (OWN_METADATA.test(textOf(recordOf(event.metadata).event_type) ?? '')) return true;
  if (own === null) return false;
  const profile = recordOf(event.bot_profile);
  const same = (mine: string | null, ...theirs: unknown[]): boolean => mine !== null && theirs.includes(mine);
  return (
    same(own.botId, event.bot_id, profile.id) ||
    same(own.appId, event.app_id, profile.app_id) ||
    same(own.userId, event.user)
  );
}

function readMessage(body: JsonRecord, event: JsonRecord, context: ParseContext): ParsedBody {
  const message = readSlackMessage(event);
  const reason = reasonToIgnore(message, authorOf(event));
  if (reason !== null) return ignoredBody(reason);
  const origin = {
    channel: textOf(event.channel) ?? '',
    ts: textOf(event.ts) ?? '',
    teamId: firstText(body.team_id, event.team),
  };
  const delivery = textOf(body.event_id) ?? [origin.channel, origin.ts];
  const alert = alertOfMessage(
    message,
    { source: 'slack', sender: authorOf(event).name, slack: origin, delivery },
    context,
  );
  return { alerts: [alert], ignored: [] };
}

function authorOf(event: JsonRecord): SlackAuthor {
  const profile = recordOf(event.bot_profile);
  const isBot = textOf(event.bot_id) !== null || event.subtype === 'bot_message' || 'bot_profile' in event;
  return { kind: isBot ? 'bot' : 'person', name: firstText(event.username, profile.name) };
}

/** An alert out of a message that is known to be one; also used for bodies made for Slack's incoming webhooks. */
export function alertOfMessage(
  message: SlackMessageText,
  origin: { source: string; sender: string | null; slack: SlackOrigin | null; delivery: unknown },
  context: ParseContext,
): Alert {
  const text = message.lines.join('\n');
  const first = message.lines[0] ?? '';
  const { fields } = message;
  const title = withoutStatus(first) || `Alert without text from ${origin.sender ?? 'a bot'}`;
  const status = statusOfMessage(message, text);
  const name = firstText(fields.alertname, fields.alert_name, fields.rule, fields.monitor);
  const rest = message.lines.slice(1).join('\n');
  return makeAlert(
    {
      source: origin.source,
      status,
      name: name ?? title,
      title,
      description: rest === '' ? first : `${first}\n${rest}`,
      severityTexts: [
        fields.severity,
        fields.priority,
        fields.level,
        severityWordIn(first),
        severityOfColor(message.colors),
      ],
      labels: fields,
      annotations: expressionOf(fields),
      url: message.url,
      ...(status === 'firing' ? { startsAt: origin.slack?.ts } : { endsAt: origin.slack?.ts }),
      slack: origin.slack,
      identity: [
        origin.slack?.channel,
        name ?? sameWords(title),
        fields.service ?? null,
        fields.namespace ?? null,
        fields.instance ?? null,
      ],
      delivery: origin.delivery,
    },
    context,
  );
}

/** The words decide, line by line; the colour only where they are silent. */
function statusOfMessage(message: SlackMessageText, text: string): 'firing' | 'resolved' {
  for (const line of message.lines.slice(0, 3)) {
    const said = readStatusText(line);
    if (said) return said;
  }
  return readStatusText(text) ?? statusOfColor(message.colors) ?? 'firing';
}

function expressionOf(fields: Record<string, string>): Record<string, string> {
  const expr = firstText(fields.expr, fields.expression, fields.query);
  return expr === null ? {} : { expr };
}
