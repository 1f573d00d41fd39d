import { type Consequence, type ReadChange, signedLines } from './harm.ts';

const HANDS_ON = /\braise\b|\bthrow\b|\breturn\b[^\n]{0,60}\berr\w*\b|\)\?;|\.map_err\(|\bpanic\(|reject\(/;
/** What goes on as if nothing had happened. */
const SWALLOWS =
  /^\s*pass\s*$|\bexcept\b[^\n]{0,80}:\s*pass|catch\s*(?:\([^)]*\))?\s*\{\s*\}|,\s*_\s*:?=|\blet _ =|^\s*_ = |\.ok\(\);|\brescue\b\s*(?:nil|=>\s*\w+)?\s*$|\.catch\(\(\w*\)\s*=>\s*(?:\{\}|null|undefined|void 0)\)|^\s*(?:continue|return (?:null|nil|None|undefined|false|\[\]|\{\}|true))\s*;?\s*$|\bcontextlib\.suppress|suppress\(/m;
const LOGS_ONLY = /\b(?:log|logger|console|slog)\b[\w.]*\(/i;

/** What follows when a step failed and nobody noticed. */
const UNNOTICED =
  /nil pointer|invalid memory address|NullPointer|NoneType|undefined|UnboundLocal|before assignment|\bwithout\b|missing|not found|\blost\b|never (?:arrived|came|sent|processed)|has no \w+|no \w+ (?:after|for)|inconsistent|unpaid|\bempty\b|stale/i;

/** A failure that was handed on and is passed over now. */
export function swallowedErrors({ detail }: ReadChange): Consequence[] {
  const { removed, added } = signedLines(detail);
  if (!removed.some((line) => HANDS_ON.test(line)) || added.some((line) => HANDS_ON.test(line))) return [];
  const passes = added.some((line) => SWALLOWS.test(line)) || added.some((line) => LOGS_ONLY.test(line));
  if (!passes) return [];
  return [{ why: 'it passes over failures that it handed on before', shows: UNNOTICED, isPlain: true }];
}
