import type { FaultPlan } from '../http/faults.ts';
import {
  jsonAnswer,
  type RefusalFault,
  type SandboxAnswer,
  type SandboxRequest,
  startSandboxHttpServer,
} from '../http/sandbox-http-server.ts';
import { elementsOf, evaluate, matches, type PromValue } from './evaluate-promql.ts';
import { parsePromql } from './parse-promql.ts';
import { badParameter, PrometheusRefusal } from './prometheus-refusal.ts';
import type { PromSeries } from './promql-types.ts';

export type PrometheusSandboxOptions = {
  /** What it holds; asked at every request, so that a world may move on. */
  series(): readonly PromSeries[];
  /** The header that opens it, for example `Bearer t`; none where it is left out. */
  authorization?: string;
  /** `groups` of /rules, `alerts` of /alerts, `activeTargets` of /targets and /metadata, in the API's own form. */
  rules?: unknown[];
  alerts?: unknown[];
  targets?: unknown[];
  metadata?: Record<string, unknown>;
};

/** The simulated Prometheus; faults go by path, for example `/api/v1/query_range`. */
export type PrometheusSandbox = FaultPlan & {
  url: string;
  /** Parameters of the calls so far, with their path. */
  calls: { path: string; method: string; form: URLSearchParams; headers: SandboxRequest['headers'] }[];
  /** Adds a warning to every answer, null takes it back. */
  setWarning(message: string | null): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

const MAX_POINTS = 11_000;
const API = '/api/v1';

/** Starts the simulated Prometheus on a free loopback port. */
export async function startPrometheusSandbox(options: PrometheusSandboxOptions): Promise<PrometheusSandbox> {
  const calls: PrometheusSandbox['calls'] = [];
  let warning: string | null = null;
  const { alerts = [], rules = [], targets = [], metadata = {}, series } = options;
  const routes: Record<string, (form: URLSearchParams) => unknown> = {
    '/query': (form) => instant(series(), form),
    '/query_range': (form) => range(series(), form),
    '/series': (form) => selectedBy(series(), form).map(({ labels }) => labels),
    '/labels': (form) => [...new Set(found(series(), form).flatMap(({ labels }) => Object.keys(labels)))].sort(),
    '/alerts': () => ({ alerts }),
    '/rules': () => ({ groups: rules }),
    '/targets': () => ({ activeTargets: targets, droppedTargets: [] }),
    '/metadata': () => metadata,
  };
  const answer = ({ path, method, query, body, headers }: SandboxRequest): SandboxAnswer => {
    if (options.authorization !== undefined && headers.authorization !== options.authorization) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: 'Unauthorized\n' };
    }
    const form = method === 'POST' ? new URLSearchParams(body.toString('utf8')) : query;
    const name = path.slice(API.length);
    calls.push({ path: name, method, form, headers });
    const label = /^\/label\/([^/]+)\/values$/.exec(name)?.[1];
    const route = label ? () => labelValues(series(), form, label) : routes[name];
    if (!path.startsWith(API) || !route)
      return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
    const data = route(form);
    return jsonAnswer(200, { status: 'success', data, ...(warning === null ? {} : { warnings: [warning] }) });
  };
  const server = await startSandboxHttpServer({
    operationOf: ({ path }) => path,
    handle(request) {
      try {
        return answer(request);
      } catch (error) {
        if (error instanceof PrometheusRefusal) return error.toAnswer();
        throw error;
      }
    },
    refuse: refusal,
  });
  const setWarning = (message: string | null) => {
    warning = message;
  };
  return { ...server, calls, setWarning };
}

function refusal(fault: RefusalFault): SandboxAnswer {
  switch (fault.kind) {
    case 'error':
      return new PrometheusRefusal('execution', fault.error).toAnswer();
    case 'status':
      return {
        status: fault.status,
        headers: { 'content-type': 'text/plain' },
        body: fault.body ?? 'something went wrong',
      };
    case 'rate_limited':
      return { status: 429, headers: { 'retry-after': String(fault.retryAfterSeconds) }, body: 'too many requests' };
  }
}

/** Numbers as Prometheus writes them. */
const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);

function timeOf(form: URLSearchParams, name: string, fallback?: number): number {
  const text = form.get(name);
  if (text === null && fallback !== undefined) return fallback;
  const seconds = Number(text || Number.NaN);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text ?? '');
  if (Number.isNaN(ms)) throw badParameter(name, `cannot parse "${text ?? ''}" to a valid timestamp`);
  return ms;
}

function instant(series: readonly PromSeries[], form: URLSearchParams) {
  const at = timeOf(form, 'time', Date.now());
  const value = evaluate(parsePromql(form.get('query') ?? ''), series, at);
  const time = at / 1000;
  if (value.kind === 'scalar') return { resultType: 'scalar', result: [time, numberText(value.value)] };
  if (value.kind === 'text') return { resultType: 'string', result: [time, value.value] };
  const result = value.elements.map((element) => ({
    metric: element.labels,
    value: [time, numberText(element.value)],
  }));
  return { resultType: 'vector', result };
}

function range(series: readonly PromSeries[], form: URLSearchParams) {
  const [start, end] = [timeOf(form, 'start'), timeOf(form, 'end')];
  if (end < start) throw badParameter('end', 'end timestamp must not be before start time');
  const step = Number(form.get('step')) * 1000;
  if (!(step > 0))
    throw badParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  if ((end - start) / step > MAX_POINTS) {
    throw new PrometheusRefusal(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const tree = parsePromql(form.get('query') ?? '');
  const rows = new Map<string, { metric: Record<string, string>; values: [number, string][] }>();
  for (let at = start; at <= end; at += step) {
    for (const { labels, value } of elementsAt(evaluate(tree, series, at))) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const row = rows.get(key) ?? { metric: labels, values: [] };
      row.values.push([at / 1000, numberText(value)]);
      rows.set(key, row);
    }
  }
  return { resultType: 'matrix', result: [...rows.values()] };
}

const elementsAt = (value: PromValue) =>
  value.kind === 'scalar' ? [{ labels: {}, value: value.value }] : elementsOf(value);

/** Series that a selector finds and that have a sample within the range. */
function selectedBy(series: readonly PromSeries[], form: URLSearchParams): PromSeries[] {
  const selectors = form.getAll('match[]').map(parsePromql);
  if (selectors.length === 0) throw new PrometheusRefusal('bad_data', 'no match[] parameter provided');
  const [start, end] = [timeOf(form, 'start', 0), timeOf(form, 'end', Infinity)];
  return series.filter(
    ({ labels, samples }) =>
      selectors.some((node) => node.kind === 'selector' && matches(labels, node.matchers)) &&
      samples.some(([at]) => at >= start && at <= end),
  );
}

const found = (series: readonly PromSeries[], form: URLSearchParams) =>
  form.has('match[]') ? selectedBy(series, form) : [...series];

const labelValues = (series: readonly PromSeries[], form: URLSearchParams, label: string) =>
  [...new Set(found(series, form).flatMap(({ labels }) => labels[label] ?? []))].sort();
