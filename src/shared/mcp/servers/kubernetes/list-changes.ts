import { DependencyError } from '../../../errors.ts';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { ListPage } from './kubernetes-reader.ts';
import type { ControllerRevision, Metadata, PodTemplate, ReplicaSet } from './kubernetes-types.ts';
import { pageOfWindow, sourcesIn } from './page-of-window.ts';
import { templateDiff } from './template-diff.ts';

/** ReplicaSets of one namespace, or of the whole cluster; of ten that a deployment keeps that is more than a thousand deployments. */
const MOST = 12_000;
const TOO_MANY = `(the cluster has more than ${MOST} ReplicaSets or ControllerRevisions, of which the rest was not looked at: ask for one namespace)`;
const UNREAD = '(rollouts of StatefulSets and DaemonSets could not be read: the role may not list controllerrevisions)';

type Change = CapabilityOutput<'changes.list'>['changes'][number];

/** One state of the pods of a workload, as a ReplicaSet or a ControllerRevision keeps it. */
type Revision = { owner: string; kind: string; metadata: Metadata; template: PodTemplate | undefined };

const OWNERS = ['Deployment', 'StatefulSet', 'DaemonSet'];
const ownerOf = ({ ownerReferences }: Metadata) => ownerReferences?.find(({ kind }) => OWNERS.includes(kind));

function ofReplicaSet({ metadata = {}, spec }: ReplicaSet): Revision[] {
  const owner = ownerOf(metadata)?.name ?? metadata.name?.replace(/-[a-z0-9]{5,10}$/, '') ?? '';
  return [{ owner, kind: 'Deployment', metadata, template: spec?.template }];
}

/** Revisions of other controllers hold something else. */
function ofControllerRevision({ metadata = {}, data }: ControllerRevision): Revision[] {
  const owner = ownerOf(metadata);
  return owner ? [{ owner: owner.name, kind: owner.kind, metadata, template: data?.spec?.template }] : [];
}

const createdAt = ({ metadata }: Revision) => metadata.creationTimestamp?.getTime() ?? 0;
const imagesOf = ({ template }: Revision) => (template?.spec?.containers ?? []).map(({ image }) => image ?? '');

/** The rollouts of one workload: every revision that came after another one, with what is different in its pods. */
function rolloutsOf(revisions: Revision[]): { at: number; change: Change }[] {
  const ordered = revisions.toSorted((left, right) => createdAt(left) - createdAt(right));
  return ordered.flatMap((revision, index) => {
    const before = ordered[index - 1];
    if (!before) return [];
    const { owner, kind, metadata, template } = revision;
    const of = `${kind === 'Deployment' ? '' : `${kind} `}${metadata.namespace ?? ''}/${owner}`;
    const change: Change = {
      kind: 'deploy',
      id: metadata.name ?? owner,
      service: owner,
      at: new Date(createdAt(revision)).toISOString(),
      title: `rollout of ${of}: image ${imagesOf(revision).join(', ')}, before ${imagesOf(before).join(', ')}`,
      detail: templateDiff(before.template, template),
      files: [],
    };
    return [{ at: createdAt(revision), change }];
  });
}

function describe({ changes, nextCursor }: CapabilityOutput<'changes.list'>): string {
  const lines = changes.flatMap(({ at, title, detail }) => [`${at} ${title}`, ...detail.split('\n').filter(Boolean)]);
  return [...(lines.length > 0 ? lines : ['no rollouts']), ...moreFooter('rollouts', nextCursor)].join('\n');
}

/** Roles of before do not allow ControllerRevisions; rollouts of deployments are told all the same. */
async function unlessForbidden<T>(list: Promise<ListPage<T>>, onForbidden: () => void): Promise<ListPage<T>> {
  try {
    return await list;
  } catch (error) {
    const mayNot = error instanceof DependencyError && ['auth', 'refused', 'not_found'].includes(error.failure);
    if (!mayNot) throw error;
    onForbidden();
    return { items: [], complete: true, token: null, resourceVersion: null };
  }
}

/** `list_changes`: rollouts of deployments, stateful sets and daemon sets in a time range, newest first. */
export function listChanges({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('changes.list', {
    title: 'Recent changes',
    description:
      'The rollouts of deployments, stateful sets and daemon sets in a time range, newest first, page by page, with what is different in their pods.',
    run: async (input, { signal }) => {
      const { from, to } = input;
      const { replicaSets, controllerRevisions } = await reader();
      const namespaces = scope(input.namespace);
      let unread = false;
      // A rollout is told by two revisions, and both have to be in the same window: there is no second one.
      const ofDeployments = sourcesIn(namespaces, async (namespace, start) => {
        const page = await replicaSets({ namespace, start, max: MOST, signal });
        return { ...page, items: page.items.flatMap(ofReplicaSet), token: null };
      });
      const ofOthers = sourcesIn(namespaces, async (namespace, start) => {
        const listed = controllerRevisions({ namespace, start, max: MOST, signal });
        const page = await unlessForbidden(listed, () => {
          unread = true;
        });
        return { ...page, items: page.items.flatMap(ofControllerRevision), token: null };
      }).map((source) => ({ ...source, key: `controllerrevisions ${source.key}` }));
      const listing = listingOf('kubernetes', 'list_changes', input);
      const arrange = (revisions: Revision[]) =>
        [...Map.groupBy(revisions, ({ kind, owner, metadata }) => `${kind} ${metadata.namespace}/${owner}`).values()]
          .flatMap(rolloutsOf)
          .filter(({ at }) => at >= Date.parse(from) && at <= Date.parse(to))
          .sort((left, right) => right.at - left.at);
      const window = await pageOfWindow(listing, [...ofDeployments, ...ofOthers], input, arrange);
      const { rows, nextCursor, complete } = window;
      const changes = rows.map(({ change }) => change);
      const data = { changes, truncated: nextCursor !== null || !complete, nextCursor };
      const notes = [...(complete ? [] : [TOO_MANY]), ...(unread ? [UNREAD] : [])];
      return { data, text: [describe(data), ...notes].join('\n') };
    },
  });
}
