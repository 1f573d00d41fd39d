import type { Evidence } from '../../../shared/report.ts';
import { formOf } from '../build-state.ts';
import { isRecord, numberAt, type Raw, recordAt, recordsAt, textAt } from '../raw.ts';

/** A span of a trace that a tool printed; times in ms. */
export type PrintedSpan = {
  trace: string;
  id: string;
  parent: string | null;
  service: string;
  name: string;
  /** The statement that was sent to a store; null for other work. */
  statement: string | null;
  start: number;
  end: number;
  evidence: number;
};

const MAX_TEXT = 4_000_000;
const MAX_SPANS = 20_000;
const TELLS_SPANS = /"(?:spanI[dD]|parentI[dD]|parentSpanI[dD]|span_id)"/;

/** The spans of all traces that were printed as OTLP (Tempo, collectors), Jaeger or Zipkin write them. */
export function printedSpans(evidence: Evidence[]): PrintedSpan[] {
  const found = formOf(evidence, 'command.output').flatMap(({ number, data: { output } }) =>
    output.length <= MAX_TEXT && TELLS_SPANS.test(output)
      ? spansIn(parsed(output)).map((span) => ({ ...span, evidence: number }))
      : [],
  );
  return found.filter(({ id, start, end }) => id !== '' && Number.isFinite(start) && end >= start).slice(0, MAX_SPANS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.search(/[{[]/))));
  } catch {
    return null;
  }
}

type Span = Omit<PrintedSpan, 'evidence'>;

function spansIn(value: unknown): Span[] {
  if (Array.isArray(value)) return value.flat(1).filter(isRecord).flatMap(zipkin);
  const batches = [recordAt(value), recordAt(value, 'trace')].flatMap((one) => [
    ...recordsAt(one, 'batches'),
    ...recordsAt(one, 'resourceSpans'),
  ]);
  return [...batches.flatMap(ofBatch), ...recordsAt(value, 'data').flatMap(jaeger)];
}

/** The attributes of OTLP (`key`, `value.stringValue`) and Jaeger (`key`, `value`) as text. */
function attributes(list: Raw[]): Record<string, string> {
  const entries = list.map((one) => [
    textAt(one, 'key') ?? '',
    textAt(one, 'value', 'stringValue') ?? textAt(one, 'value') ?? '',
  ]);
  return Object.fromEntries(entries);
}

const statementIn = (tags: Record<string, string>): string | null =>
  tags['db.statement'] ?? tags['db.query.text'] ?? tags['sql.query'] ?? tags['db.query.summary'] ?? null;

function ofBatch(batch: Raw): Span[] {
  const service = attributes(recordsAt(batch, 'resource', 'attributes'))['service.name'] ?? '';
  const scopes = [...recordsAt(batch, 'scopeSpans'), ...recordsAt(batch, 'instrumentationLibrarySpans')];
  return [batch, ...scopes]
    .flatMap((one) => recordsAt(one, 'spans'))
    .map((span) => ({
      trace: textAt(span, 'traceId') ?? '',
      id: textAt(span, 'spanId') ?? '',
      parent: textAt(span, 'parentSpanId'),
      service,
      name: textAt(span, 'name') ?? '',
      statement: statementIn(attributes(recordsAt(span, 'attributes'))),
      start: Number(textAt(span, 'startTimeUnixNano') ?? Number.NaN) / 1e6,
      end: Number(textAt(span, 'endTimeUnixNano') ?? Number.NaN) / 1e6,
    }));
}

function jaeger(trace: Raw): Span[] {
  const processes = recordAt(trace, 'processes');
  return recordsAt(trace, 'spans').map((span) => {
    const start = (numberAt(span, 'startTime') ?? Number.NaN) / 1000;
    const above = recordsAt(span, 'references').find((one) => textAt(one, 'refType') === 'CHILD_OF');
    return {
      trace: textAt(trace, 'traceID') ?? '',
      id: textAt(span, 'spanID') ?? '',
      parent: (above && textAt(above, 'spanID')) ?? textAt(span, 'parentSpanID'),
      service: textAt(processes, textAt(span, 'processID') ?? '', 'serviceName') ?? '',
      name: textAt(span, 'operationName') ?? '',
      statement: statementIn(attributes(recordsAt(span, 'tags'))),
      start,
      end: start + (numberAt(span, 'duration') ?? 0) / 1000,
    };
  });
}

function zipkin(span: Raw): Span[] {
  const start = (numberAt(span, 'timestamp') ?? Number.NaN) / 1000;
  const tags = recordAt(span, 'tags');
  return [
    {
      trace: textAt(span, 'traceId') ?? '',
      id: textAt(span, 'id') ?? '',
      parent: textAt(span, 'parentId'),
      service: textAt(span, 'localEndpoint', 'serviceName') ?? '',
      name: textAt(span, 'name') ?? '',
      statement: textAt(tags, 'sql.query') ?? textAt(tags, 'db.statement'),
      start,
      end: start + (numberAt(span, 'duration') ?? 0) / 1000,
    },
  ];
}
