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
