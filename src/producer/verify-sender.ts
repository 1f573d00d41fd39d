import type { Request } from 'express';
import type { Config } from '../shared/config.ts';
import { HttpProblem } from '../shared/http/problem.ts';
import { bodyBytes } from './read-body.ts';
import type { Source } from './sources/source.ts';
import { verifySignature } from './verify-signature.ts';
import { verifyToken } from './verify-token.ts';

/** Lets a request of this source pass, or throws HttpProblem 401 or 403 whose detail helps without giving anything away. */
export type VerifySender = (source: Source, request: Request) => void;

/**
 * Slack proves itself by its signature over the raw body, the others by a token. A source without configured credentials
 * is closed, unless the producer was told to run open on loopback.
 */
export function createVerifySender({ slack, webhookToken, openOnLoopback }: Config): VerifySender {
  const secrets = slack.signingSecret ? [slack.signingSecret] : [];
  const tokens = webhookToken ? [webhookToken] : [];
  return (source, request) => {
    const bySignature = source.authentication === 'slack-signature';
    if ((bySignature ? secrets : tokens).length === 0) {
      if (openOnLoopback) return;
      const variable = bySignature ? 'SLACK_SIGNING_SECRET' : 'WEBHOOK_TOKEN';
      throw new HttpProblem(
        403,
        'Source closed',
        `this source is closed because ${variable} is not set: set it and start the producer again`,
      );
    }
    const check = bySignature
      ? verifySignature({ rawBody: bodyBytes(request), headers: request.headers }, secrets, new Date())
      : verifyToken(request.headers.authorization, tokens);
    if (check.ok) return;
    throw new HttpProblem(
      401,
      'Sender not verified',
      check.reason,
      bySignature ? {} : { 'www-authenticate': 'Bearer' },
    );
  };
}
