import type { Config } from '../shared/config.ts';
import { FleetError } from '../shared/errors.ts';
import { isLoopback } from '../shared/is-loopback.ts';

/**
 * Throws FleetError `config_invalid` when no sender could prove itself and the producer was not told to run open, or was
 * told so on an address that others reach.
 */
export function assertCredentials({ slack, webhookToken, openOnLoopback, host }: Config): void {
  if (openOnLoopback && !isLoopback(host)) {
    throw new FleetError(
      'config_invalid',
      `OPEN_ON_LOOPBACK lets everybody in, but HOST is ${host}: set HOST to 127.0.0.1 or leave OPEN_ON_LOOPBACK out`,
    );
  }
  if (!slack.signingSecret && !webhookToken && !openOnLoopback) {
    throw new FleetError(
      'config_invalid',
      'no sender could prove itself: set SLACK_SIGNING_SECRET (for Slack) or WEBHOOK_TOKEN (for the other sources), ' +
        'or, to try things out, OPEN_ON_LOOPBACK=true with HOST=127.0.0.1',
    );
  }
}
