import { DependencyError } from '../../../errors.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import { findPodsNamed } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { Pod } from './kubernetes-types.ts';
import { type LogPosition, logPosition, type ReadTail, readEarlier, readLatest } from './read-log.ts';
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

type Which = Omit<LogPosition, 'time' | 'ties' | 'given'>;

async function whichLog(deps: KubernetesDeps, input: ToolInput<'pods.logs'>, signal: AbortSignal): Promise<Which> {
  const where = { reader: await deps.reader(), namespaces: deps.scope(input.namespace), signal };
  const pod = choosePod(await findPodsNamed(where, input.pod), input.pod);
  const { name = '', namespace = '' } = pod.metadata ?? {};
  return { namespace, pod: name, container: input.container ?? chooseContainer(pod) };
}

/** `get_pod_logs`: the last lines of a container, or of its previous run. */
export function getPodLogs(deps: KubernetesDeps): ToolDefinition {
  return toolFor('pods.logs', {
    title: 'Log of a pod',
    description:
      'The last lines of a container of a pod (`pod` is its name, or the beginning of it), with `previous` those of the run before the last restart. `nextCursor` gives the lines before them.',
    run: async (input, { signal }) => {
      const { previous, tailLines } = input;
      const { tailLines: _, ...question } = input;
      const listing = listingOf('kubernetes', 'get_pod_logs', question);
      const position = readCursor(listing, input.cursor, logPosition);
      const { namespace, pod, container } = position ?? (await whichLog(deps, input, signal));
      // A cursor opens no namespace that the arguments could not.
      deps.scope(namespace);
      const kubernetes = await deps.reader();
      const read: ReadTail = (tail) =>
        kubernetes.podLog({ namespace, name: pod, container, previous, ...tail, signal });
      const page = position ? await readEarlier(read, tailLines, position) : await readLatest(read, tailLines);
      const { lines, earlier, truncated } = page;
      const nextCursor = earlier && writeCursor(listing, { namespace, pod, container, ...earlier });
      const data = { pod, namespace, container: container ?? null, previous, lines, truncated, nextCursor };
      const head = `${namespace}/${pod} ${container ?? ''}${previous ? ' (previous run)' : ''}: ${lines.length} lines`;
      const further = truncated && nextCursor === null ? ['(the log goes back further than is read here)'] : [];
      return { data, text: [head, ...lines, ...moreFooter('lines before these', nextCursor), ...further].join('\n') };
    },
  });
}
