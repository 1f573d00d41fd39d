import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { isRecord, numberAt, type Raw, recordAt, recordsAt, textAt, textsAt } from '../kubernetes-state/raw.ts';
import { cloudChanges } from './cloud-changes.ts';
import { creditSeries } from './credit-series.ts';
import type {
  DatabaseEvent,
  DatabaseState,
  LoadProfile,
  MetricSeries,
  Wait,
  WorkloadStatement,
} from './database-state.ts';
import { heardOf } from './heard.ts';
import { documentedUnit } from './metric-units.ts';
import { printedState } from './printed/printed-state.ts';
import { cloudBodies } from './printed-json.ts';
import { serverStatus } from './server-status.ts';

/** Reads what snapshots of cloud and host tell of a database server; what is not understood is left out. Never throws. */
export function readDatabase(evidence: Evidence[]): DatabaseState {
  const bodies = cloudBodies(evidence);
  const profile = bodies.map(({ number, body }) => profileOf(body, number)).find((found) => found !== null) ?? null;
  const series = withoutTwins(bodies.flatMap(({ number, body }) => seriesOf(body, number)));
  const instance =
    bodies
      .map(({ body }) => textAt(body, 'db_instance_identifier') ?? textAt(body, 'DBInstanceIdentifier'))
      .find((name) => name !== null) ?? null;
  const servers = [instance, ...series.map(({ entity }) => entity)].flatMap((name) => name?.toLowerCase() ?? []);
  const heard = heardOf(evidence, [...new Set(servers)]);
  return {
    instance,
    series,
    profile,
    events: [
      ...bodies.flatMap(({ number, body }) => eventsOf(body, number)),
      ...(series.length > 0 || profile ? logEvents(evidence) : []),
      ...heard.log,
    ],
    workload: bodies.flatMap(({ number, body }) => workloadOf(body, number)),
    callers: heard.callers,
    rows: heard.rows,
    changes: cloudChanges(evidence),
    status: serverStatus(evidence),
    credits: creditSeries(evidence),
    printed: printedState(evidence),
  };
}

/** The metrics that snapshots and a cloud's command line tell, of whatever they are. */
export const cloudSeries = (evidence: Evidence[]): MetricSeries[] =>
  withoutTwins(cloudBodies(evidence).flatMap(({ number, body }) => seriesOf(body, number)));

function seriesOf(body: Raw, evidence: number): MetricSeries[] {
  const results = [
    ...recordsAt(body, 'metric_data_results'),
    ...recordsAt(body, 'MetricDataResults'),
    ...recordsAt(body, 'metrics'),
  ];
  if (textAt(body, 'metric_name') && Array.isArray(body.values)) results.push(body);
  return [...results.flatMap((result) => oneSeries(result, evidence)), ...windowsOf(body, evidence)];
}

/** One metric in the form of CloudWatch's GetMetricData. */
function oneSeries(result: Raw, evidence: number): MetricSeries[] {
  const metric =
    textAt(result, 'metric_name') ?? textAt(result, 'MetricName') ?? textAt(result, 'label') ?? textAt(result, 'Label');
  const values = numbersOf(result.values ?? result.Values);
  const times =
    textsAt(result, 'timestamps').length > 0 ? textsAt(result, 'timestamps') : textsAt(result, 'Timestamps');
  if (!metric || values.length === 0) return [];
  const points = values.map((value, index) => ({ at: timeOf(times[index]), value }));
  const newestFirst = (points[0]?.at ?? 0) > (points.at(-1)?.at ?? 0);
  const [dimension] = [...recordsAt(result, 'dimensions'), ...recordsAt(result, 'Dimensions')];
  return [
    {
      metric,
      entity: textAt(dimension, 'Value'),
      unit: textAt(result, 'unit') ?? textAt(result, 'Unit') ?? documentedUnit(metric),
      points: newestFirst ? points.toReversed() : points,
      evidence,
    },
  ];
}

const numbersOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number' && Number.isFinite(item)) : [];

function timeOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}

/** Groups of bare windows, `{ cpu: { node_load1: [..] } }`, as a host's exporter was recorded. */
function windowsOf(body: Raw, evidence: number): MetricSeries[] {
  return Object.entries(body).flatMap(([, group]) =>
    isRecord(group)
      ? Object.entries(group).flatMap(([metric, values]) => {
          const numbers = numbersOf(values);
          const whole = Array.isArray(values) && numbers.length === values.length && numbers.length >= 5;
          return whole && /_|\(/.test(metric)
            ? [{ metric, entity: null, unit: null, points: numbers.map((value) => ({ at: null, value })), evidence }]
            : [];
        })
      : [],
  );
}

/** The same metric of the same entity may be told twice. */
function withoutTwins(series: MetricSeries[]): MetricSeries[] {
  return [...new Map(series.map((one) => [`${one.metric}|${one.entity ?? ''}`, one])).values()];
}

function profileOf(body: Raw, evidence: number): LoadProfile | null {
  const statements = recordsAt(body, 'top_sql').flatMap((sql) => {
    const statement = textAt(sql, 'statement') ?? textAt(sql, 'sql') ?? textAt(sql, 'query');
    return statement
      ? [
          {
            statement,
            load: numberAt(sql, 'db_load_avg') ?? numberAt(sql, 'load') ?? 0,
            waits: waitsOf(sql, 'wait_events'),
            callsPerSecond: numberAt(sql, 'calls_per_sec'),
          },
        ]
      : [];
  });
  const waits = waitsOf(body, 'top_wait_events');
  if (statements.length === 0 && waits.length === 0) return null;
  const { values, timestamps } = recordAt(body, 'db_load');
  return {
    statements,
    waits,
    users: waitsOf(body, 'top_users'),
    hosts: waitsOf(body, 'top_hosts'),
    load: numbersOf(values),
    times: [body.start_time, body.end_time, ...(Array.isArray(timestamps) ? timestamps : [])].flatMap((at) => {
      const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
      return Number.isNaN(ms) ? [] : [ms];
    }),
    evidence,
  };
}

const waitsOf = (body: Raw, member: string): Wait[] =>
  recordsAt(body, member)
    .flatMap((wait) => {
      const name = textAt(wait, 'name') ?? textAt(wait, 'id');
      return name ? [{ name, load: numberAt(wait, 'db_load_avg') ?? numberAt(wait, 'load') ?? 0 }] : [];
    })
    .sort((left, right) => right.load - left.load);

function eventsOf(body: Raw, evidence: number): DatabaseEvent[] {
  return [...recordsAt(body, 'events'), ...recordsAt(body, 'Events')].flatMap((event) => {
    const message = textAt(event, 'message') ?? textAt(event, 'Message');
    const about = textAt(event, 'source_identifier') ?? textAt(event, 'SourceIdentifier');
    const written = numberAt(event, 'timestamp');
    // A line of a log that the cloud keeps.
    if (message && written !== null && numberAt(event, 'ingestionTime') !== null)
      return [{ at: new Date(written).toISOString(), message, about, evidence }];
    if (!message || (!about && !textAt(event, 'source_type') && !textAt(event, 'date'))) return [];
    return [{ at: textAt(event, 'date') ?? textAt(event, 'Date'), message, about, evidence }];
  });
}

/** What the server's own log or event stream says, where it is kept in a log store. */
function logEvents(evidence: Evidence[]): DatabaseEvent[] {
  return evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.map(({ at, service, body }) => ({ at, message: body, about: service, evidence: number })),
  );
}

function workloadOf(body: Raw, evidence: number): WorkloadStatement[] {
  const slow = textsAt(body, 'slow_queries');
  const counted = isRecord(body.workload)
    ? Object.entries(body.workload).map(([statement, calls]) => ({
        statement,
        calls: typeof calls === 'number' ? calls : null,
      }))
    : [];
  const known = counted.map(({ statement, calls }) => ({ statement, calls, slow: slow.includes(statement), evidence }));
  const others = slow
    .filter((statement) => !counted.some((one) => one.statement === statement))
    .map((statement) => ({ statement, calls: null, slow: true, evidence }));
  return [...known, ...others];
}
