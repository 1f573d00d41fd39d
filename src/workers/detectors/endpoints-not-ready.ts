import type { CapabilityOutput } from '../../shared/mcp/capabilities.ts';
import type { Action, Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { evidenceOf } from './support/evidence-of.ts';
import { relatedLines } from './support/log-lines.ts';
import { isKubernetesName } from './support/names.ts';
import { podActions } from './support/pod-actions.ts';
import { type Pod, relatedEvents, relatedPods, waitingReason, workloadOfPod } from './support/pods.ts';
import { isRecent } from './support/relation.ts';
import { shellCommand } from './support/shell.ts';
import { count, isoTime, oneLine, unique } from './support/text.ts';

type Health = CapabilityOutput<'service.health'>;

/** Finds services without ready endpoints, and pods that cannot become ready (image, configuration, scheduling, probe). */
export const endpointsNotReady: Detector = (input) => {
  const services = fromServices(input);
  const told = new Set(services.flatMap(({ component, evidence }) => (evidence.length > 1 ? [component] : [])));
  return [...services, ...fromPods(input).filter(({ component }) => !told.has(component))];
};

function fromServices(input: DetectorInput): Finding[] {
  return evidenceOf(input.evidence, 'service.health').flatMap(({ data, number, evidence }) => {
    const fault = faultOf(data, input);
    if (!fault) return [];
    const none = data.found && data.readyEndpoints.length === 0;
    const why = none && data.matchingPods > 0 ? whyNoneReady(data, input) : null;
    const seen = {
      at: evidence.collectedAt,
      what: `Our check found no ready endpoint of ${data.service}`,
      evidence: [number],
    };
    return [
      {
        ...COMMON,
        ...fault,
        ...(why && { statement: `${noneReady(data)} because ${why.text}`, cause: why.cause }),
        component: data.service,
        evidence: unique([number, ...(why?.evidence ?? [])]),
        timeline: [...(why?.timeline ?? []), ...(none ? [seen] : [])],
        actions: [...serviceActions(data), ...(why?.actions ?? [])],
        metrics: endpointMetrics(data, number),
      },
    ];
  });
}

/** What keeps the pods behind a service from being ready, where they all give the same kind of reason. */
function whyNoneReady(health: Health, input: DetectorInput) {
  const behind = relatedPods(input).filter(({ pod }) => !pod.ready && isSelected(pod, health));
  const pods = behind.filter(({ pod }, index) => behind.findIndex((other) => other.pod.name === pod.name) === index);
  const reasons = pods.flatMap(({ pod, evidence }) => {
    const why = whyNotReady(pod, evidence, input);
    return why ? [{ pod, why }] : [];
  });
  const [first] = reasons;
  if (!first || reasons.length < pods.length) return null;
  const finding = podFinding(first.pod, first.why);
  return {
    text: `${health.matchingPods > 1 ? `none of its ${health.matchingPods} pods is ready; for one, ` : ''}pod ${oneLine(first.pod.name, 253)} ${first.why.text}`,
    cause: finding.cause,
    evidence: reasons.flatMap(({ why }) => why.evidence),
    timeline: finding.timeline,
    actions: finding.actions,
  };
}

function isSelected(pod: Pod, { selector, namespace }: Health): boolean {
  return pod.namespace === namespace && Object.entries(selector).every(([name, value]) => pod.labels[name] === value);
}

const noneReady = ({ service, namespace }: Health) =>
  `Service ${service} in namespace ${namespace} has no ready endpoint`;

type Fault = Pick<Finding, 'statement' | 'confidence' | 'cause' | 'class'>;

function faultOf(health: Health, input: DetectorInput): Fault | null {
  const { service, namespace, found, selector, matchingPods } = health;
  if (!found)
    return {
      statement: `There is no service ${service}${namespace ? ` in namespace ${namespace}` : ''} in Kubernetes`,
      ...missingWeight(service, input),
    };
  const wanted = Object.keys(selector).length > 0;
  if (!wanted || (health.readyEndpoints.length > 0 && health.notReadyEndpoints.length === 0)) return null;
  if (health.readyEndpoints.length > 0) return partialFault(health);
  if (matchingPods === 0) {
    const labels = Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const statement = `Service ${service} in namespace ${namespace} has no endpoint because its selector (${oneLine(labels, 120)}) matches no pod`;
    return { statement, confidence: 0.85, cause: true, class: 'network' };
  }
  const statement = `${noneReady(health)} although its selector matches ${count(matchingPods, 'pod')}`;
  return { statement, confidence: 0.75, cause: false, class: 'infrastructure' };
}

function partialFault({ service, readyEndpoints, notReadyEndpoints }: Health): Fault | null {
  if (notReadyEndpoints.length === 0) return null;
  const statement = `Service ${service} has ${count(notReadyEndpoints.length, 'unready endpoint')} beside ${count(readyEndpoints.length, 'ready one')}`;
  return { statement, confidence: 0.45, cause: false, class: 'infrastructure' };
}

/** A service may be known to telemetry and not to Kubernetes; its absence weighs only where somebody tries to reach it. */
function missingWeight(service: string, input: DetectorInput): Omit<Fault, 'statement'> {
  const failing = /refused|ENOTFOUND|no such host|timed out|UnknownHost|EAI_AGAIN|could not translate|resolve/i;
  const wanted = relatedLines(input).some(({ body }) => body.includes(service) && failing.test(body));
  return wanted
    ? { confidence: 0.8, cause: true, class: 'network' }
    : { confidence: 0.25, cause: false, class: 'network' };
}

const COMMON = {
  detector: 'endpoints-not-ready',
  prevention: [
    'Alert on services whose ready endpoints fall below what the traffic needs, before they reach none.',
    'Keep a disruption budget and at least two replicas for every service that others call.',
  ],
};

function endpointMetrics({ service, found, readyEndpoints, notReadyEndpoints }: Health, number: number) {
  if (!found) return [];
  return [
    { name: `Ready endpoints of ${service}`, value: String(readyEndpoints.length), evidence: [number] },
    { name: `Endpoints of ${service} that are not ready`, value: String(notReadyEndpoints.length), evidence: [number] },
  ];
}

function serviceActions({ service, namespace, selector }: Health): Action[] {
  if (!isKubernetesName(service) || !isKubernetesName(namespace)) return [];
  const labels = Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const endpoints = shellCommand(
    'kubectl',
    'get',
    'endpointslices',
    '--namespace',
    namespace,
    '--selector',
    `kubernetes.io/service-name=${service}`,
  );
  const pods = shellCommand(
    'kubectl',
    'get',
    'pods',
    '--namespace',
    namespace,
    ...(labels ? ['--selector', labels] : []),
    '--output',
    'wide',
  );
  return [
    { title: `See the endpoints of ${service}`, command: endpoints, risk: null },
    { title: `See the pods that ${service} selects`, command: pods, risk: null },
  ];
}

/** Reasons that crash-loop and oom-kill answer for. */
const OTHERS = new Set(['CrashLoopBackOff', 'OOMKilled', 'Error']);

function fromPods(input: DetectorInput): Finding[] {
  const stuck = relatedPods(input).filter(({ pod }) => !pod.ready && pod.phase !== 'Succeeded');
  const found = stuck.flatMap(({ pod, evidence }) => {
    const why = whyNotReady(pod, evidence, input);
    return why ? [podFinding(pod, why)] : [];
  });
  return found
    .filter((finding, index) => found.findIndex((other) => other.component === finding.component) === index)
    .slice(0, 3);
}

type Why = { text: string; began: string; evidence: number[]; confidence: number; at: string | null };

function whyNotReady(pod: Pod, evidence: number, input: DetectorInput): Why | null {
  const unscheduled = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) {
    const text = `cannot be scheduled (${oneLine(unscheduled.reason ?? 'Unschedulable', 40)}): ${oneLine(unscheduled.message ?? 'no reason given', 200)}`;
    return {
      text,
      began: 'was created and has waited since',
      evidence: [evidence],
      confidence: 0.85,
      at: isoTime(pod.createdAt),
    };
  }
  const waiting = pod.containers.find((container) => !OTHERS.has(waitingReason(container) ?? 'Error'));
  if (waiting) {
    const text = `is not ready: container ${oneLine(waiting.name, 63)} waits in ${oneLine(waiting.reason ?? '', 60)}${waiting.message ? `: ${oneLine(waiting.message, 200)}` : ''}`;
    return {
      text,
      began: 'was created and has waited since',
      evidence: [evidence],
      confidence: 0.85,
      at: isoTime(pod.createdAt),
    };
  }
  return failingProbe(pod, evidence, input);
}

function failingProbe(pod: Pod, evidence: number, input: DetectorInput): Why | null {
  const probe = relatedEvents(input).find(
    ({ event }) => event.name === pod.name && event.reason === 'Unhealthy' && isRecent(event.lastSeen, input),
  );
  if (!probe) return null;
  const text = `runs but is not ready: ${oneLine(probe.event.message, 200)}`;
  return {
    text,
    began: 'began to fail its probe',
    evidence: [evidence, probe.evidence],
    confidence: 0.65,
    at: isoTime(probe.event.firstSeen),
  };
}

function podFinding(pod: Pod, { text, began, evidence, confidence, at }: Why): Finding {
  const name = oneLine(pod.name, 253);
  return {
    ...COMMON,
    class: 'infrastructure',
    cause: confidence > 0.7,
    statement: `Pod ${name} ${text}`,
    component: workloadOfPod(pod),
    confidence,
    evidence,
    timeline: at ? [{ at, what: `Pod ${name} ${began}`, evidence }] : [],
    actions: podActions(pod.name, pod.namespace, null).slice(-1),
    metrics: [],
  };
}
