import type { CapabilityOutput } from '../../shared/mcp/capabilities.ts';
import type { Action, Finding, TimelineEntry } from '../../shared/report.ts';
import { alertText } from '../alert-facts.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { beginsAfter } from './support/certificate-times.ts';
import {
  IS_NOT_YET_VALID,
  REFUSALS,
  refusedHost,
  SPEAKS_OF_EXPIRY,
  TOLD_BY_PEER,
} from './support/certificate-words.ts';
import { CONNECTION_FAILURES } from './support/connection-failure-patterns.ts';
import { evidenceOf, type Known } from './support/evidence-of.ts';
import { groupFailures } from './support/failure-lines.ts';
import { citedBy, firstAndLast, type LogLine, relatedLines } from './support/log-lines.ts';
import { isHost, sameName } from './support/names.ts';
import { type RenewalFailure, renewalFailure } from './support/renewal-failure.ts';
import { shellCommand, shellWord } from './support/shell.ts';
import { isoTime, oneLine, round, unique, utcText } from './support/text.ts';

type Certificate = CapabilityOutput<'certificate.check'>;
type Fault = { statement: string; confidence: number; renewal?: RenewalFailure | null };

const SPEAKS_OF_CERTIFICATES = /certificat|\bcerts?\b|\btls\b|\bssl\b|x\.?509|expir|handshake/i;
/** Public certificates are renewed about 30 days before their end; the last week without a new one is an emergency. */
const RENEWAL_HOURS = 720;
const EMERGENCY_HOURS = 168;

/** Finds certificates that have expired, are about to, belong to another host, or cannot be traced to a trusted root. */
export const certificateExpiry: Detector = (input) => [...fromChecks(input), ...fromLogs(input)];

function fromChecks(input: DetectorInput): Finding[] {
  return evidenceOf(input.evidence, 'certificate.check')
    .filter(({ data }) => concerns(data, input))
    .flatMap((known) => {
      const renewal = renewalFailure(known.data.host, input);
      return faultsOf(known, alertText(input.alerts), renewal).map((fault) => toFinding(known, fault));
    });
}

/** Where the alert names a host, certificates of others count only if the logs tell of connections to them that fail. */
function concerns({ host, serverName }: Certificate, input: DetectorInput): boolean {
  const { host: named } = input.facts;
  const isIt = (name: string | null | undefined) => !!name && [host, serverName].some((own) => sameName(own, name));
  if (!named || isIt(named)) return true;
  const lines = relatedLines(input);
  return (
    groupFailures(lines, CONNECTION_FAILURES).some((failure) => isIt(failure.host)) ||
    lines.some(({ body }) => REFUSALS.some(({ pattern }) => pattern.test(body)) && isIt(refusedHost(body)?.host))
  );
}

function faultsOf(
  { data: certificate, evidence }: Known<'certificate.check'>,
  alert: string,
  renewal: RenewalFailure | null,
): Fault[] {
  const about = SPEAKS_OF_CERTIFICATES.test(alert);
  const name = `The TLS certificate that ${certificate.host} serves on port ${certificate.port}`;
  const time = notYetValid(certificate, name, evidence.collectedAt) ?? validityFault(certificate, name, about, renewal);
  const faults = [
    time,
    hostFault(certificate, name),
    time?.confidence === 0.97 ? null : chainFault(certificate, name, alert),
  ];
  return faults.filter((fault) => fault !== null);
}

/** A handshake shows a certificate before its time without an error; only its dates tell. */
function notYetValid(certificate: Certificate, name: string, checkedAt: string): Fault | null {
  if (!beginsAfter(certificate, checkedAt)) return null;
  const start = utcText(certificate.validFrom ?? 'an unknown time');
  return { statement: `${name} is not valid yet: its validity begins at ${start}`, confidence: 0.95 };
}

function validityFault(
  { hoursLeft, validTo, error }: Certificate,
  name: string,
  about: boolean,
  renewal: RenewalFailure | null,
): Fault | null {
  const because = renewal ? `, because its renewal fails: ${renewal.text}` : '';
  if (hoursLeft === null || validTo === null) {
    return error?.code === 'CERT_HAS_EXPIRED'
      ? { statement: `${name} has expired${because}`, confidence: 0.95, renewal }
      : null;
  }
  const hours = `${round(Math.abs(hoursLeft))} hours`;
  if (hoursLeft < 0)
    return { statement: `${name} expired ${hours} ago, at ${utcText(validTo)}${because}`, confidence: 0.97, renewal };
  if (!about || hoursLeft > RENEWAL_HOURS) return null;
  const why = because || ', and no renewed certificate is being served';
  const statement = `${name} expires in ${hours}, at ${utcText(validTo)}${why}`;
  return { statement, confidence: hoursLeft <= EMERGENCY_HOURS ? 0.95 : 0.85, renewal };
}

function hostFault({ hostnameMatches, host, altNames, error }: Certificate, name: string): Fault | null {
  if (hostnameMatches !== false && error?.code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return null;
  const names = altNames.filter(isHost).slice(0, 3).join(', ');
  return { statement: `${name} is made out to ${names || 'other names'}, not to ${host}`, confidence: 0.9 };
}

const CHAIN_ERRORS = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|INVALID_CA/;

/** An untrusted chain explains failing clients, but not an alert about the end of the validity. */
function chainFault(
  { chainTrusted, selfSigned, issuer, error }: Certificate,
  name: string,
  alert: string,
): Fault | null {
  if (chainTrusted !== false && !CHAIN_ERRORS.test(error?.code ?? '')) return null;
  const why = selfSigned
    ? 'is self-signed'
    : `cannot be traced to a root that we trust (issuer ${oneLine(issuer ?? 'unknown', 80)})`;
  return {
    statement: `${name} ${why}, so clients that do not know its issuer refuse it`,
    confidence: !SPEAKS_OF_CERTIFICATES.test(alert) ? 0.5 : SPEAKS_OF_EXPIRY.test(alert) ? 0.25 : 0.6,
  };
}

function toFinding(
  { number, data, evidence }: Known<'certificate.check'>,
  { statement, confidence, renewal }: Fault,
): Finding {
  const left = data.hoursLeft === null ? null : `${round(data.hoursLeft)} hours`;
  return {
    ...COMMON,
    statement,
    component: data.host,
    confidence,
    evidence: renewal ? [number, renewal.evidence] : [number],
    timeline: [...renewalEntry(data.host, renewal), ...checkEntries(data, number, evidence.collectedAt)],
    actions: actionsFor(data.host, data.port, renewal),
    metrics: left ? [{ name: `Validity left, certificate of ${data.host}`, value: left, evidence: [number] }] : [],
  };
}

function renewalEntry(host: string, renewal: RenewalFailure | null | undefined): TimelineEntry[] {
  if (!renewal?.firstSeen) return [];
  return [
    { at: renewal.firstSeen, what: `The renewal of the certificate of ${host} failed`, evidence: [renewal.evidence] },
  ];
}

function checkEntries(certificate: Certificate, number: number, checkedAt: string): TimelineEntry[] {
  const { host, validTo, validFrom, hoursLeft } = certificate;
  const start = beginsAfter(certificate, checkedAt) ? isoTime(validFrom) : null;
  if (start) return [{ at: start, what: `The certificate of ${host} begins to be valid`, evidence: [number] }];
  const end = isoTime(validTo);
  const passed = hoursLeft !== null && hoursLeft < 0;
  if (!end) return [{ at: checkedAt, what: `Our handshake with ${host} showed the fault`, evidence: [number] }];
  return [{ at: end, what: `The certificate of ${host} ${passed ? 'expired' : 'expires'}`, evidence: [number] }];
}

const COMMON = {
  detector: 'certificate-expiry',
  class: 'network' as const,
  cause: true,
  prevention: [
    'Renew certificates automatically (ACME or cert-manager) at two thirds of their validity, with a reload of the servers that present them.',
    'Alert on the certificate that is served, by a handshake from outside, weeks before its end; a renewed file that no server has loaded does not help.',
  ],
};

function actionsFor(host: string | null, port: number, renewal?: RenewalFailure | null): Action[] {
  const shown = host && isHost(host) ? host : null;
  const handshake = shown
    ? `openssl s_client -connect ${shellWord(`${shown}:${port}`)} -servername ${shellWord(shown)} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`
    : null;
  return [
    { title: 'See the certificate as clients see it', command: handshake, risk: null },
    renewalAction(renewal?.object ?? null),
    {
      title: 'Issue a new certificate, install it and reload every server or load balancer that presents the old one',
      command: null,
      risk: 'Changes what clients are served; check the new chain and names before switching over.',
    },
  ];
}

function renewalAction(object: RenewalFailure['object']): Action {
  if (object) {
    const { kind, name, namespace } = object;
    const command = shellCommand('kubectl', 'describe', kind.toLowerCase(), name, '--namespace', namespace);
    return { title: `See why the renewal fails, in the words of ${kind} ${name}`, command, risk: null };
  }
  return {
    title: 'See whether cert-manager has tried to renew it, and why it did not succeed',
    command: shellCommand('kubectl', 'get', 'certificates,certificaterequests,orders,challenges', '--all-namespaces'),
    risk: null,
  };
}

/** Clients' refusals in the logs; the first kind that matches a line counts. */
function fromLogs(input: DetectorInput): Finding[] {
  const groups = new Map<string, LogLine[]>();
  for (const line of relatedLines(input)) {
    const refusal = REFUSALS.find(({ pattern }) => pattern.test(line.body));
    if (refusal) groups.set(refusal.says, [...(groups.get(refusal.says) ?? []), line]);
  }
  return [...groups].map(([says, lines]) => refusalFinding(says, lines, input));
}

function refusalFinding(says: string, lines: LogLine[], input: DetectorInput): Finding {
  const host = lines.map(({ body }) => refusedHost(body)).find((found) => found !== null) ?? null;
  const whose = host ? `of ${host.host}` : 'of a server that it connects to';
  const service = lines.find((line) => line.service)?.service;
  const own = lines.every(({ body }) => TOLD_BY_PEER.test(body));
  const checked = says === IS_NOT_YET_VALID && host && !own ? validByOurCheck(host.host, input) : null;
  const clock = checked
    ? `, but by our own check it is valid since ${utcText(checked.data.validFrom ?? '')}, so it is the clock of ${service ?? 'the client'} that is wrong (behind)`
    : '';
  return {
    ...COMMON,
    statement: own
      ? `Others refuse the TLS certificate of ${service ?? 'the service'}: by its logs they tell it that it ${says}`
      : `${service ?? 'The service'} refuses the TLS certificate ${whose}: its logs say that it ${says}${clock}`,
    component: own || checked ? (service ?? null) : (host?.host ?? null),
    confidence: checked ? 0.85 : host ? 0.8 : 0.7,
    evidence: unique([...citedBy(lines), ...(checked ? [checked.number] : [])]).sort((left, right) => left - right),
    timeline: firstAndLast(
      lines,
      `First refused TLS handshake: the certificate ${says}`,
      'Latest refused TLS handshake',
    ),
    actions: [...(checked ? [CLOCK] : []), ...actionsFor(host?.host ?? null, Number(host?.port ?? 443))],
    metrics: [],
  };
}

const CLOCK: Action = {
  title: 'Compare the clock of the machine on which the client runs with its time servers',
  command: 'chronyc tracking',
  risk: null,
};

/** The check that found a certificate valid which a client of the host takes for one whose time has not begun. */
const validByOurCheck = (host: string, { evidence }: DetectorInput): Known<'certificate.check'> | undefined =>
  evidenceOf(evidence, 'certificate.check').find(
    ({ data, evidence: check }) =>
      sameName(data.host, host) &&
      data.validFrom !== null &&
      (data.hoursLeft ?? -1) > 0 &&
      !beginsAfter(data, check.collectedAt),
  );
