import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isHost, isPort } from './names.ts';
import { oncePer } from './once-per.ts';
import { isRecent, isRelatedService } from './relation.ts';
import { isoTime } from './text.ts';

/** One line of a log, or the error text of a span, with where it was found. */
export type LogLine = {
  at: string | null;
  service: string | null;
  body: string;
  evidence: number;
  /** Whom the program was talking to, by the semantic conventions of OpenTelemetry; null where it does not say. */
  peer?: { host: string; port: string | null } | null;
};

const MAX_LINES = 5000;
/** What a message says stands at its beginning; stack traces below are not searched. */
const MAX_BODY = 2000;

/**
 * The log lines and span errors that concern the alert, oldest first: those of its service, of services that were asked for by
 * name, and those that name no service. Lines of other services and old lines are left out.
 */
export const relatedLines = oncePer((input: DetectorInput): LogLine[] =>
  [...logRows(input), ...podLines(input), ...spanErrors(input)]
    .filter((line) => isRecent(line.at, input))
    .slice(0, MAX_LINES)
    .sort((left, right) => (left.at ?? '').localeCompare(right.at ?? '')),
);

function logRows(input: DetectorInput): LogLine[] {
  return evidenceOf(input.evidence, 'logs.query').flatMap(({ number, data, evidence }) =>
    data.rows
      .filter(({ service }) => service === evidence.query.service || isRelatedService(service, input))
      .map(({ at, service, body, attributes }) => {
        const detail = attributes['exception.message'] ?? attributes['error.message'] ?? attributes.error ?? '';
        const text = detail && !body.includes(detail) ? `${body.slice(0, MAX_BODY)} ${detail}` : body;
        return { at: isoTime(at), service, body: text.slice(0, MAX_BODY), evidence: number, peer: peerOf(attributes) };
      }),
  );
}

function peerOf(attributes: Record<string, string>): LogLine['peer'] {
  const host = attributes['server.address'] ?? attributes['net.peer.name'] ?? attributes['peer.service'];
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  return host && isHost(host) ? { host, port: port && isPort(port) ? port : null } : null;
}

function podLines({ evidence }: DetectorInput): LogLine[] {
  return evidenceOf(evidence, 'pods.logs').flatMap(({ number, data }) =>
    data.lines.map((line) => ({
      at: timeOfLine(line),
      service: null,
      body: line.slice(0, MAX_BODY),
      evidence: number,
    })),
  );
}

function timeOfLine(line: string): string | null {
  return isoTime(
    /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)/
      .exec(line.slice(0, 80))?.[0]
      .replace(',', '.'),
  );
}

const ERROR_ATTRIBUTES = [
  'exception.message',
  'error.message',
  'otel.status_description',
  'status_message',
  'statusMessage',
  'error.type',
];

function spanErrors(input: DetectorInput): LogLine[] {
  return evidenceOf(input.evidence, 'traces.query').flatMap(({ number, data }) =>
    data.spans
      .filter((span) => span.error && isRelatedService(span.service, input))
      .map(({ at, service, attributes }) => {
        const body = ERROR_ATTRIBUTES.flatMap((name) => attributes[name] ?? []).join(' ');
        return { at: isoTime(at), service, body: body.slice(0, MAX_BODY), evidence: number, peer: peerOf(attributes) };
      }),
  );
}

/** The evidence numbers of some lines, each once, in order. */
export function citedBy(lines: LogLine[]): number[] {
  return [...new Set(lines.map((line) => line.evidence))].sort((left, right) => left - right);
}

/** First and last time of some lines as timeline entries; lines without a time tell none. */
export function firstAndLast(lines: LogLine[], first: string, last: string) {
  const timed = lines.filter((line): line is LogLine & { at: string } => line.at !== null);
  const [oldest, newest] = [timed.at(0), timed.at(-1)];
  if (!oldest || !newest) return [];
  const start = { at: oldest.at, what: first, evidence: [oldest.evidence] };
  return newest.at === oldest.at ? [start] : [start, { at: newest.at, what: last, evidence: [newest.evidence] }];
}
