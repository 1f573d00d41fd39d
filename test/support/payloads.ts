import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../../src/producer/sources/index.ts';
import type { ParseContext } from '../../src/producer/sources/source.ts';
import type { Alert, ParsedBody } from '../../src/shared/alert.ts';

const PAYLOADS = join(import.meta.dirname, '../fixtures/payloads');

/** What a parser knows beside the body: we are the bot B0FLEET, and it is the morning of 2026-10-01. */
export function aParseContext(given: Partial<ParseContext> = {}): ParseContext {
  return {
    receivedAt: new Date('2026-10-01T08:16:00Z'),
    headers: {},
    ownSlack: { botId: 'B0FLEET', appId: 'A0FLEET', userId: 'U0FLEET' },
    ...given,
  };
}

/** A payload of test/fixtures/payloads, for example `slack/person-pool`. */
export function aPayload(name: string): unknown {
  return JSON.parse(readFileSync(join(PAYLOADS, `${name}.json`), 'utf8'));
}

/** The body as the source reads it. */
export function parseAs(source: string, body: unknown, context: ParseContext = aParseContext()): ParsedBody {
  const found = findSource(source);
  if (!found) throw new Error(`no source ${source}`);
  return found.parse(body, context);
}

/** The payload as the source reads it that its folder names. */
export function parsePayload(name: string, context?: ParseContext): ParsedBody {
  return parseAs(name.split('/', 1)[0] ?? '', aPayload(name), context);
}

/** The only alert of a payload. */
export function onlyAlert(name: string, context?: ParseContext): Alert {
  const { alerts } = parsePayload(name, context);
  if (alerts.length !== 1) throw new Error(`${name} holds ${alerts.length} alerts`);
  return alerts[0]!;
}

/** A Slack event with a message; `event` is merged over a plain message of a person. */
export function slackMessage(event: Record<string, unknown>, eventId = 'Ev0TEST'): Record<string, unknown> {
  const base = {
    type: 'message',
    channel: 'C0ALERTS',
    channel_type: 'channel',
    user: 'U0ANNA',
    ts: '1790000000.000100',
  };
  return { type: 'event_callback', team_id: 'T0TEAM', event_id: eventId, event: { ...base, ...event } };
}
