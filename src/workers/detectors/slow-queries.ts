import type { Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { type DatabaseServer, databaseServer, serverOfSpan } from './support/database-server.ts';
import { askDatabase, lockHolderActions } from './support/dialect.ts';
import { citedBy, firstAndLast, type LogLine, relatedLines } from './support/log-lines.ts';
import { type DatabaseSpan, databaseSpans, statementShape } from './support/slow-spans.ts';
import { durationText, isoTime, unique } from './support/text.ts';

/** A statement that takes this long is slow for a service that answers people, in ms. */
const SLOW_MS = 1000;
/** One alone counts when it takes this long, in ms. */
const VERY_SLOW_MS = 5000;

type Kind = 'deadlock' | 'lock-wait' | 'timeout' | 'slow';

const PATTERNS: readonly { kind: Kind; pattern: RegExp }[] = [
  {
    kind: 'deadlock',
    pattern: /deadlock detected|Deadlock found when trying to get lock|was deadlocked on|ORA-00060/i,
  },
  {
    kind: 'lock-wait',
    pattern:
      /Lock wait timeout exceeded|canceling statement due to lock timeout|still waiting for \w{4,30}Lock on|could not obtain lock on|ORA-00054|lock request time ?out/i,
  },
  {
    kind: 'timeout',
    pattern:
      /canceling statement due to (?:statement timeout|user request)|maximum statement execution time exceeded|SQLTimeoutException|QueryTimeoutException|Query read timeout|MaxTimeMSExpired|operation exceeded time limit|Execution Timeout Expired/i,
  },
  {
    kind: 'slow',
    pattern:
      /duration: (?<ms>\d{4,9}(?:\.\d{1,6})?) ms\s{1,4}(?:statement|execute [^:]{0,60}|plan): ?(?<statement>[\s\S]{0,600})/,
  },
  {
    kind: 'slow',
    pattern:
      /slow ?(?:query|sql|statement)[^\n]{0,40}?(?<ms>\d{3,9}(?:\.\d{1,6})?) ?(?:ms|millis(?:econds)?)\b[:,. []{0,4}(?<statement>[^\n]{0,600})/i,
  },
  { kind: 'slow', pattern: /Slow query[\s\S]{0,1500}?durationMillis"?: ?(?<ms>\d{4,9})/ },
];

const SAYS: Record<Exclude<Kind, 'slow'>, string> = {
  deadlock:
    'Transactions deadlock in the database: they lock the same rows in different orders, and the server aborts one of them',
  'lock-wait': 'Statements wait for locks that another transaction holds until they give up',
  timeout: 'Statements run into the statement timeout of the database',
};
const CONFIDENCE: Record<Exclude<Kind, 'slow'>, number> = { deadlock: 0.75, 'lock-wait': 0.85, timeout: 0.75 };

/** Finds statements that are slow, time out, wait for locks or deadlock, in spans and in logs. */
export const slowQueries: Detector = (input) => {
  const lines = relatedLines(input);
  const spans = databaseSpans(input);
  const server = databaseServer(input, lines, spans);
  const traced = fromSpans(spans, server, input);
  const logged = fromLogs(lines, server, traced.length > 0);
  return [...symptomsMarked([...logged, ...traced])]
    .sort((left, right) => right.confidence - left.confidence)
    .slice(0, 3);
};

/** Who waits for a lock is slow, and who is slow runs into the timeout: the deepest of them is the cause. */
function symptomsMarked(findings: Sorted[]): Finding[] {
  const deepest = Math.min(...findings.map(({ kind }) => DEPTH[kind]));
  return findings.map(({ kind, ...finding }) => ({ ...finding, cause: DEPTH[kind] === deepest }));
}

type Sorted = Finding & { kind: Kind };
const DEPTH: Record<Kind, number> = { 'lock-wait': 0, deadlock: 0, slow: 1, timeout: 2 };

/** What spans have shown already needs no second finding from the slow log. */
function fromLogs(lines: LogLine[], server: DatabaseServer, traced: boolean): Sorted[] {
  const sorted = Map.groupBy(lines, ({ body }) => PATTERNS.find(({ pattern }) => pattern.test(body))?.kind ?? 'none');
  return [...sorted].flatMap(([kind, group]) => {
    if (kind === 'none' || (kind === 'slow' && traced)) return [];
    return kind === 'slow' ? slowLogFinding(group, server) : [loggedFinding(kind, group, lines, server)];
  });
}

function loggedFinding(kind: Exclude<Kind, 'slow'>, lines: LogLine[], all: LogLine[], known: DatabaseServer): Sorted {
  const service = lines.find((line) => line.service)?.service;
  const holder = kind === 'lock-wait' ? lockHolder(all) : null;
  const server = { ...known, component: known.component ?? serverItself(lines) };
  const base = common(kind, server);
  return {
    ...base,
    actions:
      holder && server.dialect === 'postgresql'
        ? [...lockHolderActions(holder.pid, server), ...base.actions]
        : base.actions,
    statement: `${holder ? `Statements wait for a lock that process ${holder.pid} of the database holds` : SAYS[kind]}${service ? ` (logged by ${service})` : ''}`,
    confidence: CONFIDENCE[kind],
    evidence: citing([...lines, ...(holder ? [holder.line] : [])], server),
    timeline: firstAndLast(lines, `First ${WORD[kind]} logged`, `Latest ${WORD[kind]} logged`),
    metrics: [],
  };
}

/** The lines, and what tells the name of the server. */
function citing(lines: LogLine[], { component, evidence }: DatabaseServer): number[] {
  const cited = citedBy(lines);
  return component === null || evidence === null ? cited : unique([...cited, evidence]).sort((a, b) => a - b);
}

/** PostgreSQL's detail line to "still waiting for"; the last one tells of the present. */
const LOCK_HOLDER = /Process(?:es)? holding the lock: (?<pid>\d{1,9})/;

function lockHolder(lines: LogLine[]): { pid: string; line: LogLine } | null {
  const line = lines.findLast(({ body }) => LOCK_HOLDER.test(body));
  const pid = LOCK_HOLDER.exec(line?.body ?? '')?.groups?.pid;
  return line && pid ? { pid, line } : null;
}

/** The service whose log it is, where the words are those of a database server and not of its client. */
function serverItself(lines: LogLine[]): string | null {
  return lines.find(({ body }) => /^LOG:|still waiting for \w{4,30}Lock on/.test(body))?.service ?? null;
}

const WORD: Record<Kind, string> = {
  deadlock: 'deadlock',
  'lock-wait': 'lock wait',
  timeout: 'statement timeout',
  slow: 'slow statement',
};

function slowLogFinding(lines: LogLine[], server: DatabaseServer): Sorted[] {
  const slow = lines.map((line) => ({ line, ...readSlowLine(line.body) })).filter(({ ms }) => ms >= SLOW_MS);
  const [slowest] = slow.toSorted((left, right) => right.ms - left.ms);
  if (!slowest || (slow.length < 2 && slowest.ms < VERY_SLOW_MS)) return [];
  const which = slowest.statement ? `: ${statementShape(slowest.statement)}` : '';
  const finding = {
    ...common('slow', server),
    statement: `Database statements are slow; the slowest in the log took ${durationText(slowest.ms)}${which}`,
    confidence: 0.7,
    evidence: citing(
      slow.map(({ line }) => line),
      server,
    ),
    timeline: firstAndLast(
      slow.map(({ line }) => line),
      'First slow statement logged',
      'Latest slow statement logged',
    ),
    metrics: [
      { name: 'Slowest statement in the log', value: durationText(slowest.ms), evidence: [slowest.line.evidence] },
    ],
  };
  return [finding];
}

function readSlowLine(body: string): { ms: number; statement: string | null } {
  for (const { pattern } of PATTERNS.filter(({ kind }) => kind === 'slow')) {
    const groups = pattern.exec(body)?.groups;
    if (groups?.ms) return { ms: Number(groups.ms), statement: groups.statement ?? null };
  }
  return { ms: 0, statement: null };
}

function fromSpans(spans: DatabaseSpan[], server: DatabaseServer, input: DetectorInput): Sorted[] {
  const slow = spans.filter(({ span }) => span.durationMs >= SLOW_MS);
  const shapes = [...Map.groupBy(slow, ({ statement }) => statement).values()];
  const [worst] = shapes.toSorted((left, right) => totalMs(right) - totalMs(left));
  const slowest = worst?.toSorted((left, right) => right.span.durationMs - left.span.durationMs)[0];
  if (!worst || !slowest || (worst.length < 2 && slowest.span.durationMs < VERY_SLOW_MS)) return [];
  return [spanFinding(worst, slowest, serverOfSpan(slowest, input, server.dialect))];
}

const totalMs = (spans: DatabaseSpan[]) => spans.reduce((sum, { span }) => sum + span.durationMs, 0);

function spanFinding(spans: DatabaseSpan[], slowest: DatabaseSpan, server: DatabaseServer): Sorted {
  const took = durationText(slowest.span.durationMs);
  const at = isoTime(slowest.span.at);
  const lines = spans.map(({ span, evidence }) => ({
    at: isoTime(span.at),
    service: span.service,
    body: '',
    evidence,
  }));
  const ordered = lines.toSorted((left, right) => (left.at ?? '').localeCompare(right.at ?? ''));
  return {
    ...common('slow', server),
    statement: `Database statements${slowest.span.service ? ` of ${slowest.span.service}` : ''} are slow: ${slowest.statement} took up to ${took}`,
    confidence: slowest.span.durationMs >= VERY_SLOW_MS ? 0.8 : 0.7,
    evidence: unique(spans.map(({ evidence }) => evidence)),
    timeline: [
      ...firstAndLast(ordered.slice(0, 1), 'First slow statement traced', ''),
      ...(at ? [{ at, what: `The slowest statement began, and took ${took}`, evidence: [slowest.evidence] }] : []),
    ],
    metrics: [{ name: 'Slowest traced statement', value: took, evidence: [slowest.evidence] }],
  };
}

function common(kind: Kind, server: DatabaseServer) {
  return {
    kind,
    detector: 'slow-queries',
    class: 'database' as const,
    cause: true,
    component: server.component,
    actions: [askDatabase('running', server), askDatabase('blockers', server)],
    prevention: [
      'Keep the slowest statements under watch (pg_stat_statements or the slow query log) and compare them before and after every rollout.',
      'Set a statement timeout and a lock timeout per service that is shorter than what its callers wait.',
    ],
  };
}
