import type { Evidence } from '../../../shared/report.ts';
import { formOf } from '../build-state.ts';
import type { TargetGroup } from './target-group.ts';
import { groupInArn, targetsInJson } from './targets-in-json.ts';
import { targetsInText } from './targets-in-text.ts';

const MAX_TEXT = 1_000_000;

/** The commands that ask a cloud for what stands behind its load balancers. */
const ASKS =
  /\baws\s[^|]{0,80}?\belbv2\s+describe-target-(?:health|groups)\b|\baws\s[^|]{0,80}?\belb\s+describe-instance-health\b|\bgcloud\s[^|]{0,40}?\bbackend-services\s+get-health\b|\baz\s[^|]{0,60}?\bapplication-gateway\s+show-backend-health\b/;

/** What the evidence tells of the targets of load balancers, one entry for each group; silent where nobody asked. */
export function readTargets(evidence: Evidence[]): TargetGroup[] {
  const recorded = formOf(evidence, 'snapshot.json').flatMap(({ number, data }) =>
    targetsInJson(data.body, null, number),
  );
  const printed = formOf(evidence, 'command.output').flatMap(({ number, data: { command, output } }) => {
    if (!ASKS.test(command) || output.length > MAX_TEXT) return [];
    const json = parsed(output);
    return json === null
      ? (targetsInText(output, namedIn(command), number) ?? [])
      : targetsInJson(json, namedIn(command), number);
  });
  return merged([...recorded, ...printed]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whose targets were asked for. */
const namedIn = (command: string): string | null =>
  groupInArn(command) ??
  /--load-balancer-name[= ]([\w-]+)/.exec(command)?.[1] ??
  /\bget-health\s+(?:--\S+\s+)*([a-z][\w-]*)/.exec(command)?.[1] ??
  null;

/** Settings and targets of one group come from two answers. */
function merged(groups: TargetGroup[]): TargetGroup[] {
  const keyed = Map.groupBy(groups, ({ name }, index) => name ?? `${index}`);
  return [...keyed.values()].map((own) => ({
    name: own[0]?.name ?? null,
    balancer: own.map(({ balancer }) => balancer).find((one) => one !== null) ?? null,
    check: own.map(({ check }) => check).find((one) => one !== null) ?? null,
    // A later answer about the same group tells how it is now.
    targets: own.findLast(({ asked }) => asked)?.targets ?? [],
    asked: own.some(({ asked }) => asked),
    evidence: [...new Set(own.flatMap(({ evidence }) => evidence))],
  }));
}
