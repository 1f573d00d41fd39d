import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Condition, KubeEvent, KubernetesState, Workload } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { podsOf, sameNamespace } from '../relations.ts';

/** Finds workloads whose pods the API server refuses to create: quota, limit range, security, webhooks, service account. */
export const admission: Analyzer = (context) => {
  const events = context.state.events.filter(
    (event) =>
      (event.reason === 'FailedCreate' ||
        event.reason === 'ReplicaSetCreateError' ||
        (/forbidden/i.test(event.message) && /creating/i.test(event.message))) &&
      !hadItsPods(context.state, event),
  );
  const told = [...events.map(fromEvent), ...context.state.workloads.flatMap(fromConditions)];
  const groups = Map.groupBy(told, ({ owner, message }) => `${owner} ${message.slice(0, 60)}`);
  return [...groups.values()].flatMap((group) => group.slice(-1)).flatMap((refusal) => toDiagnosis(context, refusal));
};

type Refusal = {
  owner: string;
  kind: string;
  namespace: string | null;
  message: string;
  /** Refused within the last minute: somebody still wants more pods than there are. */
  justNow: boolean;
  evidence: number[];
};

const JUST_NOW = 60;

/** True for a Job whose pods were created all the same, and ended: its refusals came before, and do not count as its failures. */
const hadItsPods = ({ workloads }: KubernetesState, { kind, name: owner, namespace }: KubeEvent): boolean =>
  kind === 'Job' &&
  workloads.some(
    ({ kind: own, name: job, namespace: home, job: { succeeded, failed } }) =>
      own === 'Job' && job === owner && sameNamespace(home, namespace) && (succeeded ?? 0) + (failed ?? 0) > 0,
  );

const fromEvent = ({ name: owner, kind, namespace, message, ageSeconds, evidence }: KubeEvent): Refusal => ({
  owner,
  kind,
  namespace,
  message,
  justNow: ageSeconds !== null && ageSeconds <= JUST_NOW,
  evidence: [evidence],
});

function fromConditions({ name: owner, kind, namespace, conditions, evidence }: Workload): Refusal[] {
  const refused = conditions.find(
    (condition: Condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  return refused?.message ? [{ owner, kind, namespace, message: refused.message, justNow: false, evidence }] : [];
}

type Rule = {
  kind: string;
  class: Diagnosis['class'];
  pattern: RegExp;
  says: (match: RegExpExecArray) => string;
  remedy: string;
};

const RULES: readonly Rule[] = [
  {
    kind: 'quota-needs-limits',
    class: 'resource',
    pattern: /failed quota: ([\w.-]+): must specify (.+?)(?:;|$)/i,
    says: ([, quota = '', what = '']) =>
      `the ResourceQuota ${name(quota)} demands that every container specifies ${what.replace(/,/g, ', ')}, and the pod does not (missing requests or limits)`,
    remedy: 'Set the missing requests and limits in the workload, or a LimitRange with defaults',
  },
  {
    kind: 'quota-exceeded',
    class: 'resource',
    pattern: /exceeded quota: ([\w.-]+)(?:, requested: ([^;]+?), used: ([^;]+?), limited: ([^\s;]+(?:,[^\s;]+)*))?/i,
    says: ([, quota = '', requested, used, limited]) =>
      `the ResourceQuota ${name(quota)} is exceeded${requested ? ` (requested ${requested}, used ${used}, limited ${limited})` : ''}`,
    remedy: 'Raise the quota, or lower requests, limits or replicas',
  },
  {
    kind: 'limit-range',
    class: 'resource',
    pattern: /((?:maximum|minimum) [\w./-]+ usage per (?:Container|Pod) is .+?)(?:;|$)/i,
    says: ([, what = '']) => `a LimitRange of the namespace forbids its resources: ${what}`,
    remedy: 'Bring the requests and limits of the containers into the range',
  },
  {
    kind: 'service-account-missing',
    class: 'infrastructure',
    pattern: /serviceaccount "([^"]+)" not found/i,
    says: ([, account = '']) => `the ServiceAccount ${name(account)} was not found (it does not exist)`,
    remedy: 'Create the service account, or correct its name',
  },
  {
    kind: 'pod-security',
    class: 'infrastructure',
    pattern: /violates PodSecurity "?([^":]+)/i,
    says: ([, level = '']) => `the pod violates the namespace's PodSecurity level ${name(level)}`,
    remedy: 'Correct the security context of the pod',
  },
  {
    kind: 'webhook-denied',
    class: 'infrastructure',
    pattern: /admission webhook "([^"]+)" denied/i,
    says: ([, webhook = '']) => `the admission webhook ${name(webhook)} denies the pod`,
    remedy: 'Correct what the webhook demands',
  },
  {
    kind: 'webhook-failing',
    class: 'infrastructure',
    pattern: /failed calling webhook "([^"]+)"/i,
    says: ([, webhook = '']) => `the admission webhook ${name(webhook)} does not answer`,
    remedy: 'Bring the service behind the webhook back, or exclude the namespace from it',
  },
  {
    kind: 'priority-class-missing',
    class: 'infrastructure',
    pattern: /no PriorityClass with name ([\w.-]+)/i,
    says: ([, priority = '']) => `the PriorityClass ${name(priority)} does not exist`,
    remedy: 'Create the priority class, or correct its name',
  },
];

function toDiagnosis({ state }: Context, { owner, kind, namespace, message, justNow, evidence }: Refusal): Diagnosis[] {
  const workload = state.workloads.find(
    (one) =>
      (one.name === owner || owner.startsWith(`${one.name}-`)) &&
      one.kind !== 'ReplicaSet' &&
      sameNamespace(one.namespace, namespace),
  );
  const own = workload?.name ?? owner.replace(/-[a-z0-9]{6,10}$/, '');
  const counted = workload !== undefined && workload.desired !== null && workload.ready !== null;
  const enough =
    workload !== undefined &&
    (counted ? hasEnough(workload) : podsOf(state, workload).some((pod) => pod.phase !== 'Pending'));
  const behind = behindWebhook(state, message);
  const found = RULES.map((rule) => ({ rule, match: rule.pattern.exec(message) })).find(({ match }) => match !== null);
  return [
    diagnosis({
      kind: found?.rule.kind ?? 'create-refused',
      class: found?.rule.class ?? 'infrastructure',
      statement: `Pods of ${kind || 'workload'} ${name(owner)} cannot be created (FailedCreate)${found?.match ? ` because ${found.rule.says(found.match)}` : ''}${behind?.clause ?? ''}. Kubernetes says: ${quote(message, 260)}`,
      component: behind?.name ?? own,
      namespace,
      touches: [own, owner, behind?.name ?? ''],
      confidence: enough ? (justNow && found ? 0.76 : 0.45) : found ? 0.92 : 0.75,
      evidence: [...evidence, ...(workload?.evidence ?? []), ...(behind?.evidence ?? [])],
      actions: [
        ...(found && /quota/.test(found.rule.kind)
          ? describeAction(
              'resourcequota',
              found.match?.[1] ?? '',
              namespace,
              'See what the quota allows and what is used',
            )
          : []),
        ...listAction('replicasets', namespace, 'See which workloads lack pods'),
        changeAction(found?.rule.remedy ?? 'Correct what the message names', 'Lets the missing pods start.'),
      ],
      prevention: [
        'Alert on FailedCreate events; run manifests through a server-side dry run before they are applied.',
      ],
    }),
  ];
}

const WEBHOOK_URL = /failed calling webhook "[^"]+".{0,120}?https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b/i;

/** The workload behind the service of a webhook, where it lacks pods, with the last warning about one of them: there the cause is. */
function behindWebhook(
  state: KubernetesState,
  message: string,
): { name: string; clause: string; evidence: number[] } | null {
  const [, service = '', home = ''] = WEBHOOK_URL.exec(message) ?? [];
  const bare = service.replace(/-(?:svc|service|webhook)$/, '');
  const short = state.workloads.find(
    ({ name: own, namespace, kind, desired, ready }) =>
      kind !== 'ReplicaSet' &&
      namespace === home &&
      (own === service || own === bare) &&
      desired !== null &&
      (ready ?? 0) < desired,
  );
  if (service === '' || !short) return null;
  const warning = state.events.findLast(
    (event) => event.type === 'Warning' && event.namespace === home && event.name.startsWith(`${short.name}-`),
  );
  const said = warning ? ` (${warning.reason}: ${quote(warning.message, 160)})` : '';
  return {
    name: short.name,
    clause: `: ${short.kind} ${name(short.name)} behind it has ${short.ready ?? 0} of ${short.desired} desired replicas ready${said}`,
    evidence: [...short.evidence, ...(warning ? [warning.evidence] : [])],
  };
}

/** All pods are there, and none of them is still one of before a rollout. */
const hasEnough = ({ desired, ready, updated }: Workload): boolean =>
  desired !== null && ready !== null && ready >= desired && desired > 0 && (updated ?? desired) >= desired;
