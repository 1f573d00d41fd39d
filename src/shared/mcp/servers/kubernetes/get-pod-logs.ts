import { DependencyError } from '../../../errors.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { findPods } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { Pod } from './kubernetes-types.ts';
import { isPodReady } from './read-pod.ts';

/** The pod of that name, or of the pods whose names begin so the most troubled one. */
function choosePod(pods: Pod[], asked: string): Pod {
  const exact = pods.find(({ metadata }) => metadata?.name === asked);
  const chosen = exact ?? pods.find((pod) => !isPodReady(pod)) ?? pods[0];
  if (!chosen) throw new DependencyError('kubernetes', 'not_found', `there is no pod named ${asked}, or beginning so`);
  return chosen;
}

/** The API wants a name where a pod has several containers; the one in trouble tells most. */
function chooseContainer({ spec, status }: Pod): string | undefined {
  const troubled = status?.containerStatuses?.find(({ ready }) => !ready);
  return troubled?.name ?? spec?.containers[0]?.name;
}

function linesOf(log: string): string[] {
  const lines = log.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `get_pod_logs`: the last lines of a container, or of its previous run. */
export function getPodLogs({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('pods.logs', {
    title: 'Log of a pod',
    description:
      'The last lines of a container of a pod (`pod` is its name, or the beginning of it), with `previous` those of the run before the last restart.',
    run: async ({ namespace: asked, pod: name, container: given, previous, tailLines }, { signal }) => {
      const kubernetes = await reader();
      const { items } = await findPods({ reader: kubernetes, namespaces: scope(asked), signal }, { pod: name });
      const pod = choosePod(items, name);
      const { name: podName = '', namespace = '' } = pod.metadata ?? {};
      const container = given ?? chooseContainer(pod);
      const log = await kubernetes.podLog({ namespace, name: podName, container, previous, tailLines, signal });
      const lines = linesOf(log);
      const truncated = lines.length >= tailLines;
      const data = { pod: podName, namespace, container: container ?? null, previous, lines, truncated };
      const head = `${namespace}/${podName} ${container ?? ''}${previous ? ' (previous run)' : ''}: ${lines.length} lines`;
      return { data, text: [head, ...lines].join('\n') };
    },
  });
}
