import { pause } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Services } from '../shared/open-services.ts';
import type { OwnSlack } from './sources/source.ts';

const RETRY_MS = 30_000;
const CALL_MS = 10_000;

/**
 * Finds out who we are in Slack, so that our own posts are never taken for alerts; until Slack has answered it is not
 * known, and the metadata of our messages and their place in threads must do. Asks again until it is answered.
 */
export function keepOwnSlack(
  { gateway, logger }: Pick<Services, 'gateway' | 'logger'>,
  signal: AbortSignal,
): () => OwnSlack | null {
  let own: OwnSlack | null = null;
  const ask = async () => {
    while (gateway.has('slack.identity') && own === null && !signal.aborted) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
      try {
        own = (await gateway.call('slack.identity', {}, { signal: limited })).data;
      } catch (error) {
        logger.warn('Slack does not say who we are; asking again', { error: describeError(error) });
        await pause(RETRY_MS, signal, false);
      }
    }
  };
  void ask();
  return () => own;
}
