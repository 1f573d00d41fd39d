import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { readIsoRange } from '../iso-range.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { badQuestion } from './prometheus-failures.ts';
import { remarksOf } from './query-results.ts';
import { apiTime } from './time-window.ts';

const window = { from: z.string().optional(), to: z.string().optional() };
const selectors = z.array(z.string().min(1).max(5_000)).max(20);

/** `start` and `end` where a range is given; both or none. */
function times({ from, to }: { from?: string; to?: string }): Record<string, string> {
  if (from === undefined && to === undefined) return {};
  if (from === undefined || to === undefined) throw badQuestion('give both "from" and "to", or neither');
  const { start, end } = readIsoRange('prometheus', { from, to });
  return { start: apiTime(start), end: apiTime(end) };
}

const metadata = z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string(), unit: z.string() })));

/** `list_metrics`: which metrics there are, with type and help. */
export function listMetrics(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'list_metrics',
    title: 'Metrics and what they mean',
    description: 'The metrics that targets expose, with type, unit and help; `contains` looks in name and help.',
    input: z.object({ contains: z.string().max(200).optional(), ...pageInput(100, 1000) }),
    output: z.object({
      metrics: z.array(z.object({ name: z.string(), type: z.string(), unit: z.string().nullable(), help: z.string() })),
      ...pageOutput,
    }),
    run: async ({ contains = '', ...page }, { signal }) => {
      const { data } = await client.read('/metadata', {}, metadata, signal);
      const word = contains.toLowerCase();
      const found = Object.entries(data)
        .map(([name, [first]]) => ({
          name,
          type: first?.type ?? 'unknown',
          unit: first?.unit || null,
          help: first?.help ?? '',
        }))
        .filter(({ name, help }) => name.toLowerCase().includes(word) || help.toLowerCase().includes(word))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...rest } = pageOf(listingOf('prometheus', 'list_metrics', { contains }), found, page);
      const lines = items.map(({ name, type, help }) => `${name} (${type}): ${help}`);
      const text = [...(lines.length > 0 ? lines : ['no such metrics']), ...pageFooter({ items, ...rest })].join('\n');
      return { data: { metrics: items, ...rest }, text };
    },
  });
}

/** `find_series`: which label sets there are. */
export function findSeries(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'find_series',
    title: 'Find series',
    description: 'The label sets of the series that match any of the selectors, for example up{job="api"}.',
    input: z.object({ match: selectors.min(1), ...window, ...pageInput(100, 1000) }),
    output: z.object({
      series: z.array(z.record(z.string(), z.string())),
      ...pageOutput,
      warnings: z.array(z.string()),
    }),
    run: async ({ match, from, to, ...page }, { signal }) => {
      const schema = z.array(z.record(z.string(), z.string()));
      const answer = await client.read('/series', { 'match[]': match, ...times({ from, to }) }, schema, signal);
      const { items, ...rest } = pageOf(listingOf('prometheus', 'find_series', { match, from, to }), answer.data, page);
      const warnings = remarksOf(answer);
      const lines = items.map(({ __name__: name = '', ...labels }) => {
        const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
        return `${name}{${pairs.join(', ')}}`;
      });
      const text = [...(lines.length > 0 ? lines : ['no series']), ...pageFooter({ items, ...rest })].join('\n');
      return { data: { series: items, ...rest, warnings }, text };
    },
  });
}

/** `list_label_values`: the values of a label, or (without one) the names of the labels. */
export function listLabelValues(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'list_label_values',
    title: 'Labels and their values',
    description:
      'The values of a label, or without `label` the names of all labels; `match` limits them to series that a selector finds.',
    input: z.object({
      label: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a label')
        .max(200)
        .optional(),
      match: selectors.optional(),
      ...window,
      ...pageInput(200, 5000),
    }),
    output: z.object({ values: z.array(z.string()), ...pageOutput, warnings: z.array(z.string()) }),
    run: async ({ label, match, from, to, ...page }, { signal }) => {
      const path = label === undefined ? '/labels' : `/label/${label}/values`;
      const parameters = { 'match[]': match, ...times({ from, to }) };
      const answer = await client.read(path, parameters, z.array(z.string()), signal);
      const { items, ...rest } = pageOf(
        listingOf('prometheus', 'list_label_values', { label, match, from, to }),
        answer.data,
        page,
      );
      const text = [...(items.length > 0 ? items : ['no values']), ...pageFooter({ items, ...rest })].join('\n');
      return { data: { values: items, ...rest, warnings: remarksOf(answer) }, text };
    },
  });
}
