import type { Finding } from '../../../shared/report.ts';
import type { DetectorInput } from '../detector.ts';
import { isIpAddress, sameName } from './names.ts';
import { isAlertSubject } from './relation.ts';

/** How the components of cause and effect must stand to each other for one to explain the other. */
type Link = 'same' | 'any' | 'peer';

/** Localisation tells where; a fault that was found there is the reason. */
const PLACE = { 'where-it-began': 'same' } as const;

/**
 * Which findings explain which: memory runs out, so the container crashes, so the service has no ready endpoint, so
 * connections to it are refused. `same`: both concern the same component (or it cannot be told); `peer`: the cause concerns
 * another component than the effect.
 */
const EXPLAINS: Record<string, Record<string, Link>> = {
  'oom-kill': { 'crash-loop': 'same', 'endpoints-not-ready': 'same', 'connection-failure': 'same', ...PLACE },
  'crash-loop': { 'endpoints-not-ready': 'same', 'connection-failure': 'same', ...PLACE },
  'endpoints-not-ready': {
    'connection-failure': 'same',
    'dns-failure': 'same',
    'endpoints-not-ready': 'same',
    ...PLACE,
  },
  'dns-failure': {
    'connection-failure': 'same',
    'crash-loop': 'peer',
    'pool-exhaustion': 'peer',
    'endpoints-not-ready': 'peer',
    ...PLACE,
  },
  'connection-failure': { 'crash-loop': 'peer', 'pool-exhaustion': 'peer', 'endpoints-not-ready': 'peer', ...PLACE },
  'certificate-expiry': { 'connection-failure': 'same', ...PLACE },
  'slow-queries': { 'slow-queries': 'any', 'pool-exhaustion': 'any', ...PLACE },
  'pool-exhaustion': { 'pool-exhaustion': 'any', 'endpoints-not-ready': 'same', ...PLACE },
  'poison-input': {
    'oom-kill': 'same',
    'crash-loop': 'same',
    'kubernetes-state': 'same',
    'endpoints-not-ready': 'same',
    'connection-failure': 'same',
    ...PLACE,
  },
  'kubernetes-state': {
    'endpoints-not-ready': 'same',
    'crash-loop': 'same',
    'connection-failure': 'same',
    ...PLACE,
  },
  'database-state': { 'pool-exhaustion': 'any', 'slow-queries': 'any', 'connection-failure': 'any', ...PLACE },
};

/** A finding this weak explains nothing. */
const LEAST_CONFIDENCE = 0.5;

/** True when `cause` being so makes `effect` happen. */
export function explains(cause: Finding, effect: Finding): boolean {
  const link = EXPLAINS[cause.detector]?.[effect.detector];
  if (!link || cause === effect || cause.confidence < LEAST_CONFIDENCE) return false;
  if (cause.detector === effect.detector && !(cause.cause && !effect.cause)) return false;
  // A fainter symptom is the less exact telling of the same.
  if (!cause.cause && !effect.cause && cause.detector === 'kubernetes-state' && cause.confidence < effect.confidence)
    return false;
  if (link === 'any') return true;
  if (isElsewhere(cause, effect)) return false;
  const same = sameComponent(cause.component, effect.component);
  return link === 'same' ? same !== false : same !== true;
}

/** True for a trouble that surely began at a service other than the one that complains of an address, which may be the troubled one's own. */
const isElsewhere = (cause: Finding, effect: Finding): boolean =>
  effect.detector in PLACE &&
  cause.component !== null &&
  isIpAddress(cause.component) &&
  effect.component !== null &&
  effect.cause &&
  !cause.cause &&
  effect.confidence >= LEAST_CONFIDENCE &&
  !cause.statement.includes(effect.component);

/** Null when it cannot be told: a component is unknown, or an address that may be anybody's. */
function sameComponent(left: string | null, right: string | null): boolean | null {
  if (left === null || right === null) return null;
  if (sameName(left, right)) return true;
  return isIpAddress(left) || isIpAddress(right) ? null : false;
}

/** The findings that a finding explains, directly or through others. */
export function effectsOf(cause: Finding, findings: Finding[]): Finding[] {
  const found = new Set<Finding>();
  const open = [cause];
  for (let next = open.pop(); next; next = open.pop()) {
    const current = next;
    const effects = findings.filter((other) => other !== cause && !found.has(other) && explains(current, other));
    for (const effect of effects) found.add(effect);
    open.push(...effects);
  }
  return findings.filter((finding) => found.has(finding));
}

/** Findings in the order in which they answer "why": causes above symptoms, then by confidence and nearness to the alert. */
export function rankFindings(findings: Finding[], input: DetectorInput): Finding[] {
  const scores = new Map(findings.map((finding) => [finding, score(finding, findings, input)]));
  return findings.toSorted((left, right) => (scores.get(right) ?? 0) - (scores.get(left) ?? 0));
}

function score(finding: Finding, findings: Finding[], input: DetectorInput): number {
  const effects = effectsOf(finding, findings);
  const explained = findings.some((other) => explains(other, finding) && !effects.includes(other));
  const near =
    isAlertSubject(finding.component, input) || effects.some(({ component }) => isAlertSubject(component, input));
  return (
    finding.confidence +
    (finding.cause ? 0.2 : 0) +
    (near ? 0.1 : 0) +
    (effects.length > 0 ? 0.15 : 0) -
    (explained ? 0.4 : 0)
  );
}
