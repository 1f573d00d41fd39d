import { z } from 'zod';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTimeRange } from './time-range.ts';

const PATH = '/api/v2/services';

/** Durations come in nanoseconds, the error rate in percent. */
const answer = z
  .array(
    z.object({
      serviceName: z.string(),
      numCalls: z.number().nullish(),
      errorRate: z.number().nullish(),
      avgDuration: z.number().nullish(),
      p99: z.number().nullish(),
    }),
  )
  .nullable();

const rounded = (value: number) => Math.round(value * 100) / 100;

function describe({ services }: CapabilityOutput<'services.list'>): string {
  const lines = services.map(({ name, calls, errorPercent, avgMs, p99Ms }) => {
    return `${name}: ${calls} calls, ${errorPercent} % errors, avg ${avgMs} ms, p99 ${p99Ms} ms`;
  });
  return lines.join('\n') || 'no services';
}

/** `list_services`: the services that sent spans in a time range. */
export function listServices(client: SignozClient): ToolDefinition {
  return toolFor('services.list', {
    title: 'List services',
    description: 'The services that sent spans in a time range, with calls, errors and durations.',
    run: async (input, { signal }) => {
      const { start, end } = readTimeRange(input);
      // Nanoseconds as text, because they do not fit a double.
      const found = await client.post(PATH, { start: `${start}000000`, end: `${end}000000` }, answer, signal);
      const services = (found ?? []).map(({ serviceName, numCalls, errorRate, avgDuration, p99 }) => ({
        name: serviceName,
        calls: numCalls ?? 0,
        errorPercent: rounded(errorRate ?? 0),
        avgMs: rounded((avgDuration ?? 0) / 1e6),
        p99Ms: rounded((p99 ?? 0) / 1e6),
      }));
      return { data: { services }, text: describe({ services }) };
    },
  });
}
