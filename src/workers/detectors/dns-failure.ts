import type { Action, Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { evidenceOf } from './support/evidence-of.ts';
import { type FailureGroup, type FailurePattern, groupFailures } from './support/failure-lines.ts';
import { firstAndLast, relatedLines } from './support/log-lines.ts';
import { isHost, sameName, serviceOfHost } from './support/names.ts';
import { shellCommand } from './support/shell.ts';
import { isoTime, oneLine, unique } from './support/text.ts';
import { wrongAnswers } from './support/wrong-answers.ts';

type Kind = 'missing' | 'server-failure' | 'timeout' | 'unresolved';

const SAYS: Record<Kind, string> = {
  missing: 'does not resolve: DNS answers that it has no such name',
  'server-failure': 'cannot be resolved: the DNS server answers with a failure (SERVFAIL)',
  timeout: 'cannot be resolved: the DNS servers do not answer in time',
  unresolved: 'cannot be resolved',
};

/** The words of c-ares, getaddrinfo and RFC 1035 for each kind. */
const KIND_OF_CODE: Record<string, Kind> = {
  ENOTFOUND: 'missing',
  NXDOMAIN: 'missing',
  ENODATA: 'missing',
  NODATA: 'missing',
  ESERVFAIL: 'server-failure',
  SERVFAIL: 'server-failure',
  EREFUSED: 'server-failure',
  ETIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  EAI_AGAIN: 'timeout',
};

const NAME = `["'\`]?(?<host>[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63}){0,8})\\.?`;
const named = (kind: Kind, before: string, after = '', flags = ''): FailurePattern<Kind> => ({
  kind,
  pattern: new RegExp(`${before}${NAME}${after}`, flags),
});

/** How Node, Go, Java, Python, PostgreSQL, curl, nginx and .NET tell of a name that did not resolve. */
const PATTERNS: readonly FailurePattern<Kind>[] = [
  named('missing', 'getaddrinfo ENOTFOUND '),
  named('timeout', 'getaddrinfo EAI_AGAIN '),
  named('missing', 'quer(?:yA|yAaaa|ySrv|yCname) (?:ENOTFOUND|ENODATA) '),
  named('server-failure', 'query\\w{1,8} ESERVFAIL '),
  named('timeout', 'query\\w{1,8} ETIMEOUT '),
  named('missing', 'lookup ', '(?: on [0-9.:\\[\\]a-f]{3,60})?: no such host'),
  named('timeout', 'lookup ', '(?: on [0-9.:\\[\\]a-f]{3,60})?: (?!dial tcp [\\d[])[^\\n]{0,120}?i/o timeout'),
  named('server-failure', 'lookup ', '(?: on [0-9.:\\[\\]a-f]{3,60})?: server misbehaving'),
  named('unresolved', 'UnknownHostException: '),
  named('unresolved', 'could not translate host name '),
  named('unresolved', 'Could not resolve host: ?', '', 'i'),
  named('unresolved', 'Failed to resolve ', '', 'i'),
  named('unresolved', 'host not found in upstream '),
  named('unresolved', 'No such host is known\\.? \\('),
  named('missing', 'NXDOMAIN[^\\n]{0,30}? for '),
  { kind: 'timeout', pattern: /Temporary failure in name resolution|\[Errno -3\]/i },
  { kind: 'missing', pattern: /Name or service not known|nodename nor servname provided|\[Errno -2\]/i },
  { kind: 'missing', pattern: /\bNXDOMAIN\b/ },
  { kind: 'server-failure', pattern: /\bSERVFAIL\b/ },
];

const CONFIDENCE: Record<Kind, number> = { missing: 0.85, 'server-failure': 0.8, timeout: 0.7, unresolved: 0.8 };

/** Finds names that do not resolve, by our own lookups and checks and in what clients log, and names that resolve to a wrong address. */
export const dnsFailure: Detector = (input) => {
  const looked = [...fromLookups(input), ...fromWrongAnswers(input)];
  const logged = fromLogs(input).filter(
    ({ component }) => !looked.some((own) => component && sameName(component, own.component ?? '')),
  );
  return [...looked, ...logged];
};

function fromLookups(input: DetectorInput): Finding[] {
  const lookups = evidenceOf(input.evidence, 'dns.lookup');
  const answered = new Set(lookups.filter(({ data }) => data.answers.length > 0).map(({ data }) => data.name));
  return lookups
    .filter(({ data }) => !answered.has(data.name) && concerns(data.name, input))
    .filter(({ data }, index, all) => all.findIndex((other) => other.data.name === data.name) === index)
    .flatMap(({ data, number, evidence }) => {
      const kind = data.error ? (KIND_OF_CODE[data.error.code] ?? null) : 'missing';
      if (kind === null) return [];
      const timeline = [{ at: evidence.collectedAt, what: `A lookup of ${data.name} failed`, evidence: [number] }];
      const statement = data.error
        ? `The host name ${data.name} ${SAYS[kind]}`
        : `The host name ${data.name} has no address in DNS`;
      return [
        {
          ...common(data.name),
          statement,
          confidence: Math.min(0.95, CONFIDENCE[kind] + 0.05),
          evidence: [number],
          timeline,
        },
      ];
    });
}

function fromWrongAnswers(input: DetectorInput): Finding[] {
  return wrongAnswers(input)
    .filter(({ name }) => concerns(name, input))
    .map(({ name, says, confidence, evidence, at }) => {
      const shared = common(name);
      return {
        ...shared,
        statement: `The host name ${name} resolves to a wrong address: ${says}`,
        confidence,
        evidence,
        timeline: [{ at, what: `DNS answered with a wrong address for ${name}`, evidence }],
        actions: [...shared.actions, CONFIGURED],
      };
    });
}

/** Where a cluster's name servers are told to answer otherwise than its objects say. */
const CONFIGURED: Action = {
  title: 'See which names the cluster DNS rewrites, fixes or forwards',
  command: 'kubectl get configmap coredns --namespace kube-system --output yaml',
  risk: null,
};

/** A lookup that the plan made for another host than the alert's says nothing about the alert, unless the logs name it. */
function concerns(name: string, input: DetectorInput): boolean {
  if (!input.facts.host || sameName(name, input.facts.host)) return true;
  return relatedLines(input).some(({ body }) => body.includes(name));
}

function fromLogs(input: DetectorInput): Finding[] {
  const wrong = new Set(wrongAnswers(input).flatMap(({ evidence }) => evidence));
  const resolvesNow = evidenceOf(input.evidence, 'dns.lookup').filter(
    ({ data, number }) => data.answers.length > 0 && !wrong.has(number),
  );
  return groupFailures(relatedLines(input), PATTERNS)
    .slice(0, 3)
    .map((group) => {
      const healed = resolvesNow.find(({ data }) => group.host !== null && sameName(data.name, group.host));
      return loggedFinding(group, healed?.number ?? null, group.host ? serverWords(group.host, input) : null);
    });
}

type ServerWords = { text: string; evidence: number; at: string | null };

/** What CoreDNS logs when it cannot answer for a name, whichever service's logs hold it. */
const COREDNS = /plugin\/errors: \d{1,5} (?<name>[\w.-]{1,253})\. [A-Z]{1,10}: (?<why>[^\n]{3,200})/;

function serverWords(host: string, { evidence }: DetectorInput): ServerWords | null {
  for (const { data, number } of evidenceOf(evidence, 'logs.query')) {
    for (const { body, at } of data.rows.toReversed()) {
      const { name, why } = COREDNS.exec(body)?.groups ?? {};
      if (name && why && sameName(name, host)) return { text: oneLine(why, 160), evidence: number, at: isoTime(at) };
    }
  }
  return null;
}

function loggedFinding(
  { kind, host, lines, evidence }: FailureGroup<Kind>,
  healed: number | null,
  server: ServerWords | null,
): Finding {
  const service = lines.find((line) => line.service)?.service ?? 'The service';
  const subject = host ? `the host name ${host}` : 'a host name that it needs';
  const how = server ? `cannot be resolved: the cluster DNS itself fails on it with ${server.text}` : SAYS[kind];
  const now = healed === null ? '' : '; a lookup succeeds now, so the failure comes and goes or is over';
  const whose = host ? ` of ${host}` : '';
  const more = [healed, server?.evidence ?? null].filter((number) => number !== null);
  const failed = server?.at
    ? [{ at: server.at, what: `The cluster DNS failed to resolve ${host}`, evidence: [server.evidence] }]
    : [];
  return {
    ...common(host),
    statement: `${service} cannot reach its peer because ${subject} ${how}${now}`,
    confidence: (host ? CONFIDENCE[kind] - 0.05 : 0.55) + (server ? 0.1 : 0) - (healed === null ? 0 : 0.2),
    evidence: unique([...evidence, ...more]).sort((left, right) => left - right),
    timeline: [...firstAndLast(lines, `First failed lookup${whose}`, `Latest failed lookup${whose}`), ...failed],
  };
}

function common(name: string | null) {
  return {
    detector: 'dns-failure',
    class: 'network' as const,
    cause: true,
    component: name,
    actions: actionsFor(name),
    metrics: [],
    prevention: [
      'Watch name resolution from where the clients run: failed and slow lookups of the cluster DNS, by name.',
      'Check names in configuration against DNS before a rollout, so that a renamed or removed service is found before traffic is.',
    ],
  };
}

function actionsFor(name: string | null): Action[] {
  const peer = name && isHost(name) ? name : null;
  const service = peer ? serviceOfHost(peer) : null;
  const actions: Action[] = [
    {
      title: 'Ask DNS for the name',
      command: peer ? shellCommand('dig', '+noall', '+answer', '+comments', peer) : null,
      risk: null,
    },
    {
      title: 'See whether the cluster DNS is well',
      command: 'kubectl get pods --namespace kube-system --selector k8s-app=kube-dns --output wide',
      risk: null,
    },
    {
      title: 'Read what the cluster DNS logs',
      command: 'kubectl logs --namespace kube-system --selector k8s-app=kube-dns --tail 100',
      risk: null,
    },
  ];
  if (!service) return actions.filter((action) => action.command !== null);
  const where = service.namespace ? ['--namespace', service.namespace] : ['--all-namespaces'];
  const command = shellCommand(
    'kubectl',
    'get',
    'services',
    ...where,
    '--field-selector',
    `metadata.name=${service.service}`,
  );
  return [{ title: `See whether the service ${service.service} exists`, command, risk: null }, ...actions];
}
