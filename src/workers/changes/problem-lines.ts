import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { isHarmless } from '../kubernetes-state/logs/failure-words.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { logTemplates, looksLikeError } from '../localisation/telemetry/log-templates.ts';

/** Something that a service began to complain about, or a span of it that failed. */
export type ProblemLine = {
  service: string;
  /** Epoch ms. */
  at: number;
  body: string;
  /** The same for lines that differ in their values only. */
  template: string;
  /** What was attached to the line: statements, hosts, status codes. */
  attributes: Record<string, string>;
  evidence: number;
};

/** What a message says stands at its beginning. */
const MAX_BODY = 2000;
const MINUTE_MS = 60_000;
/** What was said earlier than this before the alert is how the system always talks. */
const USUAL_BEFORE_MS = 60 * MINUTE_MS;
/** Where less than that was recorded, the first part shows what is usual. */
const USUAL_SHARE = 0.25;
const WARNS = /^(?:warn|err|fatal|crit|alert|emerg|panic|severe)/i;
/** Statements that databases log because they took long; what builds or tends something takes its time. */
const TOOK_LONG =
  /\bduration: \d{3,}(?:\.\d+)? ms\b(?=.{0,80}\b(?:select|insert|update|delete|with|merge|call)\b)|\bQuery_time: (?:[1-9]\d*|0\.[5-9])/i;
const TELLS_TROUBLE =
  /\b(?:unavailable|timed? ?out|refused|rejected|exhausted|exceeded|slow|saturated|overloaded|degraded|denied|unknown|missing|out of)\b/i;

/** The first firing, epoch ms; now where no alert says when. */
export function alertTime({ alerts, now }: LocalisationInput): number {
  const starts = alerts
    .map(({ startsAt, description }) => Date.parse(startsAt ?? toldTime(description)))
    .filter((ms) => ms <= now.getTime());
  return starts.length > 0 ? Math.min(...starts) : now.getTime();
}

/** Alerts that are handed on as text tell there when they fired. */
const TOLD_TIME =
  /\b(?:fired|firing since|triggered|alerting since|started)(?: (?:at|on))?:? (\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))/i;
const toldTime = (text: string): string => TOLD_TIME.exec(text.slice(0, MAX_BODY))?.[1] ?? '';

/** Until when times show how the system usually is, for a recording that began at `start` (all epoch ms). */
export const usualUntil = (start: number, alertAt: number): number =>
  Math.max(alertAt - USUAL_BEFORE_MS, start + USUAL_SHARE * (alertAt - start));

/** Complaints that are new: nobody said the like before the time around the alert. Oldest first. */
export function problemLines(input: LocalisationInput): ProblemLine[] {
  const rows = unrepeated([...logRows(input), ...failedSpans(input)]).sort(
    (left, right) => left.at - right.at || (left.body < right.body ? -1 : 1),
  );
  const first = rows[0];
  if (!first) return [];
  const until = usualUntil(first.at, alertTime(input));
  const templates = logTemplates();
  const usual = new Set<string>();
  const problems: ProblemLine[] = [];
  for (const { complains, ...row } of rows) {
    const template = templates.of(row.body);
    const key = `${row.service} ${template}`;
    if (row.at < until) usual.add(key);
    else if (complains && !usual.has(key)) problems.push({ ...row, template });
  }
  return problems;
}

/** Several questions may bring the same line; within one answer a repeated line was written repeatedly. */
function unrepeated(rows: Row[]): Row[] {
  const first = new Map<string, number>();
  return rows.filter(({ service, at, body, evidence }) => {
    const key = `${service} ${at} ${body}`;
    const known = first.get(key) ?? evidence;
    first.set(key, known);
    return known === evidence;
  });
}

type Row = Omit<ProblemLine, 'template'> & { complains: boolean };

function logRows({ evidence }: LocalisationInput): Row[] {
  return evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.flatMap(({ at, service, severity, body, attributes }) => {
      const ms = Date.parse(at);
      if (!service || Number.isNaN(ms)) return [];
      const complains =
        WARNS.test(severity ?? '') ||
        TOOK_LONG.test(body.slice(0, MAX_BODY)) ||
        ((looksLikeError(severity, body) || TELLS_TROUBLE.test(body)) && !isHarmless(body.slice(0, MAX_BODY)));
      return [{ service, at: ms, body: body.slice(0, MAX_BODY), attributes, evidence: number, complains }];
    }),
  );
}

const ERROR_TEXTS = ['error', 'exception.message', 'error.message', 'otel.status_description', 'status_message'];

function failedSpans({ evidence }: LocalisationInput): Row[] {
  return evidenceOf(evidence, 'traces.query').flatMap(({ number, data }) =>
    data.spans.flatMap(({ at, service, name, error, attributes }) => {
      const ms = Date.parse(at);
      if (!service || !error || Number.isNaN(ms)) return [];
      const body = [name, ...ERROR_TEXTS.flatMap((key) => attributes[key] ?? [])].join(': ').slice(0, MAX_BODY);
      return [{ service, at: ms, body, attributes, evidence: number, complains: true }];
    }),
  );
}
