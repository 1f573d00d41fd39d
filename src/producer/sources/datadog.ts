import type { AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import { bodyInvalid, firstText, isRecord, type JsonRecord, recordOf, textOf } from './read-json.ts';
import { readStatus, readStatusText, withoutStatus } from './read-status.ts';
import { tagsOf } from './read-tags.ts';
import { ignoredBody, type ParseContext, type Shape } from './source.ts';

/**
 * Datadog's webhook integration (https://docs.datadoghq.com/integrations/webhooks/). Its body is a template that each team
 * writes, so the members are looked up by the names of Datadog's variables, in any case and with or without underscores.
 */
export const datadogShape: Shape = { recognises: looksLikeDatadog, read: readDatadog };

/** An `alert_id` alone is no mark: many senders have one. */
const MARKS = ['alerttransition', 'alerttype', 'alertquery', 'alertmetric', 'monitorid', 'aggregkey', 'eventmsg'];

function looksLikeDatadog(body: unknown): boolean {
  if (!isRecord(body)) return false;
  const members = byPlainName(body);
  const isDefault = members.has('eventtype') && members.has('lastupdated') && members.has('org');
  const isMonitor =
    typeof body.query === 'string' && (/ alert$/.test(textOf(body.type) ?? '') || members.has('monitorid'));
  return isDefault || isMonitor || (members.has('title') && MARKS.some((mark) => members.has(mark)));
}

function byPlainName(body: JsonRecord): Map<string, unknown> {
  return new Map(Object.entries(body).map(([name, value]) => [name.toLowerCase().replace(/[^a-z]/g, ''), value]));
}

function readDatadog(body: unknown, context: ParseContext, source: string): ParsedBody {
  const event = byPlainName(recordOf(body));
  const text = (...names: string[]): string | null => firstText(...names.map((name) => event.get(name)));
  const title = text('title', 'eventtitle', 'alerttitle', 'name', 'msgtitle');
  const message = text('body', 'eventmsg', 'textonlymsg', 'message', 'description', 'text', 'alertmessage');
  const transition = text('alerttransition', 'transition');
  if (readStatus(transition) === 'other') return ignoredBody(`Datadog transition "${transition}" changes no alert`);
  if (title === null && message === null) {
    throw bodyInvalid(
      'neither `title` nor `body` holds a text: fill them with $EVENT_TITLE and $EVENT_MSG in the webhook of Datadog',
    );
  }
  const status = statusOf(text, title);
  const at = event.get('date') ?? event.get('lastupdated');
  const labels = { ...tagsOf(event.get('tags')), ...scopeOf(text('alertscope')), ...hostOf(text('hostname', 'host')) };
  const monitor = text('monitorid', 'alertid');
  const query = text('query', 'alertquery');
  const metric = text('alertmetric', 'metric');
  const name = nameOf(title, text('monitorname'));
  const alert = makeAlert(
    {
      source,
      status,
      name,
      title: withoutStatus(title ?? message?.split('\n', 1)[0] ?? ''),
      description: message === null ? null : withoutMentions(message),
      severityTexts: [text('alertpriority', 'priority', 'severity', 'urgency'), priorityIn(title), text('alerttype')],
      labels,
      annotations: { ...(query ? { query } : {}), ...(metric ? { metric } : {}), ...(monitor ? { monitor } : {}) },
      ...(status === 'firing' ? { startsAt: at } : { endsAt: at }),
      url: text('link', 'url', 'alerturl', 'eventurl'),
      identity: text('aggregkey') ?? [monitor, text('alertscope'), withoutStatus(name ?? ''), labels],
      delivery: deliveryOf(text('id', 'eventid'), transition),
    },
    context,
  );
  return { alerts: [alert], ignored: [] };
}

type Lookup = (...names: string[]) => string | null;

function statusOf(text: Lookup, title: string | null): AlertStatus {
  const words = [text('alerttransition', 'transition'), text('alertstatus', 'status', 'state', 'overallstate')].map(
    readStatus,
  );
  const word = words.find((found) => found === 'firing' || found === 'resolved');
  if (word === 'firing' || word === 'resolved') return word;
  const said = readStatusText(title ?? '');
  if (said) return said;
  return text('alerttype')?.toLowerCase() === 'success' ? 'resolved' : 'firing';
}

/** An event id is unique per transition; some teams put the monitor's id there, hence the transition beside it. */
function deliveryOf(id: string | null, transition: string | null): unknown {
  return id === null || transition === null ? null : [id, transition];
}

/** "[P1] [Triggered on {host:web-1}] CPU is high" is named "CPU is high". */
function nameOf(title: string | null, monitorName: string | null): string | null {
  return monitorName ?? (title === null ? null : withoutStatus(title));
}

function priorityIn(title: string | null): string | null {
  return /^\s*(?:\[[^\]]{0,60}\]\s*){0,3}\[(P[1-5])\]/i.exec(title ?? '')?.[1] ?? null;
}

function scopeOf(scope: string | null): Record<string, string> {
  return scope === null || scope === '*' ? {} : tagsOf(scope);
}

function hostOf(host: string | null): Record<string, string> {
  return host === null ? {} : { host };
}

/** Datadog's marks for markdown and its notification handles are of no use to a reader here. */
function withoutMentions(message: string): string {
  return message.replace(/^%%%\s?|\s?%%%$/g, '').replace(/(^|\s)@[\w.-]{1,100}(?:@[\w.-]{1,100})?/g, '$1');
}
