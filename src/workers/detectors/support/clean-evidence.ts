import { alertText } from '../../alert-facts.ts';
import { calmAnswers } from '../../database-state/calm-answers.ts';
import { calmStore } from '../../database-state/calm-store.ts';
import { switchedOnPurpose } from '../../database-state/calm-switchover.ts';
import { complains, IS_DOWN, seenIn } from '../../database-state/complaints.ts';
import { diagnoseDatabase } from '../../database-state/diagnose-database.ts';
import { concernsDatabase, healthyDatabase, SPEAKS_OF_DATABASE } from '../../database-state/healthy-database.ts';
import { concernsHost, healthyHost } from '../../database-state/healthy-host.ts';
import { isSteadyBelowLimit } from '../../database-state/thresholds.ts';
import { readyCertificates } from '../../kubernetes-state/analyzers/certificates.ts';
import { answeredNames } from '../../kubernetes-state/answered-names.ts';
import { buildState } from '../../kubernetes-state/build-state.ts';
import {
  hasQuietLog,
  healthyState,
  NAMES_KUBERNETES,
  restsByDesign,
  SPEAKS_OF_KUBERNETES,
} from '../../kubernetes-state/healthy-state.ts';
import { keepsUp } from '../../kubernetes-state/logs/consumer-groups.ts';
import { calmMonitor } from '../../kubernetes-state/monitors.ts';
import { SPEAKS_OF_RECORDS } from '../../kubernetes-state/read-topics.ts';
import { worksOn } from '../../kubernetes-state/served-well.ts';
import type { DetectorInput } from '../detector.ts';
import type { DETECTORS } from '../index.ts';
import { daysUntilAnnounced } from './announced.ts';
import { beginsAfter } from './certificate-times.ts';
import { SPEAKS_OF_EXPIRY } from './certificate-words.ts';
import { evidenceOf } from './evidence-of.ts';
import { harmlessCourse } from './harmless-course.ts';
import { isIpAddress, sameName } from './names.ts';
import { relatedContainers, relatedPods } from './pods.ts';
import { poolUse } from './pool-metrics.ts';
import { isRecent } from './relation.ts';
import { isSaidToBeOver } from './said-over.ts';
import { databaseSpans } from './slow-spans.ts';
import { lastEnd } from './termination.ts';
import { round, unique } from './text.ts';
import { measuredMetric, usualMetric, usualPeaks } from './usual-metric.ts';
import { SPEAKS_OF_REQUESTS, usualRequests } from './usual-requests.ts';
import { wrongAnswers } from './wrong-answers.ts';

/** Evidence that was had and shows the opposite of a fault; the absence of telemetry is no such proof. */
export type Proof = { statement: string; evidence: number[] };

type CleanCheck = {
  /** The words of an alert for which this evidence would show the fault. */
  alert: RegExp;
  /** Null when the evidence is missing or not clean. */
  proof: (input: DetectorInput) => Proof | null;
};

const RENEWAL_HOURS = 720;
const OF_VALIDITY = /\b(?:certificates?|tls|ssl|cert)\b[^\n]{0,80}(?:expir|days|valid|left)/i;
const SLOW_MS = 1000;
/** Fewer spans than this say nothing about how fast a database is. */
const ENOUGH_SPANS = 10;

/** For every detector: how its silence is told from the silence of missing telemetry. */
export const CLEAN_CHECKS = {
  'certificate-expiry': {
    alert: /certificat|\bssl\b|\btls\b|x\.?509/i,
    proof: (input) => validCertificate(input) ?? issuedCertificates(input) ?? watchedCertificate(input),
  },
  'dns-failure': {
    alert: /\bdns\b|resolv(?!ed\b)|\bunresolved\b|(?:not|n't) (?:be )?resolved|nxdomain|name lookup/i,
    proof: (input) => resolvingName(input) ?? answeredNames(input),
  },
  'connection-failure': {
    alert: new RegExp(`refus|reset by|unreachable|timed? ?out|not reachable|connection (?:error|fail)|${IS_DOWN}`, 'i'),
    proof: (input) => openPort(input) ?? worksOn(input, false) ?? restsByDesign(input),
  },
  'endpoints-not-ready': {
    // What will be (after an expiry, when a disk is full) is not yet.
    alert: new RegExp(
      String.raw`endpoint|(?<!\bwill (?:be|become) )unavailable|replica|not ready|unhealthy|${IS_DOWN}`,
      'i',
    ),
    proof: (input) => readyEndpoints(input) ?? healthyState(input),
  },
  'pool-exhaustion': {
    alert: /connection pool|pool[^.]{0,40}exhaust|hikari|too many (?:clients|connections)/i,
    proof: roomInPool,
  },
  'slow-queries': {
    alert: /slow (?:quer|sql|statement|database)|deadlock|\block(?:s|ed)? |quer(?:y|ies) (?:duration|time|latency)/i,
    proof: fastStatements,
  },
  'crash-loop': { alert: /crash|restart|back-?off/i, proof: (input) => steadyContainers(input) ?? healthyState(input) },
  'oom-kill': { alert: /\boom|out of memory/i, proof: (input) => steadyContainers(input) ?? healthyState(input) },
  // That nothing died of its input so far does not prove that nothing will.
  'poison-input': { alert: /(?!)/, proof: () => null },
  // Nobody is alerted of a change, and its absence proves nothing.
  'recent-change': { alert: /(?!)/, proof: () => null },
  'where-it-began': {
    alert: SPEAKS_OF_REQUESTS,
    proof: (input) => usualRequests(input) ?? usualMetric(input) ?? harmlessCourse(input) ?? wellSinceThen(input),
  },
  'alert-storm': {
    alert: SPEAKS_OF_REQUESTS,
    proof: (input) => usualRequests(input) ?? usualMetric(input) ?? harmlessCourse(input) ?? wellSinceThen(input),
  },
  'database-state': {
    alert: SPEAKS_OF_DATABASE,
    proof: (input) =>
      healthyDatabase(input) ??
      healthyHost(input) ??
      switchedOnPurpose(input) ??
      calmStore(input) ??
      calmAnswers(input) ??
      roomInPool(input) ??
      fastStatements(input) ??
      healthyDatabasePods(input) ??
      usualPeaks(input),
  },
  'kubernetes-state': {
    alert: SPEAKS_OF_KUBERNETES,
    proof: (input) => healthyState(input) ?? steadyContainers(input) ?? readyEndpoints(input),
  },
} as const satisfies Record<keyof typeof DETECTORS, CleanCheck>;

/** Checks whose proof needs nothing beside it. */
const ANSWERED_ALONE = ['certificate-expiry', 'dns-failure'];
const SPEAKS_OF_CONSUMERS = /\bkafka|consumer|rebalanc|\blag\b|\btopics?\b/i;
const SPEAKS_OF_PODS = /\b(?:pods?|deployments?|containers?|kube\w*|k8s|eks)\b/i;
/** A deployment as the act of whoever deploys (`since its deployment at 08:35`), which is no object of a cluster. */
const ACT_OF_DEPLOYING =
  /\b(?:since|after|before|by|during|following|its|their|latest|last|recent|new|each|every|'s) (?:(?:the|its|their|a|last|latest|recent|new|today's) ){0,2}deployments?\b(?! (?:has|have|is|are|was|were)\b)/gi;
/** How many pods a client of a server runs since somebody scaled it (`from 4 to 8 pods of 40 sessions`), which tells of none that is ill. */
const PODS_OF_CLIENT =
  /\b(?:pods?|containers?) (?:from|went from) \d{1,4} to \d{1,4}\b|\b(?:to|by|with|now|runs?|has) \d{1,4} (?:more |new |additional )?(?:pods|containers)\b(?! (?:are|is|was|were|crash\w*|restart\w*|fail\w*|not|in|pending|evicted|down|unready))/gi;
/** What looks at pods: a database server that is none is restarted and unavailable, too. */
const OF_PODS = ['kubernetes-state', 'crash-loop', 'oom-kill', 'endpoints-not-ready'];
/** What the metrics and the load of a database server show as well, where nobody complains. */
const OF_SERVERS = ['slow-queries', 'pool-exhaustion', 'where-it-began', 'alert-storm'];

/** What a kubelet says of its probes. */
const PROBE_FAILED = /\b(?:readiness|liveness|startup) probe (?:failed|errored)[^\n]{0,300}/gi;

/** What is looked for where somebody saw it, and not where it only may be so. */
const SEEN_FIRST = ['connection-failure', 'pool-exhaustion', 'slow-queries'] as const;

/** The detectors whose evidence would show what the alert tells of, by their names. */
export function checksFor(alert: string, input: DetectorInput): string[] {
  const named = concernsDatabase(input);
  const measured = !named && measuredMetric(input) !== null;
  // An alert that names a database server speaks of databases, in whatever words.
  const text = named ? `${alert}\ndatabase` : alert;
  const asked = Object.entries(CLEAN_CHECKS).flatMap(([name, check]) => (check.alert.test(text) ? [name] : []));
  // That something may be down is no news of a connection, nor is a probe that is refused: that is a matter of its pod.
  const told = seenIn(alert).replace(PROBE_FAILED, ' ');
  const supposed = SEEN_FIRST.filter((name) => !CLEAN_CHECKS[name].alert.test(told));
  // A pool that may be used up, and statements that may be slow, are answered by the server that they may be so of.
  const all = asked.filter(
    (name) =>
      !supposed.some((one) => one === name && (name === 'connection-failure' || asked.includes('database-state'))),
  );
  // What a question asks about in plain words (is the certificate valid, do names resolve) is answered without a look at pods.
  const plain = all.some((name) => ANSWERED_ALONE.includes(name)) && !NAMES_KUBERNETES.test(alert);
  const found = plain ? all.filter((name) => name !== 'kubernetes-state') : all;
  // Where nobody looked at the cluster, the very metric of the alert tells what its pods do.
  if (measured && buildState(input.evidence).pods.length === 0 && harmlessCourse(input)) return ['where-it-began'];
  if (SPEAKS_OF_PODS.test(named ? alert.replace(ACT_OF_DEPLOYING, '').replace(PODS_OF_CLIENT, '') : alert))
    return found;
  // What a cloud announces long before (its certificates, the end of a version) is no news of what serves now.
  const announced = (daysUntilAnnounced(alert, input.now) ?? 0) * 24 >= RENEWAL_HOURS ? ['certificate-expiry'] : [];
  if (named) return found.filter((name) => ![...OF_PODS, ...OF_SERVERS, ...announced].includes(name));
  if (measured) return [...new Set([...found.filter((name) => !OF_PODS.includes(name)), 'where-it-began'])];
  if (
    concernsHost(input) ||
    (found.every((name) => name === 'kubernetes-state') && calmStore(input)) ||
    calmAnswers(input)
  )
    return ['database-state'];
  const ofConsumers = SPEAKS_OF_CONSUMERS.test(alert) && !SPEAKS_OF_RECORDS.test(alert);
  const consumers = found.length === 0 && ofConsumers && keepsUp(buildState(input.evidence));
  // What a container uses of its limit without coming nearer to it harms it only where its workload shows that.
  const steady = found.length === 0 && isSteadyBelowLimit(alert) && !complains(alert);
  return consumers || steady ? ['kubernetes-state'] : found;
}

/** A database that runs in the cluster, of which nothing but its pods and logs was seen. */
function healthyDatabasePods(input: DetectorInput): Proof | null {
  const { state } = diagnoseDatabase(input);
  const unknown = state.series.length === 0 && state.profile === null && state.events.length === 0;
  return unknown && state.workload.length === 0 ? healthyState(input) : null;
}

function proven(statement: string, evidence: number[]): Proof | null {
  return evidence.length > 0 ? { statement, evidence: unique(evidence) } : null;
}

function ofAlertHost(host: string, { facts }: DetectorInput): boolean {
  return facts.host === undefined || sameName(host, facts.host);
}

function validCertificate(input: DetectorInput): Proof | null {
  const checks = evidenceOf(input.evidence, 'certificate.check').filter(({ data }) => ofAlertHost(data.host, input));
  const [first] = checks;
  // A private issuer, which our own trust store need not know, does not contradict a validity that is long enough.
  const asksAboutTime = SPEAKS_OF_EXPIRY.test(alertText(input.alerts));
  const valid = checks.every(
    ({ data, evidence }) =>
      data.error === null &&
      !beginsAfter(data, evidence.collectedAt) &&
      (data.hoursLeft ?? 0) > RENEWAL_HOURS &&
      data.hostnameMatches !== false &&
      (data.chainTrusted !== false || asksAboutTime),
  );
  if (!first || !valid) return null;
  const left = round(first.data.hoursLeft ?? 0, 0);
  return proven(
    `the certificate of ${first.data.host} is valid for another ${left} hours and made out to it`,
    checks.map(({ number }) => number),
  );
}

/** What the objects of an issuer in the cluster say of themselves. */
function issuedCertificates({ evidence, now }: DetectorInput): Proof | null {
  const ready = readyCertificates(buildState(evidence), now);
  const names = ready.slice(0, 3).map(({ name }) => name);
  return proven(
    `the certificates ${names.join(', ')} of the cluster are ready`,
    ready.flatMap((one) => one.evidence),
  );
}

/** A monitor of the validity, where nobody looked at the certificate itself. */
function watchedCertificate(input: DetectorInput): Proof | null {
  const watched = evidenceOf(input.evidence, 'certificate.check').length > 0 ? null : calmMonitor(input, OF_VALIDITY);
  return watched && proven(`the monitor ${watched.name} is in state OK`, watched.evidence);
}

/** Whose alert says itself that it is over works again, where its workloads are well and a log of theirs holds no error. */
const wellSinceThen = (input: DetectorInput): Proof | null =>
  isSaidToBeOver(alertText(input.alerts).toLowerCase()) && hasQuietLog(input) ? healthyState(input) : null;

function resolvingName(input: DetectorInput): Proof | null {
  const lookups = evidenceOf(input.evidence, 'dns.lookup').filter(
    ({ data }) => ofAlertHost(data.name, input) && !isIpAddress(data.name),
  );
  const answered = lookups.filter(({ data }) => data.error === null && data.answers.length > 0);
  const failed = lookups.some(({ data }) => data.error !== null);
  // An answer proves nothing where it leads elsewhere.
  const astray = wrongAnswers(input).some(({ name }) => ofAlertHost(name, input));
  if (failed || astray || !answered[0]) return null;
  return proven(
    `${answered[0].data.name} resolves`,
    answered.map(({ number }) => number),
  );
}

function openPort(input: DetectorInput): Proof | null {
  const checks = evidenceOf(input.evidence, 'tcp.check').filter(({ data }) => ofAlertHost(data.host, input));
  const pages = evidenceOf(input.evidence, 'http.check');
  const failed =
    checks.some(({ data }) => !data.connected) || pages.some(({ data }) => data.status === null || data.status >= 500);
  const [first] = checks;
  if (failed || !first) return null;
  return proven(
    `${first.data.host} accepts connections on port ${first.data.port}`,
    checks.map(({ number }) => number),
  );
}

function readyEndpoints(input: DetectorInput): Proof | null {
  const found = evidenceOf(input.evidence, 'service.health').filter(
    ({ data }) => !input.facts.service || sameName(data.service, input.facts.service),
  );
  const [first] = found;
  const ready = found.every(
    ({ data }) => data.found && data.readyEndpoints.length > 0 && data.notReadyEndpoints.length === 0,
  );
  if (!first || !ready) return null;
  return proven(
    first.data.readyEndpoints.length === 1
      ? `the one endpoint of ${first.data.service} is ready`
      : `all ${first.data.readyEndpoints.length} endpoints of ${first.data.service} are ready`,
    found.map(({ number }) => number),
  );
}

function steadyContainers(input: DetectorInput): Proof | null {
  const pods = relatedPods(input);
  const ended = relatedContainers(input).some(({ container }) => {
    const end = lastEnd(container);
    return end !== null && end.exitCode !== 0 && isRecent(end.finishedAt, input);
  });
  if (ended || pods.some(({ pod }) => !pod.ready && pod.phase !== 'Succeeded')) return null;
  return proven(
    'all of its pods are ready and none of their containers ended recently',
    pods.map(({ evidence }) => evidence),
  );
}

function roomInPool(input: DetectorInput): Proof | null {
  const { used, max, pending } = poolUse(input);
  if (!used || !max || used.value >= 0.8 * max.value || (pending !== null && pending.value > 0)) return null;
  const statement = `at most ${round(used.value)} of ${round(max.value)} pool connections were in use`;
  return proven(
    statement,
    [used, max, pending].flatMap((peak) => (peak ? [peak.evidence] : [])),
  );
}

function fastStatements(input: DetectorInput): Proof | null {
  const spans = databaseSpans(input);
  if (spans.length < ENOUGH_SPANS || spans.some(({ span }) => span.durationMs >= SLOW_MS)) return null;
  const slowest = Math.max(...spans.map(({ span }) => span.durationMs));
  return proven(
    `no traced database statement took longer than ${round(slowest, 3)} ms`,
    spans.map(({ evidence }) => evidence),
  );
}
