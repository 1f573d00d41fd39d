import { complains } from '../database-state/complaints.ts';
import type { Context } from './diagnosis.ts';
import { isNamedIn } from './idle-by-design.ts';
import type { KubernetesState, Workload } from './kubernetes-state.ts';
import { isListed, sameNamespace, templatesOf } from './relations.ts';
import { endpointsOf } from './typed/to-objects.ts';

/** Sentences that ask openly what is wrong, or whether all is well. */
const OPEN_QUESTION =
  /\b(?:what(?:'s| is|s)? (?:wrong|going (?:on|wrong)|the (?:matter|problem|issue))|(?:is|are) (?:anything|something|everything|all|there anything)|how (?:is|are))\b[^.!?\n]{0,160}\?/gi;
/** What tells of something missed, in whatever form. */
const MISSES =
  /\b(?:no|not|never|nothing|nobody|none|without|miss\w*|wait\w*|stuck|lost|late|behind|backlog|pending|queue\w*|empty|unavailab\w*|crash\w*|alarm|critical|high|low)\b|n't\b/i;

/** True for the words of somebody who asks openly what is wrong and tells of no symptom. */
function asksOpenly({ input }: Context): boolean {
  const told = input.alerts.map(({ title, description }) => `${title}\n${description}`).join('\n');
  const rest = told.replace(OPEN_QUESTION, '');
  return rest !== told && !MISSES.test(rest) && !complains(rest);
}

/** Names of programs that fetch their work themselves: no service leads to them, and what they leave undone shows late. */
const FETCHES_WORK = /worker|consumer|processor|subscriber|listener|scheduler|dispatcher|runner|indexer|sync|cron|job/i;

/**
 * True for a workload at zero replicas that nobody misses: whoever asks tells of no symptom, no service leads to it and all services have
 * somebody behind them, and neither a log nor an event, a variable or another object names it.
 */
export function isUnmissed(context: Context, { name, namespace }: Workload): boolean {
  const { state } = context;
  if (FETCHES_WORK.test(name) || !asksOpenly(context) || isNamedIn(context.text, name.toLowerCase())) return false;
  return (
    everyServiceServes(state, namespace) &&
    ![...spokenIn(state), ...configuredIn(state)].some((text) => isNamedIn(text, name)) &&
    !state.events.some((event) => event.name === name || event.name.startsWith(`${name}-`))
  );
}

/** Who lists the services of a namespace, or their endpoints, sees which of them nobody serves. */
function everyServiceServes(state: KubernetesState, namespace: string | null): boolean {
  const near = state.services.filter((one) => sameNamespace(one.namespace, namespace));
  const listed = ['Endpoints', 'EndpointSlice'].filter((kind) => isListed(state, kind, namespace));
  const idle = listed.flatMap((kind) =>
    (state.others.get(kind) ?? []).filter(
      (meta) => sameNamespace(meta.namespace, namespace) && endpointsOf(meta).ready.length === 0,
    ),
  );
  return (
    (listed.length > 0 || isListed(state, 'Service', namespace)) &&
    idle.length === 0 &&
    near.every(({ endpoints }) => endpoints === null || endpoints.length > 0)
  );
}

const spokenIn = ({ logs, events }: KubernetesState): string[] => [
  ...logs.flatMap(({ lines }) => lines),
  ...events.map(({ message }) => message),
];

/** Kinds that tell of a workload what everybody knows: that it is there. */
const OWN_KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod', 'Event']);

/** What other workloads are given, and what routes, autoscalers, settings and other objects say. */
const configuredIn = (state: KubernetesState): string[] => [
  ...templatesOf(state).flatMap(({ template }) =>
    template.containers.flatMap(({ env, args, command }) => [
      ...env.map(({ value }) => value ?? ''),
      ...args,
      ...command,
    ]),
  ),
  ...[...state.others].flatMap(([kind, objects]) =>
    OWN_KINDS.has(kind) ? [] : objects.map(({ raw }) => JSON.stringify(raw)),
  ),
];
