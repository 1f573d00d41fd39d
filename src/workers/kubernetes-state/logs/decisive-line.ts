import { SERVER_ERROR } from './call-failures.ts';
import type { FailureKind } from './failure-kind.ts';
import { BUSINESS, BY_HAND, FAILURE_KINDS, INFORMS, isHarmless, LEVEL_WORDS } from './failure-words.ts';
import { isHabitual } from './habitual.ts';
import { lineTime } from './line-time.ts';
import { messageOf } from './message-of.ts';
import { comesOf, MISSING_SETTING, missingMeaning, settingIn } from './missing-settings.ts';
import { withoutOvercome } from './overcome.ts';

/** The line of a log that says best what went wrong. */
export type DecisiveLine = {
  text: string;
  /** What it complains about; null for an error of no known kind. */
  kind: FailureKind | null;
  /** How bad the line itself says it is, from 0 to 1. */
  level: number;
  score: number;
  /** How many lines say the same but for numbers and names. */
  count: number;
  /** A second line of the same trouble, such as the exception below an error; null where there is none. */
  also: string | null;
  /** True for a line that stands alone and long before the end of its log, which went on without such a line. */
  past: boolean;
  /** The setting whose absence the program tells of itself, and that leads to this; null where there is none. */
  setting: string | null;
};

const MAX_LINES = 8000;
const MAX_LINE = 1500;

type Candidate = { text: string; index: number; kind: FailureKind | null; level: number };

/** Picks the decisive line; null where no line tells of a failure. */
export function decisiveLine(lines: readonly string[]): DecisiveLine | null {
  const shown = lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES / 2), ...lines.slice(-MAX_LINES / 2)] : lines;
  const candidates = withoutOvercome(shown, shown.flatMap(toCandidate)).map((one) => raisedAt(shown, one));
  if (candidates.length === 0) return null;
  const groups = [...Map.groupBy(candidates, ({ text }) => shapeOf(text)).values()];
  const scored = groups
    .map((group) => ({ group, score: scoreOf(group, shown.length) }))
    .sort((left, right) => right.score - left.score);
  const best = scored[0];
  const line = best?.group.at(-1);
  if (!best || !line || best.score < LEAST) return null;
  const missing = missingSetting(line, candidates, shown);
  const named = missing?.named.index === line.index ? null : missing?.named;
  return {
    text: shown[line.index]?.trim() ?? line.text,
    kind: missing ? { ...MISSING_SETTING, meaning: missingMeaning(missing.setting) } : line.kind,
    level: line.level,
    score: best.score,
    count: best.group.length,
    past: isPast(best.group, shown),
    also: named
      ? (shown[named.index]?.trim() ?? null)
      : alsoSaid(
          line,
          scored.map(({ group }) => group.at(-1)),
          shown,
        ),
    setting: missing?.setting ?? null,
  };
}

/** Kinds that say no more than that the program itself fails. */
const OF_ITSELF: ReadonlySet<string> = new Set(['program-fault', 'server-error']);
/** So many lines of a stack below an error tell of it. */
const STACK = 12;

/** The setting that the decisive line misses, or whose absence the program told of before the error that comes of it; and the line that names it. */
function missingSetting(
  line: Candidate,
  candidates: Candidate[],
  lines: readonly string[],
): { setting: string; named: Candidate } | null {
  const own = settingIn(line.text);
  if (own) return line.kind === MISSING_SETTING ? { setting: own, named: line } : null;
  const broken = line.kind === MISSING_SETTING;
  if (!broken && line.kind !== null && !OF_ITSELF.has(line.kind.name)) return null;
  const error = lines.slice(line.index, line.index + STACK);
  const told = candidates
    .filter(({ kind, index }) => kind === MISSING_SETTING && index < line.index)
    .flatMap((named) => {
      const setting = settingIn(named.text);
      return setting ? [{ setting, named }] : [];
    });
  const near = told.find(({ setting }) => comesOf(setting, error));
  return near ?? (broken && new Set(told.map(({ setting }) => setting)).size === 1 ? (told[0] ?? null) : null);
}

const TRACEBACK = /^\s*Traceback \(most recent call last\):\s*$/;
const MOST_FRAMES = 120;

/** The head of a Python traceback says nothing: what was raised stands below its frames. */
function raisedAt(lines: readonly string[], candidate: Candidate): Candidate {
  if (!TRACEBACK.test(candidate.text)) return candidate;
  const below = lines.slice(candidate.index + 1, candidate.index + MOST_FRAMES);
  const at = below.findIndex((line) => /^\S/.test(line));
  const text = below[at]?.slice(0, MAX_LINE);
  return text === undefined ? candidate : { ...candidate, text, index: candidate.index + 1 + at };
}

/** Below this a line is only a warning of no known kind. */
const LEAST = 0.42;

/** A program that cannot deliver its own telemetry works all the same. */
const TELEMETRY =
  /\b(?:otel\w*|opentelemetry|sentry|datadog|new ?relic|bugsnag|rollbar|honeycomb|otlp|jaeger|zipkin|span ?exporter|exporting (?:failed|spans|metrics|traces)|(?:trace|metric|span|log)s? export\w*|exporterhelper|retry_sender|statsd|pushgateway)\b/i;

/** A head of Ruby's logger with nothing behind it but the number of a request. */
const EMPTY = /^[DIWEF], \[[^\]]{10,60}\]\s+[A-Z]+ -- [\w:]*:\s*(?:\[[\w-]+\]\s*)*$/;

/** A sample of a metric as Prometheus and its tools print it: the words in its labels are counted, not said. */
const SAMPLE =
  /^\s{0,8}[\w:]{0,160}\{[^{}]{0,800}\}\s{1,8}(?:=>\s{0,4})?[-+]?(?:\d|NaN|Inf)[\w.+-]{0,30}(?: @?\[?[\d.]{1,20}\]?)?\s*$/;

/** The head of a boxed table: names of columns in capitals, among them `ERRORS`, which tell of nothing yet. */
const HEADING = /^\s{0,8}\|[A-Z _()%/-]{0,120}\|[A-Z _()%/|-]{0,800}\|\s*$/;

function toCandidate(raw: string, index: number): Candidate[] {
  const text = raw.slice(0, MAX_LINE);
  if (
    SAMPLE.test(text) ||
    HEADING.test(text) ||
    isHarmless(text) ||
    BY_HAND.test(text) ||
    BUSINESS.test(text) ||
    EMPTY.test(text) ||
    /^\s+at\s/.test(text) ||
    /^\s*File "/.test(text)
  )
    return [];
  const head = text.slice(0, 120);
  const kind = FAILURE_KINDS.find(({ pattern, holds }) => pattern.test(text) && (holds?.(text) ?? true)) ?? null;
  const level = levelOf(text, head, kind);
  // Who calls it an error that a callee refuses its requests is the client himself.
  const refused = level >= 0.85 && REFUSED_BY_CALLEES.has(kind?.name ?? '');
  if (!kind?.certain && !refused && isHabitual(text)) return [];
  const informs =
    INFORMS.test(head) && !/"level":\s?[56]0\b|\b(?:ERROR|FATAL|PANIC|CRITICAL|SEVERE|Exception in)\b/.test(head);
  // A server that refuses a client's token or request does its work.
  if (kind?.name === 'file-permission' && WARNS.test(head) && /\b40[13]\b/.test(text)) return [];
  if (TELEMETRY.test(text)) return level >= 0.6 || kind ? [{ text, index, kind: null, level: 0.35 }] : [];
  if (kind?.certain) return [{ text, index, kind, level: Math.max(level, 0.85) }];
  if (SERVER_ERROR.test(text)) return [{ text, index, kind: kind ?? null, level: Math.max(level, 0.6) }];
  if (level === 0 && kind === null) return [];
  if (informs && (kind === null || kind.weight < 1 || level === 0)) return [];
  return [{ text, index, kind, level }];
}

const REFUSED_BY_CALLEES: ReadonlySet<string> = new Set(['rate-limit', 'callee-refuses']);

const WARNS = /\bWARN(?:ING)?\b|level=warn|"level":\s?(?:"warn|40\b)|\[warn/i;
const WORSE = /\b(?:FATAL|PANIC|CRITICAL|SEVERE)\b|\bERROR\b|Exception\b|"level":\s?[56]0\b/;

/** How bad a line is by its words; where it calls itself a warning, not worse than that, whatever word stands in it. */
function levelOf(text: string, head: string, kind: FailureKind | null): number {
  const level = LEVEL_WORDS.find(({ pattern }) => pattern.test(text))?.weight ?? 0;
  return WARNS.test(head) && !WORSE.test(text) ? Math.min(level, kind ? 0.6 : 0.35) : level;
}

function scoreOf(group: Candidate[], total: number): number {
  const line = group.at(-1);
  if (!line) return 0;
  const frequent = Math.min(0.1, group.length / 200);
  const late = total > 0 ? 0.1 * (line.index / total) : 0;
  return 0.5 * line.level + (line.kind ? 0.55 * line.kind.weight : 0) + frequent + late;
}

/** So long before the end of a log (in ms) a line or two tell of something that is over. */
const LONG_AGO = 30 * 60_000;

function isPast(group: Candidate[], lines: readonly string[]): boolean {
  const at = lineTime(group.at(-1)?.text ?? '');
  const end = lines.findLast((line) => lineTime(line) !== null);
  return group.length <= 2 && at !== null && end !== undefined && (lineTime(end) ?? at) - at >= LONG_AGO;
}

/** A line without what differs from one occurrence to the next. */
function shapeOf(text: string): string {
  return text
    .replace(/\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*/g, '')
    .replace(/\b[0-9a-f]{8,}\b/gi, '#')
    .replace(/\d+/g, '#')
    .trim()
    .slice(0, 160);
}

/** A few words at least: many lines hold nothing but the number of a request. */
const TELLS = /[a-z]{3,}.*?[a-z]{3,}/i;

/** The next best line within reach of the decisive one that adds words of its own. */
function alsoSaid(line: Candidate, others: (Candidate | undefined)[], lines: readonly string[]): string | null {
  const near = others.find(
    (other) =>
      other &&
      other !== line &&
      Math.abs(other.index - line.index) <= 12 &&
      other.level + (other.kind?.weight ?? 0) >= 0.8 &&
      TELLS.test(messageOf(lines[other.index] ?? '')) &&
      !shapeOf(line.text).includes(shapeOf(other.text)),
  );
  return near ? (lines[near.index]?.trim() ?? null) : null;
}
