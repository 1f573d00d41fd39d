import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { offsetPosition } from '../page-of.ts';
import { allOf, equalTo, literal, nested } from './filter-expression.ts';
import { cutRows, pageOfRows, queryRange, type RawRow, rawAnswer } from './query-range.ts';
import { asText, footer, oneLine, textFields } from './row-text.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTime } from './time-range.ts';

type LogRow = CapabilityOutput<'logs.query'>['rows'][number];

const MAX_BODY = 8_000;
const MAX_LINE = 500;

const NEWEST_FIRST = [
  { key: { name: 'timestamp' }, direction: 'desc' },
  { key: { name: 'id' }, direction: 'desc' },
];

function logFilter({ service, filter, searchText, severity }: ToolInput<'logs.query'>) {
  return allOf([
    equalTo('service.name', service),
    severity === undefined ? undefined : `severity_text ILIKE ${literal(severity)}`,
    searchText ? `body CONTAINS ${literal(searchText)}` : undefined,
    nested(filter),
  ]);
}

function readLogRow({ timestamp, data }: RawRow): LogRow {
  const { attributes_string, attributes_number, attributes_bool, resources_string, trace_id } = data;
  const { 'service.name': service = null, ...resource } = textFields(resources_string);
  const severity = data.severity_text ? asText(data.severity_text) : null;
  return {
    at: readTime(timestamp ?? Number(data.timestamp)),
    severity,
    service,
    body: asText(data.body ?? '').slice(0, MAX_BODY),
    attributes: { ...resource, ...textFields(attributes_string, attributes_number, attributes_bool, { trace_id }) },
  };
}

function describe({ rows, nextCursor, warning }: CapabilityOutput<'logs.query'>): string {
  const lines = rows.map(({ at, severity, service, body }) => {
    return `${at} ${(severity ?? '-').padEnd(5)} ${service ?? '-'}: ${oneLine(body, MAX_LINE)}`;
  });
  return [...(lines.length > 0 ? lines : ['no log rows']), ...footer(nextCursor, warning)].join('\n');
}

/** `query_logs`: log rows, newest first. */
export function queryLogs(client: SignozClient): ToolDefinition {
  return toolFor('logs.query', {
    title: 'Query logs',
    description:
      "Log rows in a time range, newest first, page by page. `service` is service.name, `searchText` a text in the body, `severity` one level (for example ERROR), `filter` an expression of SigNoz's v5 filter language that is added by AND.",
    run: async (input, { signal }) => {
      const { from, to, limit, cursor } = input;
      const listing = listingOf('signoz', 'query_logs', input);
      const start = readCursor(listing, cursor, offsetPosition)?.after ?? 0;
      const spec = { signal: 'logs', filter: logFilter(input), ...pageOfRows(start, limit), order: NEWEST_FIRST };
      const question = { requestType: 'raw', spec, range: { from, to } } as const;
      const { result, warning } = await queryRange(client, question, rawAnswer, signal);
      const { rows, hasMore } = cutRows(result?.rows, limit);
      const nextCursor = hasMore ? writeCursor(listing, { after: start + rows.length }) : null;
      const data = { rows: rows.map(readLogRow), hasMore, nextCursor, warning };
      return { data, text: describe(data) };
    },
  });
}
