import type { Ignored, ParsedBody } from '../../shared/alert.ts';

/** How the sender of a source proves itself: Slack's signature over the raw body, or a shared token. */
export type Authentication = 'slack-signature' | 'token';

/** Who we are in Slack, so that our own posts are never taken for alerts. */
export type OwnSlack = { botId: string | null; appId: string | null; userId: string | null };

/** What a parser may know beside the body; `headers` have lower-case names. */
export type ParseContext = {
  receivedAt: Date;
  headers: Record<string, string | undefined>;
  ownSlack: OwnSlack | null;
};

/** A sender's webhook: `parse` is pure and throws only FleetError `body_invalid`, whatever the body is. */
export type Source = {
  authentication: Authentication;
  parse(body: unknown, context: ParseContext): ParsedBody;
};

/** One form of body that we know: `recognises` looks at the structure only, `read` may throw `body_invalid`. */
export type Shape = {
  recognises(body: unknown): boolean;
  read(body: unknown, context: ParseContext, source: string): ParsedBody;
};

/** A body that holds nothing to take up, and why. */
export function ignoredBody(reason: string): ParsedBody {
  return { alerts: [], ignored: [{ reason }] };
}

/** One body made of the results of its parts. */
export function joinBodies(bodies: ParsedBody[]): ParsedBody {
  const ignored: Ignored[] = bodies.flatMap((body) => body.ignored);
  return { alerts: bodies.flatMap((body) => body.alerts), ignored };
}
