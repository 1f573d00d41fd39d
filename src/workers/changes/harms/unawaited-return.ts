import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

const HANDS_BACK = /^(.)\s*return (await )?(.+)$/;
const GIVES_BACK = /(?:release|unlock|close|dispose|end|rollback|commit|cleanup|clear\w*|delete|del)\w*\s*\(/i;
const MOST_LINES = 600;
const MAX_LINE = 400;
/** So far below the line its `finally` stands. */
const MOST_BELOW = 12;

const TOO_EARLY =
  /stale|conflict|version|optimistic|lost update|concurrent|\brace\b|twice|duplicate|locks?_held|lock held|not (?:held|locked|open)|already (?:closed|released|ended|disposed)|(?:after|is|was|been) (?:closed|released|ended|disposed)|closed (?:connection|client|pool|session)|connection (?:is )?(?:closed|terminated)|transaction (?:is )?(?:closed|aborted|finished)/i;

/** A promise that is handed back from within a `try` unawaited: what stands in its `finally` is done while the work still runs. */
export function unawaitedReturn({ detail }: ReadChange): Consequence[] {
  const lines = detail.split('\n', MOST_LINES).map((line) => line.slice(0, MAX_LINE));
  for (const [index, line] of lines.entries()) {
    const [, sign, awaited, what] = HANDS_BACK.exec(line) ?? [];
    if (sign !== '+' || awaited !== undefined) continue;
    const wasAwaited = lines.some((one) => {
      const [, before, waits, same] = HANDS_BACK.exec(one) ?? [];
      return before === '-' && waits !== undefined && same === what;
    });
    const below = lines.slice(index + 1, index + 1 + MOST_BELOW);
    const last = below.findIndex((one) => /^@@/.test(one));
    const rest = last < 0 ? below : below.slice(0, last);
    const at = rest.findIndex((one) => /^[ +]\s*\}?\s*finally\b/.test(one));
    const gives = at < 0 ? undefined : rest.slice(at).find((one) => /^[ +]/.test(one) && GIVES_BACK.test(one));
    if (!wasAwaited || gives === undefined) continue;
    const why = `it hands back "${oneLine(what!, 80)}" without await, so that "${oneLine(gives.slice(1), 60)}" is done too early, before that work ends`;
    return [{ why, shows: TOO_EARLY, isPlain: true }];
  }
  return [];
}
