import type { Alert, Severity } from '../../shared/alert.ts';
import {
  type CoalescePlan,
  CRITICAL_AHEAD_SECONDS,
  type IntakePlan,
  MAINTENANCE_KEY,
} from '../../shared/intake-plan.ts';
import { type PatternMatcher, patternMatcher } from './match-pattern.ts';
import type { CoalescePolicy, IntakePolicies, PolicyMatch } from './policy-schema.ts';
import { readTopology, sharedKeys, type Topology } from './shared-keys.ts';

/** Says what the policies make of an alert that has this severity now; pure and quick. */
export type IntakePlanner = (alert: Alert, severity: Severity, now: Date) => IntakePlan;

type AlertTest = (alert: Alert, severity: Severity) => boolean;
type Settings = IntakePolicies['defaults'];

/** The planner of these policies; their patterns are compiled once. */
export function createIntakePlanner(policies: IntakePolicies): IntakePlanner {
  const rules = policies.rules.map((rule) => ({ rule, applies: alertTest(rule.match) }));
  const windows = policies.maintenance.map((window) => ({ window, applies: alertTest(window.match) }));
  const topology = readTopology(policies.topology);
  const { times, within } = policies.flapping;
  return (alert, severity, now) => {
    const matching = rules.filter(({ applies }) => applies(alert, severity)).map(({ rule }) => rule);
    const settings = matching.reduce(overlay, policies.defaults);
    const maintenance = maintenanceAt(
      now.toISOString(),
      windows.filter(({ applies }) => applies(alert, severity)).map(({ window }) => window),
    );
    return {
      rules: [...matching.map((rule) => rule.name), ...(maintenance ? [maintenance.name] : [])],
      joinSeconds: settings.join,
      holdSeconds: severity === 'critical' ? 0 : settings.hold,
      coalesce: untilEnd(coalescePlan(alert, settings.coalesce, topology), maintenance, now),
      flapping: { times, withinSeconds: within, coolDownSeconds: settings.coolDown },
      turnSeconds: policies.overtaken[severity] - (severity === 'critical' ? CRITICAL_AHEAD_SECONDS : 0),
      maintenance: maintenance ? { name: maintenance.name, until: maintenance.until } : null,
    };
  };
}

function overlay(settings: Settings, rule: IntakePolicies['rules'][number]): Settings {
  const { join = settings.join, hold = settings.hold, coolDown = settings.coolDown } = rule;
  return { join, hold, coolDown, coalesce: overlayCoalesce(settings.coalesce, rule.coalesce) };
}

const NOTHING_SHARED: CoalescePolicy = { by: [], otherwise: [], quiet: 30, atMost: 120, alerts: 50 };

function overlayCoalesce(
  known: CoalescePolicy | null,
  given: Partial<CoalescePolicy> | null | undefined,
): CoalescePolicy | null {
  if (given === undefined) return known;
  return given === null ? null : { ...(known ?? NOTHING_SHARED), ...given };
}

function coalescePlan(alert: Alert, policy: CoalescePolicy | null, topology: Topology): CoalescePlan | null {
  if (!policy || policy.quiet === 0 || policy.atMost === 0) return null;
  const keys = sharedKeys(alert, policy, topology);
  if (keys.length === 0) return null;
  return { keys, quietSeconds: policy.quiet, maxSeconds: policy.atMost, maxAlerts: policy.alerts };
}

/** What waits for the end of the same maintenance is coalesced until then, so that no storm follows it, and with nothing else. */
function untilEnd(plan: CoalescePlan | null, maintenance: { until: string } | null, now: Date): CoalescePlan | null {
  if (!plan || !maintenance) return plan;
  const seconds = Math.max(1, (Date.parse(maintenance.until) - now.getTime()) / 1_000);
  const keys = plan.keys.map((key) => `${MAINTENANCE_KEY}until ${maintenance.until}, ${key}`);
  return { ...plan, keys, quietSeconds: seconds, maxSeconds: seconds };
}

/** The window with which the maintenance ends that is open then: windows that overlap or follow each other are one. */
function maintenanceAt<T extends { from: string; until: string }>(at: string, windows: T[]): T | null {
  const open = windows.filter(({ from, until }) => from <= at && at < until);
  if (open.length === 0) return null;
  const last = open.reduce((one, other) => (one.until >= other.until ? one : other));
  return maintenanceAt(last.until, windows) ?? last;
}

function alertTest({ source, service, severity, namespace, name }: PolicyMatch): AlertTest {
  const tests = {
    source: anyOf(source),
    service: anyOf(service),
    namespace: anyOf(namespace),
    name: anyOf(name),
  };
  return (alert, chosen) =>
    (severity === undefined || severity.includes(chosen)) &&
    tests.source(alert.source) &&
    tests.service(alert.service ?? '') &&
    tests.namespace(alert.namespace ?? '') &&
    tests.name(alert.name);
}

function anyOf(patterns: string[] | undefined): PatternMatcher {
  if (patterns === undefined) return () => true;
  const matchers = patterns.map(patternMatcher);
  return (text) => matchers.some((matches) => matches(text));
}
