import type { CheckError } from '../../shared/mcp/capabilities.ts';
import type { Action, Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { CONNECTION_FAILURES, type ConnectionFailureKind as Kind } from './support/connection-failure-patterns.ts';
import { evidenceOf } from './support/evidence-of.ts';
import { type FailureGroup, groupFailures } from './support/failure-lines.ts';
import { firstAndLast, relatedLines } from './support/log-lines.ts';
import { isHost, isIpAddress, sameName, serviceOfHost } from './support/names.ts';
import { speaksOfPool } from './support/pool-words.ts';
import { shellCommand } from './support/shell.ts';
import { isoTime, oneLine } from './support/text.ts';

type Peer = { host: string | null; port: string | null };

const SAYS: Record<Kind, string> = {
  refused: 'are refused: nothing listens there',
  reset: 'are cut (connection reset)',
  timeout: 'time out: packets get no answer',
  unroutable: 'fail: there is no route to it',
};

const KIND_OF_CODE: Record<string, Kind> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'reset',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  EHOSTDOWN: 'unroutable',
};

/** Finds connections that are refused, reset, unanswered or unroutable, and says to which peer. */
export const connectionFailure: Detector = (input) => {
  const checked = fromChecks(input);
  const logged = fromLogs(input).filter(
    (finding) => !checked.some((own) => finding.component && sameName(finding.component, own.component ?? '')),
  );
  return [...checked, ...logged, ...fromGateways(input)];
};

const GATEWAY_ERRORS: Record<number, string> = {
  502: 'the server behind it gives no valid answer',
  503: 'it has no working server behind it',
  504: 'the server behind it does not answer in time',
};

/** A proxy's own errors (RFC 9110, 15.6.3 to 15.6.5) tell that its connection to the next server fails. */
function fromGateways(input: DetectorInput): Finding[] {
  return evidenceOf(input.evidence, 'http.check').flatMap(({ data, number, evidence }) => {
    const why = GATEWAY_ERRORS[data.status ?? 0];
    const { host, port } = peerOfUrl(data.url);
    if (!why || !host) return [];
    const statement = `${peerText({ host, port })} answers with HTTP status ${data.status}: ${why}`;
    const timeline = [
      { at: evidence.collectedAt, what: `Our request to ${host} was answered with ${data.status}`, evidence: [number] },
    ];
    return [{ ...common('refused', { host, port }), statement, confidence: 0.6, evidence: [number], timeline }];
  });
}

type Probe = Peer & { error: CheckError | null; number: number; at: string };

function probes(input: DetectorInput): Probe[] {
  const sockets = (['tcp.check', 'certificate.check'] as const).flatMap((capability) =>
    evidenceOf(input.evidence, capability),
  );
  const pages = evidenceOf(input.evidence, 'http.check');
  return [
    ...sockets.map(({ data, number, evidence }) => ({
      host: data.host,
      port: String(data.port),
      error: data.error,
      number,
      at: evidence.collectedAt,
    })),
    ...pages.map(({ data, number, evidence }) => ({
      ...peerOfUrl(data.url),
      error: data.error,
      number,
      at: evidence.collectedAt,
    })),
  ];
}

function peerOfUrl(url: string): Peer {
  if (!URL.canParse(url)) return { host: null, port: null };
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: port || (protocol === 'https:' ? '443' : '80') };
}

function fromChecks(input: DetectorInput): Finding[] {
  const failed = probes(input).filter(({ host, error }) => host !== null && error !== null && KIND_OF_CODE[error.code]);
  const peers = Map.groupBy(failed, ({ host, port }) => `${host}:${port}`);
  return [...peers.values()].flatMap((group) => {
    const [first] = group;
    const kind = KIND_OF_CODE[first?.error?.code ?? ''];
    if (!first || !kind) return [];
    const numbers = group.map(({ number }) => number);
    const statement = `Connections to ${peerText(first)} ${SAYS[kind]}; our own check saw it`;
    const at = isoTime(first.at);
    const timeline = at
      ? [
          {
            at,
            what: `Our check of ${peerText(first)} failed (${oneLine(first.error?.code ?? '', 40)})`,
            evidence: [first.number],
          },
        ]
      : [];
    return [{ ...common(kind, first), statement, confidence: 0.8, evidence: numbers, timeline }];
  });
}

function fromLogs(input: DetectorInput): Finding[] {
  const open = probes(input).filter(({ error }) => error === null);
  const lines = relatedLines(input).filter(({ body }) => !speaksOfPool(body));
  return groupFailures(lines, CONNECTION_FAILURES)
    .slice(0, 3)
    .map((group) =>
      loggedFinding(
        group,
        open.find(({ host }) => host !== null && group.host !== null && sameName(host, group.host)),
      ),
    );
}

function loggedFinding(group: FailureGroup<Kind>, open: Probe | undefined): Finding {
  const service = group.lines.find((line) => line.service)?.service;
  const target = group.host ? peerText(group) : 'a peer that the logs do not name';
  const now = open ? '; the port accepts connections now' : '';
  return {
    ...common(group.kind, group),
    statement: `Connections${service ? ` of ${service}` : ''} to ${target} ${SAYS[group.kind]}${now}`,
    confidence: loggedConfidence(group) - (open ? 0.2 : 0),
    evidence: open ? [...group.evidence, open.number].sort((left, right) => left - right) : group.evidence,
    timeline: firstAndLast(
      group.lines,
      `First connection to ${target} failed`,
      `Latest connection to ${target} failed`,
    ),
  };
}

/** A lone reset or timeout is everyday noise; a refusal never is. */
function loggedConfidence({ kind, host, lines }: FailureGroup<Kind>): number {
  const base = kind === 'refused' || kind === 'unroutable' ? 0.65 : lines.length > 1 ? 0.5 : 0.35;
  return base + (host ? 0.1 : -0.1) + (lines.length >= 3 ? 0.05 : 0);
}

function peerText({ host, port }: Peer): string {
  return port ? `${host} port ${port}` : `${host}`;
}

function common(kind: Kind, { host, port }: Peer) {
  return {
    detector: 'connection-failure',
    class: 'network' as const,
    cause: false,
    component: host,
    actions: actionsFor(kind, { host, port }),
    metrics: [],
    prevention: [
      'Give every client a connect timeout, a bounded number of retries with jitter and a circuit breaker, so that one peer cannot take its callers down.',
      'Alert on failed connections by peer, at the caller: it sees a dead peer before its users do.',
    ],
  };
}

function actionsFor(kind: Kind, { host, port }: Peer): Action[] {
  const actions: Action[] = [];
  const service = host ? serviceOfHost(host) : null;
  if (service) {
    const where = service.namespace ? ['--namespace', service.namespace] : ['--all-namespaces'];
    const command = shellCommand(
      'kubectl',
      'get',
      'endpointslices',
      ...where,
      '--selector',
      `kubernetes.io/service-name=${service.service}`,
    );
    actions.push({ title: `See which pods stand behind ${service.service}`, command, risk: null });
  }
  if (host && port && isHost(host)) {
    actions.push({
      title: 'Try the port from where the client runs',
      command: shellCommand('nc', '-vz', '-w', '5', host, port),
      risk: null,
    });
  }
  if (host && isIpAddress(host)) {
    const command = shellCommand('kubectl', 'get', 'pods,services', '--all-namespaces', '--output', 'wide');
    actions.push({ title: `See to whom the address ${host} belongs`, command, risk: null });
  }
  if (kind === 'timeout' || kind === 'unroutable') {
    const command = shellCommand('kubectl', 'get', 'networkpolicies', '--all-namespaces');
    actions.push({ title: 'See whether a network policy forbids the connection', command, risk: null });
  }
  return actions;
}
