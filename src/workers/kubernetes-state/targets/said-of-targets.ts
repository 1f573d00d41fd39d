import type { KubernetesState } from '../kubernetes-state.ts';
import { writerOf } from '../mentions.ts';

/** What a controller of load balancers or a cloud says of targets that are not well. */
export type SaidOfTargets = {
  text: string;
  /** The target group, backend or load balancer that it names; null where it names none. */
  group: string | null;
  /** The object that it speaks of, or who wrote it. */
  about: string;
  namespace: string | null;
  evidence: number;
};

const MAX_LINES = 2000;
const MAX_LINE = 1500;

/** The words of the AWS load balancer controller, ECS, ELB, GKE's ingress controller, Application Gateway and DigitalOcean's and Hetzner's. */
const UNWELL =
  /\b0 (?:of|out of) [1-9]\d{0,3} (?:targets?|backends?|hosts|instances) (?:(?:is|are) )?healthy|\bTarget\.(?:FailedHealthChecks|ResponseCodeMismatch|Timeout)\b|\bno healthy (?:targets?|backends?)\b|\b(?:backend|target|target group)s? ['"]?[\w./:-]{3,120}['"]? (?:is|are|became) (?:now )?unhealthy\b|\(target-group [^)\s]{1,200}\) due to \(reason |\ball (?:targets|backends) (?:are |in [^\n]{1,80} are )?unhealthy\b/i;
/** The same words of one who tells that it is over, or that it waits for a beginning. */
const OVER = /\b(?:no longer|was|were|recovered|recovers|until|resolved)\b|\bInitialHealthChecking\b|\bdraining\b/i;
const WELL =
  /\b([1-9]\d{0,3}) (?:of|out of) \1 (?:targets?|backends?|hosts|instances) (?:(?:is|are) )?healthy|\b(?:all|every) (?:targets?|backends?) (?:(?:is|are) )?(?:now )?healthy\b/i;

const GROUP = [
  /\btargetgroup\/([\w-]{1,64})\//,
  /\b(?:target[ -]?group|backend[ -]?service|load ?balancer|backend|target)(?:Name|ARN)?["']?[ =:]{1,3}["']?([a-z0-9][\w.-]{2,120})/i,
];
const NOT_A_NAME = /^(?:is|are|has|have|not|unhealthy|healthy|health|became|with|due|for|failed)$/i;

/** The latest such words of each who said them, in events and logs, where nothing later takes them back. */
export function saidOfTargets(state: KubernetesState): SaidOfTargets[] {
  const events = [...Map.groupBy(state.events, ({ kind, name, namespace }) => `${kind} ${name} ${namespace}`).values()];
  const inEvents = events.flatMap((own) => {
    const said = latest(own.map((event) => ({ event, text: `${event.reason} ${event.message}` })));
    if (!said) return [];
    const { message, name: about, namespace, evidence } = said.event;
    return [{ text: message, group: groupIn(said.text), about, namespace, evidence }];
  });
  const inLogs = state.logs.flatMap((log) => {
    const said = log.command ? null : latest(log.lines.slice(-MAX_LINES).map((text) => ({ text })));
    const { namespace, evidence } = log;
    return said ? [{ text: said.text, group: groupIn(said.text), about: writerOf(log), namespace, evidence }] : [];
  });
  return [...inEvents, ...inLogs];
}

/** The last text that complains; none where a later one says that they are well. */
function latest<T extends { text: string }>(said: T[]): T | null {
  const at = said.findLastIndex(
    ({ text }) => UNWELL.test(text.slice(0, MAX_LINE)) && !OVER.test(text.slice(0, MAX_LINE)),
  );
  if (at < 0 || said.slice(at + 1).some(({ text }) => WELL.test(text.slice(0, MAX_LINE)))) return null;
  return said[at] ?? null;
}

function groupIn(text: string): string | null {
  const found = GROUP.map((pattern) => pattern.exec(text.slice(0, MAX_LINE))?.[1]);
  return found.find((one) => one !== undefined && !NOT_A_NAME.test(one)) ?? null;
}
