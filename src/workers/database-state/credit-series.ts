import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import type { DatabaseEvent, MetricSeries } from './database-state.ts';

/** Burst credits of a disk or a processor as telemetry tells them, with what else is told of the same machine. */
export type CreditSeries = { entity: string; balance: MetricSeries; others: MetricSeries[]; lines: DatabaseEvent[] };

/** What is left of burst credits, as exporters and clouds name it; what was spent of them grows instead. */
const BALANCE = /burst\w*(?:balance|remaining)|credits?\w*(?:balance|remaining)|(?:io|byte)_?balance/;
const SPENT = /used|spent|consumed|surplus|charged/;
const ENTITY = ['service.name', 'service', 'service_name', 'dbinstance_identifier', 'instance', 'host', 'volume_id'];

/** The burst credits among the series of the telemetry, by the machine that they belong to. */
export function creditSeries(evidence: Evidence[]): CreditSeries[] {
  const all = evidenceOf(evidence, 'metrics.query').flatMap(({ number, data }) =>
    data.series.map(
      ({ labels, unit, points }): MetricSeries => ({
        metric: data.metric,
        entity: ENTITY.map((name) => labels[name]).find(Boolean) ?? null,
        unit,
        points: points.map(([at, value]) => ({ at, value })),
        evidence: number,
      }),
    ),
  );
  return all
    .filter(({ metric }) => BALANCE.test(plain(metric)) && !SPENT.test(plain(metric)))
    .flatMap((balance) => {
      const { entity } = balance;
      if (entity === null) return [];
      const others = all.filter((one) => one !== balance && one.entity === entity);
      return [{ entity, balance, others, lines: linesOf(evidence, entity) }];
    });
}

const plain = (metric: string): string => metric.toLowerCase().replace(/[.:\s-]/g, '_');

const linesOf = (evidence: Evidence[], entity: string): DatabaseEvent[] =>
  evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows
      .filter(({ service }) => service === entity)
      .map(({ at, service, body }) => ({ at, message: body, about: service, evidence: number })),
  );
