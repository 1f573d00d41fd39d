import type { SlackApiCall } from '../../sandbox/slack/slack-service.ts';
import type { SlackEffect } from '../checker/observed.ts';

const KINDS: Record<string, SlackEffect['kind']> = {
  'chat.postMessage': 'post',
  'chat.update': 'edit',
  'chat.delete': 'delete',
};

/** What our calls did to the simulated Slack, oldest first: also those whose answers were held back or lost. */
export function slackEffects(record: readonly SlackApiCall[]): SlackEffect[] {
  return record.flatMap(({ at, method, args, answer }) => {
    const kind = KINDS[method];
    if (!kind || answer.ok !== true) return [];
    const payload = (args.metadata as { event_payload?: Record<string, unknown> } | undefined)?.event_payload ?? {};
    const { message } = answer as { message?: { thread_ts?: string; ts?: string } };
    const threadTs = (args.thread_ts as string | undefined) ?? message?.thread_ts ?? null;
    return [
      {
        at: Date.parse(at),
        kind,
        channel: String(answer.channel),
        ts: String(answer.ts),
        threadTs: threadTs === answer.ts ? null : threadTs,
        incidentId: (payload.incident_id as string | undefined) ?? null,
        run: (payload.run as number | undefined) ?? null,
        part: (payload.part as string | undefined) ?? null,
      },
    ];
  });
}
