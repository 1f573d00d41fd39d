import { assertCredentials } from '../../../src/producer/assert-credentials.ts';
import type { Config } from '../../../src/shared/config.ts';
import { describeFault } from '../describe-fault.ts';
import { failed, type Line, off, ok } from './check.ts';

/** Who may send alerts and who may see the board: the secrets that are set, never their values. */
export function checkAccess(config: Config): Line[] {
  const { slack, webhookToken, adminToken } = config;
  return [
    ...checkSenders(config),
    slack.signingSecret
      ? ok('Slack signing secret', 'set')
      : off('Slack signing secret', closed('POST /alerts/slack is closed', 'SLACK_SIGNING_SECRET')),
    webhookToken
      ? ok('webhook token', 'set')
      : off('webhook token', closed('every other source is closed', 'WEBHOOK_TOKEN')),
    adminToken
      ? ok('admin token', 'set')
      : off('admin token', closed('the board with the API is closed', 'ADMIN_TOKEN')),
  ];
}

function closed(meaning: string, variable: string): string {
  return `not configured (${meaning}; set ${variable} to open it)`;
}

/** A line only where the producer would refuse to start. */
function checkSenders(config: Config): Line[] {
  try {
    assertCredentials(config);
    return config.openOnLoopback ? [ok('senders', 'everybody on this machine (OPEN_ON_LOOPBACK)')] : [];
  } catch (error) {
    return [failed('senders', describeFault(error))];
  }
}
