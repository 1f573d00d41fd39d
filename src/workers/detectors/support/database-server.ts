import type { DetectorInput } from '../detector.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import type { LogLine } from './log-lines.ts';
import { isHost, isIpAddress, isServiceName, serviceOfHost } from './names.ts';
import { type DatabaseSpan, databaseSpans } from './slow-spans.ts';

/** The database that the alert's service talks to, as far as its spans and logs tell; every name is safe in a command. */
export type DatabaseServer = {
  dialect: Dialect;
  host: string | null;
  /** The database within the server. */
  name: string | null;
  /** What a person calls it: the Kubernetes service or the host, else the database's name. */
  component: string | null;
  /** The evidence that tells it, null where only the alert does. */
  evidence: number | null;
};

/** Reads the server off a span of one of its statements, by the semantic conventions of OpenTelemetry, old and stable. */
export function databaseServer(input: DetectorInput, lines: LogLine[], spans = databaseSpans(input)): DatabaseServer {
  const told = spans.find(({ span }) => span.attributes['server.address'] ?? span.attributes['net.peer.name']);
  return serverOfSpan(told ?? spans[0], input, dialectOf(hints(lines, spans)));
}

/** Like `databaseServer`, of one span. */
export function serverOfSpan(
  found: DatabaseSpan | undefined,
  { facts }: DetectorInput,
  dialect: Dialect,
): DatabaseServer {
  const attributes = found?.span.attributes ?? {};
  const address = attributes['server.address'] ?? attributes['net.peer.name'] ?? null;
  const host = address && isHost(address) ? address : null;
  const named = [attributes['db.namespace'], attributes['db.name'], facts.database];
  const name = named.find((one) => one !== undefined && isServiceName(one)) ?? null;
  const server = host && !isIpAddress(host) ? (serviceOfHost(host)?.service ?? host) : null;
  return { dialect, host, name, component: server ?? name, evidence: found?.evidence ?? null };
}

function hints(lines: LogLine[], spans: DatabaseSpan[]): string {
  const systems = spans.map(({ span }) => span.attributes['db.system'] ?? span.attributes['db.system.name'] ?? '');
  return [...new Set(systems), ...lines.slice(0, 200).map(({ body }) => body.slice(0, 200))].join('\n');
}
