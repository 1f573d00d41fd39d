import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import type { Alert } from '../../../../src/shared/alert.ts';

const START = Date.parse('2031-04-02T10:00:00Z');
const at = (minute: number) => new Date(START + minute * 60_000).toISOString().replace('.000', '');

const UNITS: Record<string, string> = {
  CPUUtilization: 'Percent',
  DatabaseConnections: 'Count',
  FreeStorageSpace: 'Bytes',
  ReplicaLag: 'Seconds',
  WriteLatency: 'Milliseconds',
  ReadLatency: 'Milliseconds',
  DiskQueueDepth: 'Count',
  FreeableMemory: 'Bytes',
  WriteIOPS: 'Count/Second',
  ReadIOPS: 'Count/Second',
  TransactionLogsGeneration: 'Bytes/Second',
  SwapUsage: 'Bytes',
};

/** Calm values of every vital metric over fifteen minutes. */
const CALM: Record<string, number> = {
  CPUUtilization: 18,
  DatabaseConnections: 90,
  FreeStorageSpace: 2e11,
  ReplicaLag: 1.2,
  WriteLatency: 1.2,
  ReadLatency: 1,
  DiskQueueDepth: 0.1,
  FreeableMemory: 3.2e10,
  WriteIOPS: 1500,
  ReadIOPS: 1200,
  TransactionLogsGeneration: 4.2e6,
  SwapUsage: 8e7,
};

/** A metric that goes from one value to another over fifteen minutes, after two calm ones. */
export const ramp = (from: number, to: number): number[] =>
  Array.from({ length: 15 }, (_, minute) => (minute < 2 ? from : from + ((to - from) * (minute - 1)) / 13));

/** A metric that leaves its value in the middle of the window and comes back. */
export const spike = (calm: number, peak: number): number[] =>
  Array.from({ length: 15 }, (_, minute) => (minute >= 5 && minute < 8 ? peak : calm));

const wobble = (value: number): number[] =>
  Array.from({ length: 15 }, (_, minute) => Number((value * (1 + 0.03 * Math.sin(minute))).toFixed(2)));

type Sql = { statement: string; load: number; waits: [string, number][] };

/** The answers of AWS about a server `ledger-prod`: metrics (calm where not given; null leaves one out), load and events. */
export function rds(
  metrics: Record<string, number[] | null>,
  sql: Sql[] = [],
  events: [number, string][] = [],
): Recorded[] {
  const all: Record<string, number[] | null> = {
    ...Object.fromEntries(Object.entries(CALM).map(([name, value]) => [name, wobble(value)])),
    ...metrics,
  };
  const results = Object.entries(all).flatMap(([metric, values]) =>
    values
      ? [
          {
            metric_name: metric,
            label: metric,
            dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'ledger-prod' }],
            unit: UNITS[metric],
            timestamps: values.map((_, minute) => at(minute)),
            values,
          },
        ]
      : [],
  );
  const waits = Object.entries(
    Object.groupBy(
      sql.flatMap((one) => one.waits),
      ([name]) => name,
    ),
  ).map(([name, group]) => ({ name, db_load_avg: (group ?? []).reduce((sum, [, load]) => sum + load, 0) }));
  return [
    { capability: 'snapshot.json', data: { name: 'metrics', body: { metric_data_results: results } } },
    {
      capability: 'snapshot.json',
      data: {
        name: 'performance',
        body: {
          db_instance_identifier: 'ledger-prod',
          start_time: at(0),
          end_time: at(14),
          top_sql: sql.map((one) => ({
            statement: one.statement,
            db_load_avg: one.load,
            wait_events: one.waits.map(([name, load]) => ({ name, db_load_avg: load })),
          })),
          top_wait_events: waits,
        },
      },
    },
    {
      capability: 'logs.query',
      query: { filter: 'events' },
      data: {
        rows: events.map(([minute, body]) => ({
          at: at(minute),
          severity: null,
          service: 'ledger-prod',
          body,
          attributes: {},
        })),
        hasMore: false,
        warning: null,
      },
    },
  ];
}

/** An alarm of the server. */
export const alarm = (title: string, description = ''): Alert =>
  makeAlert({ title, description, service: 'ledger-prod', labels: { db_instance: 'ledger-prod' }, startsAt: at(10) });

export const CALM_SQL: Sql[] = [
  {
    statement: 'SELECT id FROM entries WHERE account = $1',
    load: 0.6,
    waits: [
      ['CPU', 0.4],
      ['IO:DataFileRead', 0.2],
    ],
  },
  {
    statement: 'INSERT INTO entries (account, amount) VALUES ($1, $2)',
    load: 0.5,
    waits: [
      ['IO:WALWrite', 0.3],
      ['CPU', 0.2],
    ],
  },
];
