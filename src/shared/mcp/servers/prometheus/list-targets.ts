import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import type { PrometheusClient } from './prometheus-client.ts';

const labels = z.record(z.string(), z.string());

const apiTargets = z.object({
  activeTargets: z.array(
    z.object({
      labels,
      scrapePool: z.string().nullish(),
      scrapeUrl: z.string(),
      lastError: z.string().nullish(),
      lastScrape: z.string().nullish(),
      lastScrapeDuration: z.number().nullish(),
      health: z.string(),
    }),
  ),
});

const target = z.object({
  job: z.string(),
  instance: z.string(),
  /** up, down or unknown. */
  health: z.string(),
  lastError: z.string().nullable(),
  lastScrape: z.string().nullable(),
  scrapeMs: z.number().nullable(),
  /** Without its query, which may carry a secret. */
  scrapeUrl: z.string(),
  labels,
});
type Target = z.infer<typeof target>;

function readTarget(one: z.infer<typeof apiTargets>['activeTargets'][number]): Target {
  const { job = one.scrapePool ?? '', instance = '', ...rest } = one.labels;
  const url = URL.parse(one.scrapeUrl);
  return {
    job,
    instance,
    health: one.health,
    lastError: one.lastError || null,
    lastScrape: one.lastScrape ?? null,
    scrapeMs: one.lastScrapeDuration == null ? null : Math.round(one.lastScrapeDuration * 1e6) / 1e3,
    scrapeUrl: url ? `${url.protocol}//${url.host}${url.pathname}` : '',
    labels: rest,
  };
}

const describe = (one: Target): string =>
  `${one.health} ${one.job} ${one.instance}${one.lastError ? `: ${one.lastError}` : ''} (last scrape ${one.lastScrape ?? 'never'}, ${one.scrapeMs ?? '-'} ms)`;

/** `list_targets`: what is scraped, the broken first. */
export function listTargets(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'list_targets',
    title: 'Scrape targets',
    description:
      'What this Prometheus scrapes and how the last scrape went, broken targets first. A target that is down has no fresh metrics: missing data is not health.',
    input: z.object({
      health: z.enum(['up', 'down', 'unknown']).optional(),
      job: z.string().optional().describe('exact name of a job'),
      ...pageInput(100, 1000),
    }),
    output: z.object({ targets: z.array(target), down: z.number(), ...pageOutput }),
    run: async ({ health, job, ...page }, { signal }) => {
      const { data } = await client.read('/targets', { state: 'active' }, apiTargets, signal);
      const found = data.activeTargets
        .map(readTarget)
        .filter((one) => (health === undefined || one.health === health) && (job === undefined || one.job === job))
        .sort((a, b) => Number(a.health === 'up') - Number(b.health === 'up') || a.job.localeCompare(b.job));
      const down = found.filter((one) => one.health === 'down').length;
      const { items, ...rest } = pageOf(listingOf('prometheus', 'list_targets', { health, job }), found, page);
      const head = found.length > 0 ? `${found.length} targets, ${down} down` : 'no targets';
      const lines = [head, ...items.map(describe), ...pageFooter({ items, ...rest })];
      return { data: { targets: items, down, ...rest }, text: lines.join('\n') };
    },
  });
}
