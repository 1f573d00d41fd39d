import type { REQUEST_MEASURES } from '../../capability-schemas/telemetry-queries.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { describeAll, type TimeSeries } from '../series-text.ts';
import { quoted, readMatchers, selector } from './label-matchers.ts';
import { labelsFor, serviceOf } from './label-names.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { askRange, largestFirst } from './query-range.ts';
import { finitePoints } from './query-results.ts';
import { NO_FAMILY, presentFamilies, type RequestFamily } from './request-families.ts';
import { stepWarning, type TimeWindow, timeWindow } from './time-window.ts';

type Input = ToolInput<'requests.query'>;
type Measure = (typeof REQUEST_MEASURES)[number];

const MEASURES: Record<Measure, { metric: string; unit: string }> = {
  duration: { metric: 'request.duration', unit: 'ms' },
  calls: { metric: 'request.count', unit: '{request}' },
  errors: { metric: 'request.errors', unit: '{request}' },
};
/** Fewer seconds than this seldom hold the two samples that a rate needs. */
const LEAST_RATE_SECONDS = 120;

/** A group's values by time. */
type Values = Map<number, number>;
/** By the group's labels as JSON. */
type Groups = Map<string, Values>;

type Question = {
  client: PrometheusClient;
  family: RequestFamily;
  window: TimeWindow;
  input: Input;
  signal: AbortSignal;
};

const labelsOf = (family: RequestFamily, asked: string) =>
  asked === 'service.name' ? family.service : labelsFor(asked);

/** A rate of one of the family's metrics by group and time; a point stands for the step that begins at it. */
async function ratesOf(
  { client, family, window, input, signal }: Question,
  metric: string,
  alternatives: string[],
): Promise<{ groups: Groups; remarks: string[] }> {
  const asked = [...new Set(['service.name', ...input.groupBy])];
  const by = [...new Set(asked.flatMap((name) => labelsOf(family, name)))].join(', ');
  const common = [`__name__=${quoted(metric)}`, ...family.served, ...readMatchers(input.filter)];
  const seconds = Math.max(LEAST_RATE_SECONDS, window.stepSeconds);
  const rates = alternatives.map(
    (matcher) => `rate(${selector([...common, ...(matcher ? [matcher] : [])])}[${seconds}s])`,
  );
  const step = window.stepSeconds * 1000;
  const groups: Groups = new Map();
  // A bucket that the range cuts holds less than its neighbours and would read like a fall.
  const whole = { ...window, start: window.start + step };
  if (whole.start > whole.end) return { groups, remarks: [] };
  const { series, remarks } = await askRange(client, `sum by (${by}) (${rates.join(' or ')})`, whole, signal);
  for (const { labels, points } of series) {
    const service = family.service.map((label) => labels[label]).find(Boolean);
    if (!service || (input.service !== undefined && serviceOf(service) !== input.service)) continue;
    const key = JSON.stringify(groupLabels(family, labels, input.groupBy));
    const values: Values = groups.get(key) ?? new Map();
    for (const [at, value] of finitePoints(points).points) values.set(at - step, (values.get(at - step) ?? 0) + value);
    groups.set(key, values);
  }
  return { groups, remarks };
}

function groupLabels(family: RequestFamily, labels: Record<string, string>, asked: readonly string[]) {
  return Object.fromEntries(
    asked.flatMap((name) => {
      const value = labelsOf(family, name)
        .map((label) => labels[label])
        .find(Boolean);
      return value ? [[name, name === 'service.name' ? serviceOf(value) : value] as const] : [];
    }),
  );
}

const ALL = [''];

/** The measure of one family by group. */
async function measured(question: Question): Promise<{ groups: Groups; remarks: string[] }> {
  const { family, input, window } = question;
  const scaled = (groups: Groups, factor: number): Groups =>
    new Map([...groups].map(([key, values]) => [key, new Map([...values].map(([at, value]) => [at, value * factor]))]));
  if (input.measure === 'duration') {
    const { name, toMs } = family.duration;
    const [sums, counts] = await Promise.all([
      ratesOf(question, `${name}_sum`, ALL),
      ratesOf(question, `${name}_count`, ALL),
    ]);
    const means = [...sums.groups].map(([key, values]): [string, Values] => {
      const count = counts.groups.get(key);
      const found = [...values].flatMap(([at, sum]): [number, number][] => {
        const number = count?.get(at) ?? 0;
        return number > 0 ? [[at, (sum / number) * toMs]] : [];
      });
      return [key, new Map(found)];
    });
    return { groups: new Map(means), remarks: sums.remarks };
  }
  const calls = await ratesOf(question, family.calls, ALL);
  if (input.measure === 'calls') return { ...calls, groups: scaled(calls.groups, window.stepSeconds) };
  const failed = await ratesOf(question, family.calls, family.failed);
  // A counter of failures begins with the first of them: where requests were counted and no failure, there was none.
  for (const [key, values] of failed.groups) {
    for (const at of calls.groups.get(key)?.keys() ?? []) if (!values.has(at)) values.set(at, 0);
  }
  return { groups: scaled(failed.groups, window.stepSeconds), remarks: failed.remarks };
}

/** A service that two families count is told by the better one alone. */
function firstOfEach(answers: Groups[]): Groups {
  const all: Groups = new Map();
  for (const groups of answers) {
    const told = new Set([...all.keys()].map(serviceKey));
    for (const [key, values] of groups) if (!told.has(serviceKey(key))) all.set(key, values);
  }
  return all;
}

const serviceKey = (key: string): string => {
  const labels: Record<string, string> = JSON.parse(key);
  return labels['service.name'] ?? key;
};

/** `query_requests`: rate, errors or duration of the requests of services over time, by whichever convention they are counted. */
export function queryRequests(client: PrometheusClient): ToolDefinition {
  return toolFor('requests.query', {
    title: 'Requests of services over time',
    description:
      'Mean duration (ms), number or failures of the requests that services serve, in buckets of `stepSeconds`, one series per service: from span metrics, OpenTelemetry, Micrometer, Istio, Linkerd, gRPC or http_requests_total, whichever there are. `filter` is a list of label matchers.',
    run: async (input, { signal }) => {
      const window = timeWindow(input, input.stepSeconds);
      const families = await presentFamilies(client, window, signal);
      const answers = await Promise.all(families.map((family) => measured({ client, family, window, input, signal })));
      const { metric, unit } = MEASURES[input.measure];
      const all = [...firstOfEach(answers.map(({ groups }) => groups))]
        .map(
          ([key, values]): TimeSeries => ({
            labels: JSON.parse(key),
            unit,
            points: [...values].sort(([a], [b]) => a - b),
          }),
        )
        .filter(({ points }) => points.length > 0);
      const series = largestFirst(all).slice(0, input.limit);
      const hasMore = all.length > series.length;
      const warnings = [
        ...new Set(answers.flatMap(({ remarks }) => remarks)),
        ...stepWarning(window),
        ...(families.length === 0 ? [NO_FAMILY] : []),
      ];
      const data = { metric, series, hasMore, warning: warnings.join('; ') || null };
      return {
        data,
        text: describeAll(
          data,
          warnings.map((warning) => `Prometheus warns: ${warning}`),
        ),
      };
    },
  });
}
