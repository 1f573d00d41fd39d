import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import { listPods } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { Pod } from './kubernetes-types.ts';
import { pageOfWindow } from './page-of-window.ts';
import { type PodStatus, readPod } from './read-pod.ts';

type Container = PodStatus['containers'][number];

const restartsOf = ({ containers }: PodStatus) => containers.reduce((total, { restarts }) => total + restarts, 0);

function byTrouble(a: PodStatus, b: PodStatus): number {
  return (
    Number(a.ready) - Number(b.ready) ||
    restartsOf(b) - restartsOf(a) ||
    a.name.localeCompare(b.name) ||
    a.namespace.localeCompare(b.namespace)
  );
}

function describeContainer({
  name,
  state,
  reason,
  message,
  exitCode,
  restarts,
  lastTermination,
  limits,
}: Container): string {
  const last = lastTermination
    ? `last end ${lastTermination.reason ?? 'unknown'} (exit ${lastTermination.exitCode}) at ${lastTermination.finishedAt}`
    : '';
  const parts = [
    `${state}${reason ? ` ${reason}` : ''}`,
    exitCode === null ? '' : `exit ${exitCode}`,
    restarts > 0 ? `${restarts} restarts` : '',
    last,
    limits.memory ? `memory limit ${limits.memory}` : '',
    message ?? '',
  ];
  return `  ${name}: ${parts.filter(Boolean).join(', ')}`;
}

function describePod(pod: PodStatus): string[] {
  const head = `${pod.namespace}/${pod.name}: ${pod.phase}, ${pod.ready ? 'ready' : 'NOT READY'}, node ${pod.node ?? '-'}, created ${pod.createdAt}`;
  return [head, ...pod.containers.map(describeContainer)];
}

function describe(pods: PodStatus[], nextCursor: string | null): string {
  const leftOut = moreFooter('pods', nextCursor);
  if (pods.length === 0) return ['no such pods', ...leftOut].join('\n');
  const ready = pods.filter((pod) => pod.ready).length;
  return [`${ready} of ${pods.length} pods ready`, ...pods.flatMap(describePod), ...leftOut].join('\n');
}

/** `get_pod_status`: phase, readiness, restarts and ends of pods, the troubled ones first. */
export function getPodStatus({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('pods.status', {
    title: 'Status of pods',
    description:
      'Phase, readiness, restarts, limits and last termination of pods: those of a service (by its selector), of a name or its beginning, of a label selector, or all in a namespace, page by page. Troubled pods come first, among 3,000 at a time.',
    run: async (input, { signal }) => {
      const where = { reader: await reader(), namespaces: scope(input.namespace), signal };
      const { sources, keep } = await listPods(where, input);
      const listing = listingOf('kubernetes', 'get_pod_status', input);
      const arrange = (found: Pod[]) => found.filter(keep).map(readPod).sort(byTrouble);
      const { rows: pods, nextCursor } = await pageOfWindow(listing, sources, input, arrange);
      return { data: { pods, truncated: nextCursor !== null, nextCursor }, text: describe(pods, nextCursor) };
    },
  });
}
