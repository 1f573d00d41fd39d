import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { ReplicaSet } from './kubernetes-types.ts';
import { listInScope } from './namespace-scope.ts';
import { templateDiff } from './template-diff.ts';

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

function describe({ changes, truncated }: CapabilityOutput<'changes.list'>): string {
  const lines = changes.flatMap(({ at, title, detail }) => [`${at} ${title}`, ...detail.split('\n').filter(Boolean)]);
  return [...(lines.length > 0 ? lines : ['no rollouts']), ...(truncated ? ['(there are more)'] : [])].join('\n');
}

/** `list_changes`: rollouts of deployments in a time range, newest first. */
export function listChanges({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('changes.list', {
    title: 'Recent changes',
    description: 'The rollouts of deployments in a time range, newest first, with what is different in their pods.',
    run: async ({ namespace, from, to, limit }, { signal }) => {
      const { replicaSets } = await reader();
      const { items, complete } = await listInScope(scope(namespace), replicaSets, { signal });
      const groups = Map.groupBy(items, (set) => `${set.metadata?.namespace}/${ownerOf(set)}`);
      const found = [...groups.values()]
        .flatMap(rolloutsOf)
        .filter(({ at }) => at >= Date.parse(from) && at <= Date.parse(to))
        .sort((left, right) => right.at - left.at);
      const data = {
        changes: found.slice(0, limit).map(({ change }) => change),
        truncated: found.length > limit || !complete,
      };
      return { data, text: describe(data) };
    },
  });
}
