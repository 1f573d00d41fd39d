import { randomUUID } from 'node:crypto';

/** So many alerts about services of their own: no two of them belong together, and no telemetry of any scenario is theirs. */
export function distinctAlerts(count: number): object[] {
  return Array.from({ length: count }, () => {
    const id = randomUUID();
    return {
      title: `Database connection pool exhausted for service-${id.slice(0, 8)}`,
      severity: 'critical',
      service: `service-${id.slice(0, 8)}`,
      fingerprint: id,
    };
  });
}

/** Between two firings of one alert so many others begin. */
const APART = 7;

/** Each of the alerts so many times in all, every time in a delivery of its own; the others fire in between. */
export function firingAgain(alerts: object[], firings: number): object[] {
  const again = (index: number, nth: number) => alerts[Math.max(0, index - nth * APART)]!;
  return alerts
    .flatMap((_alert, index) => Array.from({ length: firings }, (_none, nth) => again(index, nth)))
    .map((alert) => ({ ...alert, deliveryId: randomUUID() }));
}
