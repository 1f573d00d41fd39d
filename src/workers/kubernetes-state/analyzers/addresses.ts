import { serviceOfHost } from '../../detectors/support/names.ts';
import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta, PodTemplate, Service } from '../kubernetes-state.ts';
import { writerOf } from '../mentions.ts';
import { name } from '../quote.ts';
import { called, isMissing, namesOf, sameNamespace, templatesOf } from '../relations.ts';

/** An address that a container is told to talk to, and where it is told. */
export type Address = { host: string; port: string | null; variable: string };

/** Finds addresses in environment, command and arguments that lead to no service, or to a port that the service does not have. */
export const addresses: Analyzer = (context) => [
  ...templatesOf(context.state).flatMap(({ owner, template }) =>
    addressesOf(template).flatMap((address) => check(context, owner, address)),
  ),
  ...usedPorts(context),
];

/** `orders:8080`, also with its namespace; `orders.go:44` is a line of a program. */
const NAMED_PORT =
  /(?<![\w.-])([a-z][a-z0-9-]{1,62})(?!\.(?:go|py|rb|js|mjs|cjs|jsx|ts|tsx|java|kt|scala|groovy|clj|php|cs|fs|rs|exs?|erl|c|cc|cpp|h|lua|swift|sh|pl):)(?:\.[a-z0-9.-]{1,190})?:(\d{2,5})(?!\d|:\S)/g;

/** Whoever shows a certificate has accepted the connection, so the port is open. */
const ANSWERED = /certificat|PKIX|x509|SSLHandshake|\btls: /i;

/** Programs log whom they talk to: a service of the cluster at a port that it does not have. */
function usedPorts({ state }: Context): Diagnosis[] {
  const ports = new Map(
    state.services.filter((one) => one.ports.length > 0 && one.clusterIp !== 'None').map((one) => [one.name, one]),
  );
  const found = state.logs.flatMap((log) => {
    const owner = writerOf(log);
    return log.lines.slice(-2000).flatMap((line) =>
      ANSWERED.test(line)
        ? []
        : [...line.slice(0, 1500).matchAll(NAMED_PORT)].flatMap(([address, host = '', port = '']) => {
            const service = ports.get(host);
            const strange =
              service &&
              owner !== host &&
              !service.ports.some((one) => String(one.port) === port || one.targetPort === port);
            return strange ? [{ key: `${owner} ${address}`, owner, log, address, port, service }] : [];
          }),
    );
  });
  return [...Map.groupBy(found, ({ key }) => key).values()].slice(0, 3).map(([one]) => {
    const { owner, log, address, port, service } = one!;
    return diagnosis({
      kind: 'address-port',
      class: 'network',
      statement: `${name(owner || 'A program')} talks to ${name(address)}, but Service ${name(service.name)} offers port ${service.ports.map((each) => each.port).join(', ')} only, not ${port} (wrong port), so the connection fails`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? '', service.name],
      confidence: 0.82,
      evidence: [log.evidence, ...service.evidence],
      actions: describeAction('service', service.name, service.namespace, 'See the ports of the service'),
      prevention: ['Derive the addresses of services from one source, and check them when a manifest is rendered.'],
    });
  });
}

/** Longer values and arguments are scripts or data; addresses stand at their beginning. */
const MAX_TEXT = 8000;

/** Everything in a template that looks like the address of a service. */
export function addressesOf({ containers, initContainers }: PodTemplate): Address[] {
  const found = [...containers, ...initContainers].flatMap(({ env, command, args }) => [
    ...env.flatMap(({ name: variable, value }) => (value ? inVariable(variable, value.slice(0, MAX_TEXT)) : [])),
    ...[...command, ...args].flatMap((text) => inText(text.slice(0, MAX_TEXT))),
  ]);
  return [...new Map(found.map((address) => [`${address.host}:${address.port}`, address])).values()];
}

const URL_HOST =
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^@\s/"']{0,200}@)?([a-z0-9][a-z0-9.-]{0,252}[a-z0-9])(?::(\d{2,5}))?/gi;
const HOST_PORT = /^(?:tcp\()?([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*):(\d{2,5})\)?(?:[/?].*)?$/i;
const SPEAKS_OF_ADDRESS =
  /(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|SERVICE|BROKERS?|BOOTSTRAP_SERVERS|DSN)(?:$|_)/i;

function inVariable(variable: string, value: string): Address[] {
  const urls = [...value.matchAll(URL_HOST)].map(([, host = '', port]) => ({ host, port: port ?? null, variable }));
  if (urls.length > 0) return urls;
  const pairs = value.split(',').flatMap((part) => HOST_PORT.exec(part.trim()) ?? []);
  const match = pairs.length > 0 ? HOST_PORT.exec(value.split(',')[0]?.trim() ?? '') : null;
  if (match) return [{ host: match[1] ?? '', port: match[2] ?? null, variable }];
  const bare =
    SPEAKS_OF_ADDRESS.test(variable) &&
    /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*$/.test(value) &&
    !/^(?:true|false|localhost|none|null|yes|no)$/.test(value);
  return bare && /HOST|ADDR|SERVER|ENDPOINT/i.test(variable) ? [{ host: value, port: null, variable }] : [];
}

function inText(text: string): Address[] {
  const urls = [...text.matchAll(URL_HOST)].map(([, host = '', port]) => ({
    host,
    port: port ?? null,
    variable: 'command',
  }));
  const tools = [
    ...text.matchAll(
      /\b(?:nc|telnet|nslookup|getent hosts|pg_isready -h|redis-cli -h|mysqladmin .{0,20}-h)\s+(?:-\w+\s+(?:\d{1,3}\s+)?)*([a-z][a-z0-9.-]*[a-z0-9])(?:\s+(\d{2,5}))?/gi,
    ),
  ];
  return [...urls, ...tools.map(([, host = '', port]) => ({ host, port: port ?? null, variable: 'command' }))];
}

/** Where programs send what they tell of themselves: when nobody takes it, their users do not notice. */
const TELEMETRY =
  /OTEL|OTLP|JAEGER|ZIPKIN|TRAC(?:E|ING)|TELEMETRY|STATSD|COLLECTOR|PYROSCOPE|SENTRY|DD_AGENT|PUSHGATEWAY/i;
/** True for an address to which a program sends what it tells of itself: no request waits for an answer from there. */
export const takesTelemetry = ({ variable }: Address): boolean => TELEMETRY.test(variable);
const ABOUT_TELEMETRY =
  /\btrac(?:es?|ing)\b|telemetry|\bspans?\b|\bcollector\b|jaeger|zipkin|metrics? (?:is|are) missing|no metrics/;
const MOST_OF_TELEMETRY = 0.28;

function check(context: Context, owner: Meta, address: Address): Diagnosis[] {
  const found = faultOf(context, owner, address);
  if (!takesTelemetry(address) || ABOUT_TELEMETRY.test(context.text)) return found;
  return found.map((one) => ({ ...one, confidence: Math.min(one.confidence, MOST_OF_TELEMETRY), cause: false }));
}

function faultOf({ state }: Context, owner: Meta, address: Address): Diagnosis[] {
  const place = serviceOfHost(address.host);
  if (!place || /[A-Z_]/.test(address.host)) return [];
  const namespace = place.namespace ?? owner.namespace;
  const service = state.services.find((one) => one.name === place.service && sameNamespace(one.namespace, namespace));
  if (!service) return unknownService(state, owner, address, place.service, namespace);
  const known = service.ports.length > 0 && service.clusterIp !== 'None' && service.type !== 'ExternalName';
  if (!address.port || !known || service.ports.some(({ port }) => String(port) === address.port)) return [];
  return [wrongPort(owner, address, service)];
}

function unknownService(
  state: KubernetesState,
  owner: Meta,
  address: Address,
  service: string,
  namespace: string | null,
): Diagnosis[] {
  const elsewhere = state.services.find((one) => one.name === service);
  const missing = isMissing(state, 'Service', service, namespace);
  const desired =
    state.desiredOnly &&
    state.services.length > 0 &&
    !/\./.test(address.host.replace(`${service}.${namespace ?? ''}`, '').replace(/\.svc.*$/, ''));
  if (!missing && !desired && !elsewhere) return [];
  const close = state.services
    .filter((one) => sameNamespace(one.namespace, namespace))
    .find((one) => distance(one.name, service) <= 2);
  const hint = elsewhere
    ? `; a service of that name exists in namespace ${name(elsewhere.namespace ?? '')}`
    : close
      ? `; there is a service ${name(close.name)}`
      : '';
  return [
    diagnosis({
      kind: 'address-unknown',
      class: 'network',
      statement: `${capital(called(owner))} is configured to talk to ${name(address.host)}${address.port ? `:${address.port}` : ''} (${name(address.variable)}), but there is no Service ${name(service)}${namespace ? ` in namespace ${name(namespace)}` : ''}, so the name does not resolve${hint}`,
      component: owner.name,
      namespace: owner.namespace,
      touches: [...namesOf(owner), service],
      confidence: missing ? 0.84 : close || elsewhere ? 0.75 : 0.58,
      evidence: [...owner.evidence, ...(elsewhere?.evidence ?? close?.evidence ?? []), ...listEvidence(state)],
      actions: addressActions(owner),
      prevention: ['Derive the addresses of services from one source, and check them when a manifest is rendered.'],
    }),
  ];
}

/** What the listing of services cites: any service that it showed. */
const listEvidence = (state: KubernetesState): number[] => state.services[0]?.evidence ?? [];

function wrongPort(owner: Meta, address: Address, service: Service): Diagnosis {
  const offered = service.ports.map(({ port }) => port).join(', ');
  return diagnosis({
    kind: 'address-port',
    class: 'network',
    statement: `${capital(called(owner))} is configured to talk to ${name(address.host)} on port ${address.port} (${name(address.variable)}), but Service ${name(service.name)} offers port ${offered} only (wrong port), so the connection fails`,
    component: owner.name,
    namespace: owner.namespace,
    touches: [...namesOf(owner), service.name],
    confidence: 0.86,
    evidence: [...owner.evidence, ...service.evidence],
    actions: [
      ...addressActions(owner),
      ...describeAction('service', service.name, service.namespace, 'See the ports of the service'),
    ],
    prevention: ['Derive the addresses of services from one source, and check them when a manifest is rendered.'],
  });
}

function addressActions(owner: Meta) {
  return [
    ...describeAction(owner.kind, owner.name, owner.namespace, 'See the environment of the workload'),
    changeAction('Correct the address in the environment of the workload', 'Restarts the pods of the workload.'),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Edit distance, for names that differ by a typo. */
export function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2) return 9;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++)
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[right.length] ?? 9;
}
