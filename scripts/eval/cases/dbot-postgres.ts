import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../../../src/producer/sources/index.ts';
import type { Alert } from '../../../src/shared/alert.ts';
import { makeEvidence } from './make-evidence.ts';
import { indexedCases, readCaseJson } from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** The window in epoch seconds. */
type DbotCase = { system: string; window: [number, number] };

/** A live PostgreSQL under load: the webhook as it was captured, metric windows of its host, its workload and slow queries. */
export const dbotPostgres: SuiteAdapter = {
  suite: 'dbot-postgres',
  list: (casesFolder) =>
    indexedCases(casesFolder, 'dbot-postgres').map(({ id, folder }) => ({ id, read: () => readDbot(folder) })),
};

function readDbot(folder: string): CaseInput {
  const { system, window } = readCaseJson<DbotCase>(folder);
  const [from, to] = [window[0] * 1000, window[1] * 1000];
  const now = new Date(to);
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const snapshots = ['metrics', 'queries'].map((name) => ({
    capability: 'snapshot.json',
    from,
    to,
    query: { system },
    data: { name: `postgresql ${name}`, body: read(`${name}.json`) },
  }));
  return { alerts: alertsOf(read('alerts.json'), now), evidence: makeEvidence(snapshots, now), now };
}

/** The captured webhook through the parser of production. */
function alertsOf(bodies: unknown, receivedAt: Date): Alert[] {
  const source = findSource('alertmanager');
  const context = { receivedAt, headers: {}, ownSlack: null };
  return (Array.isArray(bodies) ? bodies : [bodies]).flatMap((body) => source?.parse(body, context).alerts ?? []);
}
