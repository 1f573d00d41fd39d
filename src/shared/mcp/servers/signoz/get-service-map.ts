import { z } from 'zod';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter, pageOf } from '../page-of.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTimeRange } from './time-range.ts';

const PATH = '/api/v1/dependency_graph';
const MAX_EDGES = 2000;

/** The error rate is in percent, durations are in ms. */
const answer = z
  .array(
    z.object({
      parent: z.string(),
      child: z.string(),
      callCount: z.number().nullish(),
      errorRate: z.number().nullish(),
      p99: z.number().nullish(),
    }),
  )
  .nullable();

function describe({ edges, nextCursor }: CapabilityOutput<'topology.services'>): string {
  const lines = edges.map(({ caller, callee, calls, errorPercent }) => {
    const facts = [calls == null ? '' : `${calls} calls`, errorPercent == null ? '' : `${errorPercent} % errors`];
    return `${caller} -> ${callee} ${facts.filter(Boolean).join(', ')}`.trim();
  });
  return [...(lines.length > 0 ? lines : ['no calls between services']), ...moreFooter('calls', nextCursor)].join('\n');
}

type Call = NonNullable<z.infer<typeof answer>>[number];

/** SigNoz promises no order, and pages need one. */
const mostFirst = (a: Call, b: Call) =>
  (b.callCount ?? 0) - (a.callCount ?? 0) || a.parent.localeCompare(b.parent) || a.child.localeCompare(b.child);

const rounded = (value: number | null | undefined) => (value == null ? null : Math.round(value * 100) / 100);

/** `get_service_map`: who called whom in a time range. */
export function getServiceMap(client: SignozClient): ToolDefinition {
  return toolFor('topology.services', {
    title: 'Service map',
    description: 'Which service called which in a time range, with the number of calls and the share of failed ones.',
    run: async (input, { signal }) => {
      const { start, end } = readTimeRange(input);
      // Nanoseconds as text, because they do not fit a double.
      const body = { start: `${start}000000`, end: `${end}000000`, tags: [] };
      const found = (await client.post(PATH, body, answer, signal)) ?? [];
      const page = { limit: MAX_EDGES, cursor: input.cursor };
      const { items, nextCursor } = pageOf(listingOf('signoz', 'get_service_map', input), found.sort(mostFirst), page);
      const edges = items.map(({ parent, child, callCount, errorRate }) => ({
        caller: parent,
        callee: child,
        calls: rounded(callCount),
        errorPercent: rounded(errorRate),
      }));
      const data = { edges, truncated: nextCursor !== null, nextCursor };
      return { data, text: describe(data) };
    },
  });
}
