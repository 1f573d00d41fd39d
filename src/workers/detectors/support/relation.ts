import type { DetectorInput } from '../detector.ts';
import { sameName, workloadOf } from './names.ts';

const HOUR_MS = 3_600_000;
/** How long before the investigated time something may have happened and still explain the alert. */
const SLACK_MS = HOUR_MS;

/** True unless the telemetry names a service other than the alert's: what other services log explains nothing by itself. */
export function isRelatedService(service: string | null, { facts }: DetectorInput): boolean {
  if (!service) return true;
  const names = [facts.service, facts.deployment, facts.pod && workloadOf(facts.pod)].filter(
    (name) => name !== undefined,
  );
  return names.length === 0 || names.some((name) => sameName(name, service));
}

/** True when the alert is about this service, host, pod or deployment. */
export function isAlertSubject(component: string | null, { facts }: DetectorInput): boolean {
  if (!component) return false;
  const names = [facts.service, facts.host, facts.pod, facts.deployment];
  return names.some((name) => name !== undefined && sameName(name, component));
}

/** True when the time lies in the investigated window or shortly before it; unknown times count as inside. */
export function isRecent(time: string | null, { facts, now }: DetectorInput): boolean {
  if (time === null) return true;
  const ms = Date.parse(time);
  const from = Date.parse(facts.from ?? '');
  const start = Number.isNaN(from) ? now.getTime() - 2 * HOUR_MS : from;
  return Number.isNaN(ms) || ms >= start - SLACK_MS;
}
