import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { readIsoRange } from '../iso-range.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter, pageOf } from '../page-of.ts';
import { quoted, selector } from './label-matchers.ts';
import { serviceOf } from './label-names.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { queryData, seriesOfData } from './query-results.ts';
import { apiTime } from './time-window.ts';

type Edge = CapabilityOutput<'topology.services'>['edges'][number];

/** A convention by which calls between services are counted, with the labels that may hold who calls and who is called. */
type CallCounter = {
  calls: string;
  failed: { metric: string; matchers: string[] };
  counted: string[];
  caller: string[];
  callee: string[];
};

const COUNTERS: readonly CallCounter[] = [
  {
    calls: 'traces_service_graph_request_total',
    failed: { metric: 'traces_service_graph_request_failed_total', matchers: [] },
    counted: [],
    caller: ['client'],
    callee: ['server'],
  },
  {
    calls: 'istio_requests_total',
    failed: { metric: 'istio_requests_total', matchers: ['response_code=~"5..|0"'] },
    counted: ['reporter="destination"'],
    caller: ['source_canonical_service', 'source_workload'],
    callee: ['destination_canonical_service', 'destination_service_name', 'destination_workload'],
  },
];
/** What meshes and collectors write where they do not know. */
const NOBODY = new Set(['', 'unknown', 'user']);
const MAX_EDGES = 2000;

/** `get_service_map`: who called whom, as service graphs made from spans, or a mesh, count it. */
export function getServiceMap(client: PrometheusClient): ToolDefinition {
  return toolFor('topology.services', {
    title: 'Service map',
    description:
      'Which service called which in a time range, with the number of calls and the share of failed ones: from service graph metrics (Tempo, OpenTelemetry) or Istio.',
    run: async (input, { signal }) => {
      const { start, end } = readIsoRange('prometheus', input);
      const seconds = Math.max(60, Math.round((end - start) / 1000));
      const ask = (counter: CallCounter, metric: string, more: string[]) =>
        countedCalls(
          client,
          counter,
          `increase(${selector([`__name__=${quoted(metric)}`, ...counter.counted, ...more])}[${seconds}s])`,
          end,
          signal,
        );
      const maps = await Promise.all(
        COUNTERS.map(async (counter) => {
          const { metric, matchers } = counter.failed;
          const [calls, failed] = await Promise.all([ask(counter, counter.calls, []), ask(counter, metric, matchers)]);
          return edgesOf(calls, failed);
        }),
      );
      const found = maps.find((edges) => edges.length > 0) ?? [];
      const mostFirst = found.toSorted((a, b) => (b.calls ?? 0) - (a.calls ?? 0) || byNames(a, b));
      const listing = listingOf('prometheus', 'get_service_map', input);
      const page = { limit: MAX_EDGES, cursor: input.cursor };
      const { items: edges, nextCursor } = pageOf(listing, mostFirst, page);
      const data = { edges, truncated: nextCursor !== null, nextCursor };
      return { data, text: describe(data) };
    },
  });
}

const byNames = (a: Edge, b: Edge) => a.caller.localeCompare(b.caller) || a.callee.localeCompare(b.callee);

/** Calls by caller and callee (as JSON). */
async function countedCalls(
  client: PrometheusClient,
  { caller, callee }: CallCounter,
  calls: string,
  end: number,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const query = `sum by (${[...caller, ...callee].join(', ')}) (${calls})`;
  const parameters = { query, time: apiTime(end), timeout: client.queryTimeout };
  const { data } = await client.read('/query', parameters, queryData, signal);
  const found = new Map<string, number>();
  for (const { labels, points } of seriesOfData(data)) {
    const [from, to] = [caller, callee].map((names) =>
      serviceOf(names.map((name) => labels[name]).find(Boolean) ?? ''),
    );
    const value = points.at(-1)?.[1] ?? 0;
    if (!from || !to || NOBODY.has(from) || NOBODY.has(to) || value <= 0) continue;
    const key = JSON.stringify([from, to]);
    found.set(key, (found.get(key) ?? 0) + value);
  }
  return found;
}

const edgesOf = (calls: Map<string, number>, failed: Map<string, number>): Edge[] =>
  [...calls].map(([key, count]) => {
    const [caller, callee]: [string, string] = JSON.parse(key);
    const errorPercent = Math.round((10_000 * (failed.get(key) ?? 0)) / count) / 100;
    return { caller, callee, calls: Math.round(count), errorPercent };
  });

function describe({ edges, nextCursor }: CapabilityOutput<'topology.services'>): string {
  const lines = edges.map(
    ({ caller, callee, calls, errorPercent }) => `${caller} -> ${callee} ${calls} calls, ${errorPercent} % errors`,
  );
  return [
    ...(lines.length > 0 ? lines : ['no calls between services are counted']),
    ...moreFooter('calls', nextCursor),
  ].join('\n');
}
