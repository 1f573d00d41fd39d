import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { ReplicaSet } from './kubernetes-types.ts';
import { pageOfWindow, sourcesIn } from './page-of-window.ts';
import { templateDiff } from './template-diff.ts';

/** ReplicaSets of one namespace, or of the whole cluster; of ten that a deployment keeps that is more than a thousand deployments. */
const MOST = 12_000;
const TOO_MANY = `(the cluster has more than ${MOST} ReplicaSets, of which the rest was not looked at: ask for one namespace)`;

type Change = CapabilityOutput<'changes.list'>['changes'][number];

const ownerOf = ({ metadata }: ReplicaSet) =>
  metadata?.ownerReferences?.find(({ kind }) => kind === 'Deployment')?.name ??
  metadata?.name?.replace(/-[a-z0-9]{5,10}$/, '') ??
  '';
const createdAt = ({ metadata }: ReplicaSet) => metadata?.creationTimestamp?.getTime() ?? 0;
const imagesOf = ({ spec }: ReplicaSet) => (spec?.template?.spec?.containers ?? []).map(({ image }) => image ?? '');

/** The rollouts of one deployment: every ReplicaSet that came after another one, with what is different in its pods. */
function rolloutsOf(sets: ReplicaSet[]): { at: number; change: Change }[] {
  const ordered = sets.toSorted((left, right) => createdAt(left) - createdAt(right));
  return ordered.flatMap((set, index) => {
    const before = ordered[index - 1];
    if (!before) return [];
    const [name, namespace] = [ownerOf(set), set.metadata?.namespace ?? ''];
    const change: Change = {
      kind: 'deploy',
      id: set.metadata?.name ?? name,
      service: name,
      at: new Date(createdAt(set)).toISOString(),
      title: `rollout of ${namespace}/${name}: image ${imagesOf(set).join(', ')}, before ${imagesOf(before).join(', ')}`,
      detail: templateDiff(before.spec?.template, set.spec?.template),
      files: [],
    };
    return [{ at: createdAt(set), change }];
  });
}

function describe({ changes, nextCursor }: CapabilityOutput<'changes.list'>): string {
  const lines = changes.flatMap(({ at, title, detail }) => [`${at} ${title}`, ...detail.split('\n').filter(Boolean)]);
  return [...(lines.length > 0 ? lines : ['no rollouts']), ...moreFooter('rollouts', nextCursor)].join('\n');
}

/** `list_changes`: rollouts of deployments in a time range, newest first. */
export function listChanges({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('changes.list', {
    title: 'Recent changes',
    description:
      'The rollouts of deployments in a time range, newest first, page by page, with what is different in their pods.',
    run: async (input, { signal }) => {
      const { from, to } = input;
      const { replicaSets } = await reader();
      const sources = sourcesIn(scope(input.namespace), async (namespace, start) => {
        const page = await replicaSets({ namespace, start, max: MOST, signal });
        // A rollout is told by two ReplicaSets, and both have to be in the same window: there is no second one.
        return { ...page, token: null };
      });
      const listing = listingOf('kubernetes', 'list_changes', input);
      const arrange = (sets: ReplicaSet[]) =>
        [...Map.groupBy(sets, (set) => `${set.metadata?.namespace}/${ownerOf(set)}`).values()]
          .flatMap(rolloutsOf)
          .filter(({ at }) => at >= Date.parse(from) && at <= Date.parse(to))
          .sort((left, right) => right.at - left.at);
      const { rows, nextCursor, complete } = await pageOfWindow(listing, sources, input, arrange);
      const changes = rows.map(({ change }) => change);
      const data = { changes, truncated: nextCursor !== null || !complete, nextCursor };
      return { data, text: [describe(data), ...(complete ? [] : [TOO_MANY])].join('\n') };
    },
  });
}
