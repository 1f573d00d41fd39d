import type { KubernetesState } from './kubernetes-state.ts';
import { isHarmless } from './logs/failure-words.ts';
import { saidBy } from './logs/pod-log.ts';
import { type Raw, textAt } from './raw.ts';

const WORD =
  '(?:errors?|err|fail(?:ed|ures?|ing)?|exceptions?|warn(?:ings?)?|time[sd]? ?out|timeouts?|fatal|critical|denied|refused)';
/** A query for lines of a log by a word in them: Datadog, Loki, CloudWatch. */
const SEARCHES = new RegExp(
  String.raw`\blogs?\(.{0,300}\b${WORD}\b|\|[~=]\s?["${'`'}].{0,100}${WORD}|filter @message like .{0,100}${WORD}`,
  'i',
);
/** Who asks for a level or a code counts what the program itself calls an error. */
const BY_LEVEL = /\b(?:status|level|severity|lvl|@http\.status_code)\b["']?\s?[:=]/i;

/** `errors=0`, `"failed": 0`, `0 failures`, `last_error=none`. */
const NOTHING = new RegExp(
  String.raw`\b(?:\w{1,20}_)?${WORD}(?:_(?:count|total))?["']?\s?[=:]\s?["']?(?:0|none|null|nil|false|-|""|\[\])(?![\w.])|(?<![=:.\w])(?:0|no|zero|without) ${WORD}\b(?!["']?\s?[=:])`,
  'i',
);
const SOMETHING = new RegExp(
  String.raw`\b(?:\w{1,20}_)?${WORD}(?:_(?:count|total))?["']?\s?[=:]\s?["']?(?!0(?![\d.])|none|null|nil|false|-|""|\[\])[\w.]|(?<![=:.\w])[1-9]\d{0,8} ${WORD}\b(?!["']?\s?[=:])`,
  'i',
);
const HAS_WORD = new RegExp(String.raw`(?:\b|_)${WORD}\b`, 'i');
/** So many such lines show what a monitor counts. */
const ENOUGH = 2;

/**
 * True for a monitor that counts the lines in which a word of trouble stands, where all such lines that were read say that there was
 * none (`errors=0`): its alarm tells how much is written, not that anything fails.
 */
export function countsMereWords(state: KubernetesState, monitor: Raw): boolean {
  const query = textAt(monitor, 'query') ?? '';
  if (!SEARCHES.test(query.slice(0, 1500)) || BY_LEVEL.test(query.slice(0, 1500))) return false;
  const logs = state.logs.filter(({ command }) => !command);
  const counted = logs
    .flatMap(({ lines }) => lines.slice(-2000).map((line) => line.slice(0, 1500)))
    .filter((line) => HAS_WORD.test(line));
  return (
    counted.length >= ENOUGH &&
    counted.every((line) => (NOTHING.test(line) || isHarmless(line)) && !SOMETHING.test(line)) &&
    saidBy(logs) === null
  );
}
