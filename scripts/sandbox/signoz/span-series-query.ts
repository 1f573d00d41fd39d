import type { SpanRow, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { checkKeys, matches, plainKey } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import type { QuerySpec } from './query-request.ts';
import { indexOf, type Row } from './raw-query.ts';
import { SignozRefusal } from './signoz-refusal.ts';
import { aggregate, isPartial } from './time-series-query.ts';

const EXPRESSION = /^(?<kind>count|sum|avg|min|max|p\d\d)\((?<field>[\w.]*)\)$/;

/** Answers a time series query that aggregates spans: filter, groups, buckets in time; the largest series first. */
export function answerSpanSeries(world: TelemetryWorld, spec: QuerySpec, start: number, end: number) {
  const { kind, field } = readExpression(spec);
  const { rows, known } = indexOf(world).spans;
  const filter = parseFilter(spec.filter?.expression ?? '');
  checkKeys(filter, known);
  const stepMs = Number(spec.stepInterval ?? 60) * 1000;
  const found = rows.filter(({ at, fields }) => at >= start && at < end && matches(filter, fields));
  const names = (spec.groupBy ?? []).map(({ name }) => plainKey(name));
  const groups = Map.groupBy(found, ({ fields }) => JSON.stringify(names.map((name) => fields[name] ?? '')));
  const series = [...groups].map(([key, members]) => ({
    labels: (JSON.parse(key) as string[]).map((value, index) => ({ key: { name: names[index] }, value })),
    values: valuesOf(members, { kind, field, stepMs, start, end }),
  }));
  const total = ({ values }: (typeof series)[number]) => values.reduce((sum, { value }) => sum + value, 0);
  const largest = series.sort((a, b) => total(b) - total(a)).slice(0, spec.limit ?? series.length);
  return { queryName: spec.name, aggregations: [{ index: 0, alias: '__result_0', meta: {}, series: largest }] };
}

function readExpression({ aggregations }: QuerySpec): { kind: string; field: string } {
  const groups = EXPRESSION.exec(aggregations?.[0]?.expression ?? '')?.groups;
  if (!groups) throw new SignozRefusal('invalid_input', `cannot parse aggregation ${aggregations?.[0]?.expression}`);
  return { kind: groups.kind ?? '', field: groups.field ?? '' };
}

type Asked = { kind: string; field: string; stepMs: number; start: number; end: number };

function valuesOf(rows: Row<SpanRow>[], { kind, field, stepMs, start, end }: Asked) {
  const buckets = Map.groupBy(rows, ({ at }) => Math.floor(at / stepMs) * stepMs);
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([timestamp, members]) => ({
      timestamp,
      value: aggregate(
        kind,
        members.map(({ fields }) => Number(fields[plainKey(field)] ?? 0)),
      ),
      ...(isPartial(timestamp, stepMs, start, end) ? { partial: true } : {}),
    }));
}
