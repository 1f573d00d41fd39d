import { median } from '../../database-state/profile-series.ts';
import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { messageOf } from '../logs/message-of.ts';
import { name, quote } from '../quote.ts';
import { readTargets } from '../targets/read-targets.ts';
import { saidOfTargets } from '../targets/said-of-targets.ts';
import { type TargetCount, targetCounts } from '../targets/target-counts.ts';
import type { Target, TargetGroup } from '../targets/target-group.ts';
import { type Behind, NOBODY, workloadBehind } from '../targets/workload-behind.ts';

/** Finds load balancers of clouds whose targets fail their health checks, or that have none: by the cloud's answer, its metrics, or what controllers say. */
export const targetHealth: Analyzer = (context) => {
  const groups = readTargets(context.input.evidence);
  const asked = groups.flatMap((group) => unwell(context, group, groups));
  if (asked.length > 0) return asked.slice(0, 3);
  // Whoever asked the cloud itself and found all well need not be told by older words.
  if (groups.some(({ targets }) => targets.some(({ state }) => state === 'healthy'))) return [];
  const counted = targetCounts(context.input, context.state).flatMap((one) => lost(context, one));
  return counted.length > 0 ? counted.slice(0, 3) : told(context);
};

type Words = {
  group: string | null;
  balancer?: string | null;
  behind: Behind;
  says: string;
  confidence: number;
  evidence: number[];
};

function toDiagnosis({ group, balancer, behind, says, confidence, evidence }: Words): Diagnosis {
  const where = group ? `target group ${name(group)}` : 'the load balancer';
  const of = balancer ? `Load balancer ${name(balancer)}: ` : '';
  return diagnosis({
    kind: 'targets-unhealthy',
    class: 'network',
    statement: `${of}${says.replace('{group}', where)}${behind.text}`,
    component: group ?? balancer ?? behind.names[0] ?? 'load balancer',
    namespace: behind.namespace,
    touches: [group ?? '', balancer ?? '', ...behind.names],
    confidence,
    depth: DEPTH.service,
    evidence: [...evidence, ...behind.evidence],
    actions: [
      {
        title: 'Compare path, port and expected status of the health check with what the program answers there',
        command: null,
        risk: null,
      },
      ...(behind.service
        ? describeAction(
            'service',
            behind.service,
            behind.namespace,
            'See ports and endpoints of the service behind it',
          )
        : []),
    ],
    prevention: [
      'Let the health check of the load balancer ask what the readiness probe of the pods asks, on the same port and path.',
      'Alert on target groups without a healthy target.',
    ],
  });
}

/** A target group that nobody uses, or the empty half of two that take turns, harms nobody. */
function unwell({ state }: Context, group: TargetGroup, all: TargetGroup[]): Diagnosis[] {
  if (!group.asked) return [];
  const judged = group.targets.filter((target) => target.state !== 'other');
  const bad = judged.filter((target) => target.state === 'unhealthy');
  const served = all.some((other) => other !== group && other.targets.some((target) => target.state === 'healthy'));
  const behind = workloadBehind(state, group);
  const base = { group: group.name, balancer: group.balancer, behind, evidence: group.evidence };
  if (group.targets.length === 0)
    return served
      ? []
      : [toDiagnosis({ ...base, says: '{group} has no targets at all, so no request is answered', confidence: 0.8 })];
  if (bad.length === 0) return [];
  const check = group.check ? ` (it asks ${name(group.check)})` : '';
  const who = bad.slice(0, 3).map(({ id, port }) => name(port ? `${id}:${port}` : id));
  const whole = bad.length === judged.length;
  const which = `${who.join(', ')}${bad.length > who.length ? ' and others' : ''}`;
  const share = whole
    ? `no healthy target: all of its targets (${which})`
    : `unhealthy targets: ${which}, but not all,`;
  const says = `{group} has ${share} fail the health check of the load balancer${check}${whyOf(bad)}`;
  const confidence = whole ? 0.86 : bad.length * 2 >= judged.length ? 0.62 : 0.5;
  return [toDiagnosis({ ...base, says, confidence })];
}

function whyOf(bad: Target[]): string {
  const one = bad.find(({ reason, says }) => reason !== null || says !== null);
  const words = [one?.reason && name(one.reason), one?.says && quote(one.says, 160)].filter(Boolean);
  return words.length > 0 ? `: ${words.join(', ')}` : '';
}

/** So many values at the end of a course without a healthy target are no gap between two of them. */
const LASTS = 2;

function lost({ state }: Context, { name: group, healthy, unhealthy, refused, evidence }: TargetCount): Diagnosis[] {
  const end = healthy.slice(-LASTS);
  const failing = (unhealthy ?? []).slice(-LASTS).some((value) => value > 0);
  const before = Math.max(0, ...healthy.slice(0, -LASTS));
  // A group that never had a target, and none that fails, is not in use.
  if (end.length < LASTS || end.some((value) => value > 0) || !(failing || before > 0)) return [];
  const fell = before > 0 ? `fell from ${before} to 0` : 'is 0';
  const ill = failing ? `, that of unhealthy ones is ${unhealthy?.at(-1)}` : '';
  const [first, last] = [median((refused ?? []).slice(0, LASTS)), refused?.at(-1) ?? 0];
  const answers =
    last > 5 * first ? `, and the load balancer itself gives ${last} answers with an error of its own` : '';
  const says = `{group} has no healthy target: the count of healthy ones ${fell}${ill}${answers}`;
  const behind = group ? workloadBehind(state, { name: group, targets: [] }) : NOBODY;
  return [toDiagnosis({ group, behind, says, confidence: 0.82, evidence })];
}

function told({ state }: Context): Diagnosis[] {
  return saidOfTargets(state)
    .slice(0, 2)
    .map(({ text, group, about, namespace, evidence }) => {
      const found = group ? workloadBehind(state, { name: group, targets: [] }) : NOBODY;
      const names = [...new Set([about, ...found.names].filter((one) => one !== ''))];
      const behind = { ...found, names, namespace: found.namespace ?? namespace };
      const of = about ? `, by what is said of ${name(about)}` : '';
      const says = `{group} has targets that fail their health check${of}: ${quote(messageOf(text), 240)}`;
      return toDiagnosis({ group, behind, says, confidence: 0.78, evidence: [evidence] });
    });
}
