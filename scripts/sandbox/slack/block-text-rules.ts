import { boolean, byType, type Check, matching, object, string } from './block-checks.ts';

/** `plain_text` of 1 to `max` characters; `emoji` says whether :codes: become pictures. */
export function plainText(max: number): Check {
  return byType({ plain_text: object({ text: string(1, max) }, { emoji: boolean }) });
}

/** `mrkdwn` or `plain_text` of 1 to `max` characters; `verbatim` switches Slack's own link finding off. */
export function textObject(max: number): Check {
  return byType({
    plain_text: object({ text: string(1, max) }, { emoji: boolean }),
    mrkdwn: object({ text: string(1, max) }, { verbatim: boolean }),
  });
}

/** An address that Slack accepts for links and pictures. */
export const url = matching(/^(https?|mailto|slack|tel):[^\s]{1,3000}$/i, 'url');
