import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import { apiAlert } from './list-alerts.ts';
import type { PrometheusClient } from './prometheus-client.ts';

const labels = z.record(z.string(), z.string());

const apiRules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      file: z.string().nullish(),
      rules: z.array(
        z.object({
          type: z.enum(['alerting', 'recording']),
          name: z.string(),
          query: z.string(),
          duration: z.number().nullish(),
          labels: labels.nullish(),
          annotations: labels.nullish(),
          state: z.string().nullish(),
          health: z.string().nullish(),
          lastError: z.string().nullish(),
          lastEvaluation: z.string().nullish(),
          alerts: z.array(apiAlert).nullish(),
        }),
      ),
    }),
  ),
});

const rule = z.object({
  group: z.string(),
  type: z.enum(['alerting', 'recording']),
  name: z.string(),
  query: z.string(),
  /** How long the condition has to hold, seconds; null for recording rules. */
  forSeconds: z.number().nullable(),
  /** firing, pending or inactive; null for recording rules. */
  state: z.string().nullable(),
  health: z.string().nullable(),
  lastError: z.string().nullable(),
  lastEvaluation: z.string().nullable(),
  activeAlerts: z.number(),
  labels,
  annotations: labels,
});
type Rule = z.infer<typeof rule>;

const readRules = ({ groups }: z.infer<typeof apiRules>): Rule[] =>
  groups.flatMap(({ name: group, rules }) =>
    rules.map((one) => ({
      group,
      type: one.type,
      name: one.name,
      query: one.query,
      forSeconds: one.duration ?? null,
      state: one.state ?? null,
      health: one.health ?? null,
      lastError: one.lastError || null,
      lastEvaluation: one.lastEvaluation ?? null,
      activeAlerts: one.alerts?.length ?? 0,
      labels: one.labels ?? {},
      annotations: one.annotations ?? {},
    })),
  );

const describe = (one: Rule): string => {
  const parts = [
    one.state,
    one.activeAlerts > 0 ? `${one.activeAlerts} active` : '',
    one.forSeconds ? `for ${one.forSeconds} s` : '',
    one.lastError ? `FAILS: ${one.lastError}` : '',
  ];
  return `${one.type} ${one.group}/${one.name}: ${one.query.replace(/\s+/g, ' ')} (${parts.filter(Boolean).join(', ')})`;
};

/** `list_rules`: alerting and recording rules with their expressions and health. */
export function listRules(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'list_rules',
    title: 'Alerting and recording rules',
    description:
      'The rules of this Prometheus with expression, state and the error of their last evaluation. `name` finds the rule behind an alert.',
    input: z.object({
      type: z.enum(['alerting', 'recording']).optional(),
      name: z.string().optional().describe('exact name of a rule'),
      failing: z.boolean().default(false).describe('only rules that cannot be evaluated'),
      ...pageInput(100, 1000),
    }),
    output: z.object({ rules: z.array(rule), ...pageOutput }),
    run: async ({ type, name, failing, ...page }, { signal }) => {
      const kind = type && { alerting: 'alert', recording: 'record' }[type];
      const { data } = await client.read('/rules', { type: kind }, apiRules, signal);
      const found = readRules(data).filter(
        (one) =>
          (type === undefined || one.type === type) &&
          (name === undefined || one.name === name) &&
          (!failing || one.health === 'err' || one.lastError !== null),
      );
      const { items, ...rest } = pageOf(listingOf('prometheus', 'list_rules', { type, name, failing }), found, page);
      const lines = [...(items.length > 0 ? items.map(describe) : ['no rules']), ...pageFooter({ items, ...rest })];
      return { data: { rules: items, ...rest }, text: lines.join('\n') };
    },
  });
}
