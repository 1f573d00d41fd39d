import type { Action, Finding, KeyMetric } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { databaseServer } from './support/database-server.ts';
import { askDatabase } from './support/dialect.ts';
import { findAction } from './support/find-action.ts';
import { citedBy, firstAndLast, type LogLine, relatedLines } from './support/log-lines.ts';
import { isKubernetesName } from './support/names.ts';
import { namespaceOf } from './support/namespace-of.ts';
import { isFull, type PoolUse, poolUse } from './support/pool-metrics.ts';
import { LEAK_PATTERNS, POOL_PATTERNS, SERVER_FULL_PATTERNS, speaksOfDatabasePool } from './support/pool-words.ts';
import { shellCommand } from './support/shell.ts';
import { durationText, round, unique } from './support/text.ts';

/** Finds database connection pools without a free connection, servers without a free slot, and leaked connections. */
export const poolExhaustion: Detector = (input) => {
  const lines = relatedLines(input);
  const findings = [clientPool(lines, input), fullServer(lines, input), leak(lines, input)];
  return findings.filter((finding) => finding !== null);
};

type PoolCounts = Partial<
  Record<'total' | 'active' | 'idle' | 'waiting' | 'waited' | 'waitedSeconds' | 'max' | 'overflow', string>
>;
type PoolLine = { line: LogLine; counts: PoolCounts };

function clientPool(lines: LogLine[], input: DetectorInput): Finding | null {
  const exhausted = lines.flatMap(readPoolLine);
  const use = poolUse(input);
  const full = isFull(use) || (use.pending?.value ?? 0) > 0;
  if (exhausted.length === 0 && !full) return null;
  const service = exhausted.find(({ line }) => line.service)?.line.service ?? input.facts.service ?? null;
  const logs = exhausted.map(({ line }) => line);
  const shown = full ? [use.used, use.max, use.pending].flatMap((peak) => (peak ? [peak.evidence] : [])) : [];
  return {
    ...common(service, lines, input),
    statement: `The database connection pool${service ? ` of ${service}` : ''} ${countsText(worst(exhausted), full ? use : null)}`,
    cause: false,
    confidence: confidenceOf(exhausted.length, use, full),
    evidence: unique([...citedBy(logs), ...shown]).sort((left, right) => left - right),
    timeline: [
      ...firstAndLast(
        logs,
        'First caller gave up waiting for a connection',
        'Latest caller gave up waiting for a connection',
      ),
      ...peakEntry(use, full),
    ],
    metrics: full ? metricsOf(use) : [],
  };
}

function readPoolLine(line: LogLine): PoolLine[] {
  for (const pattern of POOL_PATTERNS) {
    const match = pattern.exec(line.body);
    if (match) return [{ line, counts: { ...match.groups } }];
  }
  return speaksOfDatabasePool(line.body) ? [{ line, counts: {} }] : [];
}

/** The line with the longest queue, else one that counts anything at all. */
function worst(exhausted: PoolLine[]): PoolCounts {
  const rank = ({ counts }: PoolLine) => Number(counts.waiting ?? -1) + (Object.values(counts).some(Boolean) ? 0.5 : 0);
  return exhausted.toSorted((left, right) => rank(right) - rank(left))[0]?.counts ?? {};
}

function countsText(counts: PoolCounts, use: PoolUse | null): string {
  if (counts.total === '0') return 'has no connection at all (total=0): it cannot open any';
  const size = counts.total ?? counts.max;
  const inUse =
    counts.active && size ? `${counts.active} of ${size} connections are in use` : sizeText(size, counts.overflow, use);
  const waiting = counts.waiting ?? (use?.pending && use.pending.value > 0 ? round(use.pending.value) : undefined);
  const waitedMs = counts.waited ? Number(counts.waited) : Number(counts.waitedSeconds ?? Number.NaN) * 1000;
  const waited = Number.isFinite(waitedMs) ? durationText(waitedMs) : null;
  const parts = [
    inUse,
    waiting && waiting !== '0' ? (waiting === '1' ? '1 caller waits' : `${waiting} callers wait`) : null,
    waited ? `callers give up after ${waited}` : null,
  ];
  const said = parts.filter((part) => part !== null);
  return said.length > 0
    ? `is exhausted: ${said.join(', ')}`
    : 'is exhausted: callers give up waiting for a connection';
}

function sizeText(size: string | undefined, overflow: string | undefined, use: PoolUse | null): string | null {
  if (size)
    return `all ${size} connections${overflow && overflow !== '0' ? ` and an overflow of ${overflow}` : ''} are in use`;
  return use?.used && use.max ? `${round(use.used.value)} of ${round(use.max.value)} connections are in use` : null;
}

function confidenceOf(lines: number, use: PoolUse, full: boolean): number {
  if (lines > 0) return full ? 0.9 : 0.8;
  return isFull(use) && (use.pending?.value ?? 0) > 0 ? 0.75 : 0.55;
}

function peakEntry({ used, pending }: PoolUse, full: boolean) {
  const peak = pending && pending.value > 0 ? pending : used;
  if (!full || !peak) return [];
  const what =
    peak === pending
      ? `${round(peak.value)} callers waited for a connection (peak)`
      : `${round(peak.value)} connections in use (peak)`;
  return [{ at: peak.at, what, evidence: [peak.evidence] }];
}

function metricsOf({ used, max, pending }: PoolUse): KeyMetric[] {
  const named = [
    { name: 'Pool connections in use, peak', peak: used },
    { name: 'Pool size', peak: max },
    { name: 'Callers waiting for a connection, peak', peak: pending },
  ];
  return named.flatMap(({ name, peak }) =>
    peak ? [{ name, value: round(peak.value, 2), evidence: [peak.evidence] }] : [],
  );
}

function fullServer(all: LogLine[], input: DetectorInput): Finding | null {
  const lines = all.filter(({ body }) => SERVER_FULL_PATTERNS.some((pattern) => pattern.test(body)));
  if (lines.length === 0) return null;
  return {
    ...common(input.facts.database ?? null, all, input),
    statement: 'The database server refuses new connections because all its connection slots are taken',
    cause: false,
    confidence: 0.85,
    evidence: citedBy(lines),
    timeline: firstAndLast(
      lines,
      'First connection refused for want of a slot',
      'Latest connection refused for want of a slot',
    ),
    metrics: [],
  };
}

function leak(all: LogLine[], input: DetectorInput): Finding | null {
  const lines = all.filter(({ body }) => LEAK_PATTERNS.some((pattern) => pattern.test(body)));
  if (lines.length === 0) return null;
  const service = lines.find((line) => line.service)?.service ?? input.facts.service ?? null;
  return {
    ...common(service, all, input),
    statement: `${service ?? 'The service'} takes database connections and does not give them back in time: its pool reports a connection leak`,
    cause: true,
    confidence: 0.8,
    evidence: citedBy(lines),
    timeline: firstAndLast(lines, 'First leaked connection reported', 'Latest leaked connection reported'),
    metrics: [],
  };
}

function common(component: string | null, lines: LogLine[], input: DetectorInput) {
  return {
    detector: 'pool-exhaustion',
    class: 'database' as const,
    component,
    actions: actionsFor(component, lines, input),
    prevention: [
      'Bound how long a statement and an idle transaction may take (statement_timeout, idle_in_transaction_session_timeout), so that one slow query cannot hold the pool.',
      'Size pools so that all replicas together stay below the connection limit of the server, and alert on waiting callers instead of on failures.',
      'Switch leak detection of the pool on, and give connections back in a finally block.',
    ],
  };
}

function actionsFor(service: string | null, lines: LogLine[], input: DetectorInput): Action[] {
  const server = databaseServer(input, lines);
  const actions = [askDatabase('connections', server), askDatabase('running', server)];
  if (service && isKubernetesName(service)) {
    const namespace = namespaceOf(service, input);
    if (namespace === null) return [...actions, ...findAction('deployment', service)];
    const command = shellCommand('kubectl', 'rollout', 'history', `deployment/${service}`, '--namespace', namespace);
    actions.push({
      title: 'See whether a rollout shortly before changed something',
      command,
      risk: null,
    });
  }
  return actions;
}
