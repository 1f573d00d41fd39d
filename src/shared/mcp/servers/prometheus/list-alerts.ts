import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import type { PrometheusClient } from './prometheus-client.ts';

const STATES = ['firing', 'pending'] as const;

const labels = z.record(z.string(), z.string());
/** An active alert as `/alerts` and `/rules` give it. */
export const apiAlert = z.object({
  labels,
  annotations: labels.nullish(),
  state: z.string(),
  activeAt: z.string().nullish(),
  value: z.string().nullish(),
});

const output = z.object({
  alerts: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      activeAt: z.string().nullable(),
      value: z.string().nullable(),
      labels,
      annotations: labels,
    }),
  ),
  ...pageOutput,
});
type Alert = z.infer<typeof output>['alerts'][number];

/** An alert as our tools tell it. */
export function readAlert({ labels: all, annotations, state, activeAt, value }: z.infer<typeof apiAlert>): Alert {
  const { alertname: name = '', ...rest } = all;
  return {
    name,
    state,
    activeAt: activeAt ?? null,
    value: value ?? null,
    labels: rest,
    annotations: annotations ?? {},
  };
}

const describe = ({ name, state, activeAt, value, labels: all, annotations }: Alert): string => {
  const told = annotations.summary ?? annotations.description ?? annotations.message;
  const facts = Object.entries(all).map(([key, one]) => `${key}=${one}`);
  return `${state} ${name} since ${activeAt ?? 'unknown'} {${facts.join(', ')}} value ${value ?? '-'}${told ? `: ${told.replace(/\s+/g, ' ').slice(0, 300)}` : ''}`;
};

/** `list_alerts`: what fires or is about to. */
export function listAlerts(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'list_alerts',
    title: 'Active alerts',
    description: 'Alerts that are firing or pending now, as this Prometheus evaluates them, those that fire first.',
    input: z.object({
      state: z.enum(STATES).optional(),
      name: z.string().optional().describe('the name of an alerting rule'),
      ...pageInput(100, 1000),
    }),
    output,
    run: async ({ state, name, ...page }, { signal }) => {
      const { data } = await client.read('/alerts', {}, z.object({ alerts: z.array(apiAlert) }), signal);
      const found = data.alerts
        .map(readAlert)
        .filter(
          (alert) => (state === undefined || alert.state === state) && (name === undefined || alert.name === name),
        )
        .sort((a, b) => a.state.localeCompare(b.state) || (a.activeAt ?? '').localeCompare(b.activeAt ?? ''));
      const { items, ...rest } = pageOf(listingOf('prometheus', 'list_alerts', { state, name }), found, page);
      const lines = [
        ...(items.length > 0 ? items.map(describe) : ['no active alerts']),
        ...pageFooter({ items, ...rest }),
      ];
      return { data: { alerts: items, ...rest }, text: lines.join('\n') };
    },
  });
}
