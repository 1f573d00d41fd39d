import { randomUUID } from 'node:crypto';

/** Alerts about what goes on in the simulated world, the two pools in turn; each is a problem of its own. */
export function scenarioAlerts(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    ...(index % 2 === 0 ? CERTIFICATE : POOL),
    fingerprint: randomUUID(),
  }));
}

const CERTIFICATE = { title: 'SSL certificate for api.example.com expires in 24 hours', severity: 'high' };
const POOL = { title: 'Database connection pool exhausted for user-service', severity: 'high' };
