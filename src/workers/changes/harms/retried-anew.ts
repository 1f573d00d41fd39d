import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** What tells that lines decide when a call is tried again. */
const RETRIES =
  /\bretr(?:y|ies|ied|yable)\w*|\w(?:Retry|Retries)\w*|\bShouldHandle\b|should_?retry|\bmax_?attempts\b|\bback_?off\w*/i;
/** Failures of servers and of the way to them, which may be gone at the next try. */
const MAY_PASS =
  /(?:>=?|gte\()\s*(?:500|HttpStatusCode\.InternalServerError|HttpStatus\.INTERNAL_SERVER_ERROR|http\.StatusInternalServerError)|\b5xx\b|is_?5xx|ServerError\b|\b50[0-4]\b|\bTransient\w*|\w*(?:Connect(?:ion)?|Timeout)(?:Error|Exception)\b/i;
/** Whatever failed, answers that will be the same each time (not found, not allowed, invalid) among it. */
const WHATEVER =
  /IsSuccess(?:StatusCode)?|is_success|!\s*[\w.]+\.ok\b|\bnot [\w.]+\.ok\b|!==?\s*(?:200|2\b)|<> 200|>=?\s*(?:300|400|HttpStatusCode\.BadRequest|http\.StatusBadRequest)\b|\bis_?error\b|\bErrors?\.is\w*\(|\bException\b|\bStandardError\b|\bThrowable\b|(?:=>|->|:|return)\s*[Tt]rue\b/;
const MOST_READ = 20_000;

const ASKED_MORE =
  /requests?_per|calls?_per|_rps\b|\bqps\b|queries_per|requests?\/s|retr(?:y|ies)|attempts?\b|rate.?limit|\b429\b|too many|latenc|duration|p9\d/i;

/** A call that is now tried again after every answer that is no success, where it was only after failures that may pass. */
export function retriedAnew({ removed, added, detail }: ReadChange): Consequence[] {
  const was = removed.find((line) => MAY_PASS.test(line));
  const is = added.find((line) => WHATEVER.test(line));
  if (!RETRIES.test(detail.slice(0, MOST_READ)) || !was || !is || added.some((line) => MAY_PASS.test(line))) return [];
  const why = `a call is tried again after every answer that is no success, also one that will be the same each time: "${oneLine(is, 80)}" instead of "${oneLine(was, 80)}"`;
  return [{ why, shows: ASKED_MORE, isPlain: true, feltByAsked: true }];
}
