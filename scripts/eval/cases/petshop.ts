import { join } from 'node:path';
import { makeAlert } from './make-alert.ts';
import { makeEvidence, type Recorded } from './make-evidence.ts';
import { readCsvGz } from './read-csv-gz.ts';
import {
  indexedCases,
  metricEvidence,
  type PointRow,
  rangeOf,
  readCaseJson,
  shiftBefore,
  topologyEvidence,
} from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

/** Times in epoch seconds. */
type PetshopCase = {
  alert: { service: string; metric: string; statistic: string; time: number };
  window: [number, number];
  step_seconds: number;
  baseline: string;
};

/** A shop on managed cloud services: metrics of every node of its call graph, and two days of normal operation. */
export const petshop: SuiteAdapter = {
  suite: 'petshop',
  list(casesFolder) {
    const baselines = new Map<string, PointRow[]>();
    const baselineOf = (folder: string) => {
      const rows = baselines.get(folder) ?? readPoints(folder);
      baselines.set(folder, rows);
      return rows;
    };
    return indexedCases(casesFolder, 'petshop').map(({ id, folder }) => ({
      id,
      read: () => readPetshop(folder, baselineOf),
    }));
  },
};

function readPetshop(folder: string, baselineOf: (folder: string) => PointRow[]): CaseInput {
  const about = readCaseJson<PetshopCase>(folder);
  const { service, metric, statistic, time } = about.alert;
  const baseline = join(folder, about.baseline);
  const recorded = [
    ...metricsOf(readPoints(folder), about),
    ...metricsOf(movedBefore(baselineOf(baseline), about.window[0] * 1000), about),
    ...topologyEvidence(join(baseline, 'graph.csv')),
  ];
  const alert = makeAlert({
    title: `${metric} (${statistic}) of ${service}`,
    service,
    labels: { metric, statistic },
    startsAt: new Date(time * 1000).toISOString(),
  });
  const now = new Date(about.window[1] * 1000);
  return { alerts: [alert], evidence: makeEvidence(recorded, now), now };
}

/** Metric and statistic are one name here, apart by a tab that no name holds. */
function readPoints(folder: string): PointRow[] {
  return readCsvGz(join(folder, 'metrics.csv.gz')).map(({ timestamp, service = '', metric, statistic, value }) => ({
    metric: `${metric}\t${statistic}`,
    labels: { 'service.name': service },
    at: Number(timestamp) * 1000,
    value: Number(value),
  }));
}

/** By whole weeks, so that hour and day of the week stay. */
function movedBefore(rows: PointRow[], before: number): PointRow[] {
  const shift = shiftBefore(rangeOf(rows).to ?? 0, before, 7);
  return shift === 0 ? rows : rows.map((row) => ({ ...row, at: row.at + shift }));
}

function metricsOf(rows: PointRow[], { step_seconds: stepSeconds }: PetshopCase): Recorded[] {
  return metricEvidence(rows, (name) => {
    const [metric, statistic] = name.split('\t');
    return { metric, spaceAggregation: statistic, groupBy: ['service.name'], stepSeconds };
  });
}
