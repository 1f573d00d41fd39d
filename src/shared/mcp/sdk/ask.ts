import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { AnySchema, SchemaOutput } from '@modelcontextprotocol/sdk/server/zod-compat.js';
import { TOO_LARGE } from '../../http/limit-body.ts';
import type { WaitOptions } from '../mcp-connection.ts';
import { type RequestSignal, requestSignal } from '../request-signal.ts';
import { describeSdkError, type SdkFailure } from './describe-sdk-error.ts';
import type { Session } from './open-session.ts';
import type { RequestContext } from './request-context.ts';

export type ClientRequest = Parameters<Client['request']>[0];
export type Answer<T> = { result: T } | (SdkFailure & { retryAfterMs?: number; cause?: unknown });

/** The SDK has a timer of its own, whose error looks like an abort's; ours comes first, this one is the safety net. */
const SDK_TIMER_EXTRA_MS = 1000;

/** Sends one request and waits for its answer until the signal or the deadline; tells by what ended it which it was. */
export async function ask<S extends AnySchema>(
  session: Session,
  request: ClientRequest,
  schema: S,
  wait: WaitOptions,
): Promise<Answer<SchemaOutput<S>>> {
  if (wait.signal.aborted) return given('aborted', 'the caller gave up before the request was sent', false);
  const ending = requestSignal(wait);
  const context: RequestContext = { signal: ending.signal, onLost: ending.break, retryAfterMs: null };
  const options = { signal: ending.signal, timeout: wait.deadlineMs + SDK_TIMER_EXTRA_MS };
  try {
    return { result: await session.transport.run(context, () => session.client.request(request, schema, options)) };
  } catch (cause) {
    const ended = endedAnswer(ending, wait);
    const error = session.transport.fault() ?? cause;
    const described = describeSdkError(error);
    return ended ?? { ...described, retryAfterMs: context.retryAfterMs ?? described.retryAfterMs, cause };
  } finally {
    ending.release();
  }
}

function endedAnswer({ endedBy, brokenBy }: RequestSignal, { deadlineMs }: WaitOptions) {
  switch (endedBy()) {
    case 'caller':
      return given('aborted', 'the caller gave up', true);
    case 'deadline':
      return given('timeout', `no answer within ${deadlineMs} ms`, true);
    case 'break':
      if ((brokenBy() as NodeJS.ErrnoException | undefined)?.code === TOO_LARGE) return describeSdkError(brokenBy());
      return { ...given('connection', 'the answer broke off', true), lost: true };
    case null:
      return null;
  }
}

function given(failure: SdkFailure['failure'], message: string, sent: boolean) {
  return { failure, message, sent, lost: false };
}
