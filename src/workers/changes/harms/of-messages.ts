import type { HarmRule } from './lines.ts';
import { came, gone, some } from './lines.ts';

const ACKS =
  /\b(?:basic_)?ack(?:nowledge)?\w*\(|\.commit(?:Sync|Async)?\(|commitOffsets?\(|delete_message\(|deleteMessage\(/i;
const AUTO_ACK =
  /enable[._-]?auto[._-]?commit["']?\s*[:=]\s*["']?true|auto_?ack["']?\s*[:=]\s*["']?true|noAck["']?\s*[:=]\s*true|ack[._-]?mode["']?\s*[:=]\s*["']?none/i;
const READS_GROUP =
  /group[._-]?id|consumer[._-]?group|durable[._-]?name|subscription[._-]?(?:id|name)|auto[._-]?offset[._-]?reset|initialOffset/i;
const SENDS_KEYED =
  /ProducerRecord|\.send\(|\.produce\(|publish\w*\(|partition_?key|MessageGroupId|ordering_?key|routing_?key/i;
const KEYS = /\b\w*(?:[kK]ey|[iI]d|ID)\b(?:\(\))?/g;
const IDEMPOTENT =
  /idempoten\w*|\bdedup\w*|Nx\b|SETNX|insert_ignore|on conflict|ignore_conflicts|\bunique\b|MessageDeduplicationId|request_?token/i;

const TWICE =
  /\btwice\b|duplicate|already (?:processed|exists|paid|sent|booked)|processed already|double|days? old|replay|again|charged|redeliver|_lag\b|\blag\b/i;
const NEVER =
  /never (?:processed|finished|arrived|sent|done)|\blost\b|missing|_lost\b|no \w+ (?:after|for)|without (?:its|a|an)\b|not (?:processed|delivered)/i;

/** How messages are sent, taken and done with. */
export const OF_MESSAGES: readonly HarmRule[] = [
  {
    why: 'it counts messages as done before they are',
    when: (lines) => came(lines, AUTO_ACK) || movesUp(lines.detail),
    shows: NEVER,
  },
  {
    why: 'it reads the stream from elsewhere than before',
    when: ({ removed, added }) => some(removed, READS_GROUP) && some(added, READS_GROUP),
    shows: TWICE,
  },
  {
    why: 'it sends messages without the key that keeps them in order',
    when: ({ removed, added }) =>
      some(removed, SENDS_KEYED) && some(added, SENDS_KEYED) && countOf(removed, KEYS) > countOf(added, KEYS),
    shows:
      /out of order|older than|version \d+ (?:after|before)|stale|overwritten|sequence|order(?:ing)? violat|concurrent/i,
  },
  {
    why: 'it does again what was done once only (no idempotency)',
    when: (lines) => gone(lines, IDEMPOTENT),
    shows: TWICE,
  },
];

const countOf = (lines: string[], pattern: RegExp): number =>
  lines.reduce((sum, line) => sum + (line.match(pattern)?.length ?? 0), 0);

/** A line that says that a message is done was added above and taken away below. */
function movesUp(detail: string): boolean {
  const lines = detail.split('\n', 600).filter((line) => ACKS.test(line.slice(0, 400)));
  const came = lines.findIndex((line) => line.startsWith('+'));
  return came >= 0 && lines.slice(came + 1).some((line) => line.startsWith('-'));
}
