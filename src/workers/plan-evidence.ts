import type { EvidenceStep } from '../shared/agents/agent-definition.ts';
import type { PoolAgent } from '../shared/agents/load-agents.ts';
import { CAPABILITIES, type Capability } from '../shared/mcp/capabilities.ts';
import type { Evidence, EvidenceGap, Finding } from '../shared/report.ts';
import { evidenceOf } from './detectors/support/evidence-of.ts';
import { isHost, parseHostPort, serviceOfHost } from './detectors/support/names.ts';
import { unhealthyPods } from './detectors/support/pods.ts';

/** One question that will be asked, its placeholders filled in. */
export type PlannedStep = {
  capability: Capability;
  arguments: Record<string, unknown>;
  label: string;
  required: boolean;
};

export type EvidencePlan = { steps: PlannedStep[]; gaps: EvidenceGap[] };

/** An investigation asks at most twice: the agent's plan, and what the first findings suggest. */
export const MAX_EVIDENCE_ROUNDS = 2;
const MAX_STEPS = 24;
const MAX_WIDER_STEPS = 6;

const PLACEHOLDER = /\{([a-zA-Z]\w{0,40})\}/g;

/**
 * Resolves an agent's evidence plan with the alert's facts. Steps whose `when` does not match or whose `needs` are unknown
 * are left out, the required ones with a gap; an argument with an unknown placeholder is left out of its step.
 */
export function planEvidence(agent: PoolAgent, facts: Record<string, string>, alertText: string): EvidencePlan {
  const plan: EvidencePlan = { steps: [], gaps: [] };
  const wanted = agent.pool.evidence.filter((step) => !step.when || new RegExp(step.when, 'iu').test(alertText));
  for (const step of wanted) planStep(plan, step, facts);
  const steps = withoutRepeats(plan.steps).slice(0, MAX_STEPS);
  return { steps, gaps: plan.gaps.length > 0 || steps.length === 0 ? plan.gaps : unnamed(agent, facts) };
}

/** An alert that names nothing leaves most questions unasked; the report has to say so. */
function unnamed(agent: PoolAgent, facts: Record<string, string>): EvidenceGap[] {
  const wantsService = agent.pool.evidence.some(({ needs }) => needs.includes('service'));
  if (!wantsService || facts.service || facts.host) return [];
  const why = 'the alert names no service, host or pod to ask about';
  return [{ what: 'logs, traces, metrics and pods of the service', why }];
}

function planStep(plan: EvidencePlan, step: EvidenceStep, facts: Record<string, string>): void {
  const label = step.label.replace(PLACEHOLDER, (_match, name: string) => facts[name] ?? `the ${name}`);
  const missing = step.needs.filter((name) => !facts[name]);
  const resolved = resolveArguments(step, facts);
  const fault =
    missing.length > 0 ? `the alert names no ${missing.join(' and no ')}` : inputFault(step.capability, resolved);
  if (!fault) plan.steps.push({ capability: step.capability, arguments: resolved, label, required: step.required });
  else if (step.required) plan.gaps.push({ what: label, why: fault });
}

function resolveArguments(step: EvidenceStep, facts: Record<string, string>): Record<string, unknown> {
  const entries = Object.entries(step.arguments).map(([name, value]) => [name, resolveValue(value, facts)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Undefined when a placeholder is unknown. A port is the one fact that tools take as a number. */
function resolveValue(value: unknown, facts: Record<string, string>): unknown {
  if (typeof value !== 'string') return value;
  const names = [...value.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  if (names.some((name) => !facts[name])) return undefined;
  if (value === '{port}') return Number(facts.port);
  return value.replace(PLACEHOLDER, (_match, name: string) => facts[name] ?? '');
}

function inputFault(capability: Capability, input: Record<string, unknown>): string | null {
  const parsed = CAPABILITIES[capability].input.safeParse(input);
  return parsed.success ? null : `the question could not be put: ${parsed.error.issues[0]?.message ?? 'bad arguments'}`;
}

function withoutRepeats(steps: PlannedStep[]): PlannedStep[] {
  const seen = new Map<string, PlannedStep>();
  for (const step of steps) {
    const key = questionKey(step.capability, step.arguments);
    const earlier = seen.get(key);
    if (earlier) earlier.required ||= step.required;
    else seen.set(key, { ...step });
  }
  return [...seen.values()];
}

/** Defaults are filled in, so that a question is the same whether or not somebody wrote them down. */
function questionKey(capability: string, input: Record<string, unknown>): string {
  const known = Object.hasOwn(CAPABILITIES, capability)
    ? CAPABILITIES[capability as Capability].input.safeParse(input)
    : null;
  const whole = known?.success ? known.data : input;
  return `${capability} ${JSON.stringify(Object.entries(whole).sort(([left], [right]) => (left < right ? -1 : 1)))}`;
}

/**
 * The questions of the second round, suggested by the findings of the first: the last words of crashed containers, and the
 * state of the peer that connections or names fail for. At most 6, never one that was asked already.
 */
export function widenEvidence(findings: Finding[], evidence: Evidence[], facts: Record<string, string>): PlannedStep[] {
  const asked = new Set(evidence.map(({ capability, query }) => questionKey(capability, query)));
  const steps = findings.flatMap((finding) => stepsFor(finding, evidence, facts));
  return withoutRepeats(steps)
    .filter((step) => !asked.has(questionKey(step.capability, step.arguments)))
    .filter((step) => CAPABILITIES[step.capability].input.safeParse(step.arguments).success)
    .slice(0, MAX_WIDER_STEPS);
}

function stepsFor(finding: Finding, evidence: Evidence[], facts: Record<string, string>): PlannedStep[] {
  switch (finding.detector) {
    case 'crash-loop':
    case 'oom-kill':
      return lastWords(finding, evidence);
    case 'connection-failure':
      return peerSteps(finding.component, facts);
    case 'dns-failure':
      return [...nameSteps(finding.component, facts), ...peerSteps(finding.component, facts)];
    case 'slow-queries':
    case 'pool-exhaustion':
      return databaseSteps(evidence, facts);
    case 'endpoints-not-ready':
      return finding.component ? podSteps(finding.component, facts.namespace) : [];
    default:
      return [];
  }
}

/** Who else logs about the name, and the cluster's own DNS servers. */
function nameSteps(name: string | null, { from, to }: Record<string, string>): PlannedStep[] {
  const changes: PlannedStep = {
    capability: 'events.list',
    arguments: { namespace: 'kube-system' },
    label: 'Kubernetes events of kube-system',
    required: false,
  };
  const dns: PlannedStep = {
    capability: 'pods.status',
    arguments: { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' },
    label: 'pods of the cluster DNS',
    required: false,
  };
  if (!name || !isHost(name)) return [dns, changes];
  const input = { searchText: name, severity: 'ERROR', from, to, limit: 100 };
  return [
    { capability: 'logs.query', arguments: input, label: `error logs that name ${name}`, required: false },
    dns,
    changes,
  ];
}

/** What the database servers log to which the slow statements went. */
function databaseSteps(evidence: Evidence[], { from, to }: Record<string, string>): PlannedStep[] {
  const spans = evidenceOf(evidence, 'traces.query').flatMap(({ data }) => data.spans);
  const hosts = spans.flatMap(({ attributes }) =>
    (attributes['db.system'] ?? attributes['db.system.name'])
      ? (attributes['server.address'] ?? attributes['net.peer.name'] ?? [])
      : [],
  );
  const services = new Set(
    hosts.map((host) => serviceOfHost(host)?.service).filter((service) => service !== undefined),
  );
  return [...services].slice(0, 2).map((service) => ({
    capability: 'logs.query',
    arguments: { service, from, to, limit: 100 },
    label: `logs of the database ${service}`,
    required: false,
  }));
}

function lastWords(finding: Finding, evidence: Evidence[]): PlannedStep[] {
  const cited = evidence.filter(({ number }) => finding.evidence.includes(number));
  return unhealthyPods(cited)
    .slice(0, 2)
    .map(({ pod, namespace, container }) => ({
      capability: 'pods.logs',
      arguments: { namespace, pod, container, previous: true, tailLines: 200 },
      label: `last logs of ${pod} before its restart`,
      required: false,
    }));
}

function peerSteps(component: string | null, facts: Record<string, string>): PlannedStep[] {
  const peer = component ? serviceOfHost(parseHostPort(component)?.host ?? '') : null;
  if (!peer) return [];
  const namespace = peer.namespace ?? facts.namespace;
  const where = namespace ? { namespace } : {};
  const health: PlannedStep = {
    capability: 'service.health',
    arguments: { service: peer.service, ...where },
    label: `endpoints of ${peer.service}`,
    required: false,
  };
  return [health, ...podSteps(peer.service, namespace)];
}

function podSteps(service: string, namespace: string | undefined): PlannedStep[] {
  const where = namespace ? { namespace } : {};
  return [
    { capability: 'pods.status', arguments: { service, ...where }, label: `pods of ${service}`, required: false },
    {
      capability: 'events.list',
      arguments: { object: service, ...where },
      label: `Kubernetes events of ${service}`,
      required: false,
    },
  ];
}
