import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { readIsoRange } from '../iso-range.ts';
import { quoted, selector } from './label-matchers.ts';
import { serviceOf } from './label-names.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { queryData, seriesOfData } from './query-results.ts';
import { presentFamilies, type RequestFamily } from './request-families.ts';
import { apiTime } from './time-window.ts';

type Service = CapabilityOutput<'services.list'>['services'][number];

const ms = (value: number | null) => (value === null ? 'unknown' : `${value} ms`);
const rounded = (value: number) => Math.round(value * 100) / 100;

function describe({ services }: CapabilityOutput<'services.list'>): string {
  const lines = services.map(({ name, calls, errorPercent, avgMs, p99Ms }) => {
    return `${name}: ${calls} calls, ${errorPercent} % errors, avg ${ms(avgMs)}, p99 ${ms(p99Ms)}`;
  });
  return lines.join('\n') || 'no services';
}

/** `list_services`: the services whose requests are counted in a time range. */
export function listServices(client: PrometheusClient): ToolDefinition {
  return toolFor('services.list', {
    title: 'List services',
    description: 'The services whose requests are counted in a time range, with calls, errors and durations.',
    run: async (range, { signal }) => {
      const { start, end } = readIsoRange('prometheus', range);
      const families = await presentFamilies(client, { start, end }, signal);
      const lists = await Promise.all(families.map((family) => servicesOf(client, family, { start, end }, signal)));
      const byName = new Map<string, Service>();
      for (const service of lists.flat()) if (!byName.has(service.name)) byName.set(service.name, service);
      const services = [...byName.values()].sort((a, b) => b.calls - a.calls);
      return { data: { services }, text: describe({ services }) };
    },
  });
}

async function servicesOf(
  client: PrometheusClient,
  family: RequestFamily,
  { start, end }: { start: number; end: number },
  signal: AbortSignal,
): Promise<Service[]> {
  const seconds = Math.max(60, Math.round((end - start) / 1000));
  const { calls, served, failed, duration, service } = family;
  const select = (metric: string, more: string[] = []) =>
    `increase(${selector([`__name__=${quoted(metric)}`, ...served, ...more])}[${seconds}s])`;
  const by = service.join(', ');
  const ask = async (query: string, join = add): Promise<Map<string, number>> => {
    const parameters = { query, time: apiTime(end), timeout: client.queryTimeout };
    const { data } = await client.read('/query', parameters, queryData, signal);
    return byService(seriesOfData(data), service, join);
  };
  const [number, failures, sum, count, p99] = await Promise.all([
    ask(`sum by (${by}) (${select(calls)})`),
    ask(`sum by (${by}) (${failed.map((matcher) => select(calls, [matcher])).join(' or ')})`),
    ask(`sum by (${by}) (${select(`${duration.name}_sum`)})`),
    ask(`sum by (${by}) (${select(`${duration.name}_count`)})`),
    ask(`histogram_quantile(0.99, sum by (${by}, le) (${select(`${duration.name}_bucket`)}))`, Math.max),
  ]);
  return [...number].map(([name, all]) => {
    const counted = count.get(name) ?? 0;
    const high = p99.get(name);
    return {
      name,
      calls: Math.round(all),
      errorPercent: all > 0 ? rounded((100 * (failures.get(name) ?? 0)) / all) : 0,
      avgMs: counted > 0 ? rounded(((sum.get(name) ?? 0) / counted) * duration.toMs) : null,
      p99Ms: high === undefined ? null : rounded(high * duration.toMs),
    };
  });
}

const add = (a: number, b: number) => a + b;

/** One number per service, joined where two label sets are of one service. */
function byService(
  series: ReturnType<typeof seriesOfData>,
  labels: string[],
  join: (a: number, b: number) => number,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const { labels: own, points } of series) {
    const service = labels.map((label) => own[label]).find(Boolean);
    const value = points.at(-1)?.[1] ?? null;
    if (!service || value === null) continue;
    const name = serviceOf(service);
    const known = found.get(name);
    found.set(name, known === undefined ? value : join(known, value));
  }
  return found;
}
