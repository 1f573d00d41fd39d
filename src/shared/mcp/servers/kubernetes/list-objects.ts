import { DependencyError } from '../../../errors.ts';
import type { CapabilityOutput } from '../../capabilities.ts';
import { CLUSTER_WIDE_KINDS } from '../../capability-schemas/kubernetes-reads.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { expiredCursor, listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import { cleanObject } from './clean-object.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import { EXPIRED } from './kubernetes-failures.ts';
import type { ListOptions } from './kubernetes-reader.ts';
import type { AnyObject } from './kubernetes-types.ts';
import { type KindPage, type KindPosition, kindPositions, readKind } from './read-kind.ts';

type Listed = { kind: string; items: AnyObject[]; next: KindPosition | null; refused: boolean };

function describe({ objects, nextCursor, refused = [] }: CapabilityOutput<'kubernetes.objects'>): string {
  const lines = objects.map((object) => {
    const { name, namespace } = object.metadata as { name?: string; namespace?: string };
    return `${object.kind} ${namespace ? `${namespace}/` : ''}${name}: ${JSON.stringify(object.spec ?? {}).slice(0, 600)}`;
  });
  return [
    ...(lines.length > 0 ? lines : ['no objects']),
    ...refused.map((kind) => `(objects of kind ${kind} may not be read, or the cluster knows none)`),
    ...moreFooter('objects', nextCursor),
  ].join('\n');
}

/** What the role does not allow is told, and the rest is read. */
async function listKind(kind: string, list: () => Promise<KindPage>): Promise<Listed> {
  try {
    return { kind, ...(await list()), refused: false };
  } catch (error) {
    const mayNot = error instanceof DependencyError && ['auth', 'refused', 'not_found'].includes(error.failure);
    if (!mayNot) throw error;
    return { kind, items: [], next: null, refused: true };
  }
}

/** A volume names the claim that it is bound to, which may lie in a namespace that may not be read. */
const isInScope = (namespaces: (string | undefined)[]) => {
  const isAllowed = (namespace: unknown) => namespaces.includes(undefined) || namespaces.includes(String(namespace));
  return ({ kind, spec }: AnyObject) => {
    const claim = (spec as { claimRef?: { namespace?: unknown } } | undefined)?.claimRef;
    return kind !== 'PersistentVolume' || !claim || isAllowed(claim.namespace);
  };
};

/** `list_objects`: whole objects of some kinds. */
export function listObjects({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('kubernetes.objects', {
    title: 'Kubernetes objects',
    description:
      'Objects of the given kinds with spec and status, of one namespace or of all, page by page (`limit` of each kind); values of environment variables and config maps are left out unless they are addresses.',
    run: async (input, { signal }) => {
      const { limit, cursor } = input;
      const { objects: read } = await reader();
      const kinds = [...new Set(input.kinds)];
      const namespacesOf = (kind: string) => (CLUSTER_WIDE_KINDS.has(kind) ? [undefined] : scope(input.namespace));
      const asked = listingOf('kubernetes', 'list_objects', input);
      // The namespaces that may be read may be others by now.
      const listing = { ...asked, question: { ...asked.question, sources: kinds.map(namespacesOf) } };
      const position = readCursor(listing, cursor, kindPositions);
      const open = position === null ? kinds : kinds.filter((kind) => Object.hasOwn(position, kind));
      const listed = await Promise.all(
        open.map((kind) =>
          listKind(kind, () => {
            const list = (options: ListOptions) => read(kind, options);
            return readKind(list, namespacesOf(kind), position?.[kind], limit, signal);
          }),
        ),
      ).catch((error) => {
        const isExpired = error instanceof DependencyError && error.detail === EXPIRED;
        throw isExpired ? expiredCursor(listing, error) : error;
      });
      const refused = listed.filter((one) => one.refused).map(({ kind }) => kind);
      if (refused.length === listed.length) {
        throw new DependencyError(
          'kubernetes',
          'auth',
          `the cluster does not let objects of kind ${refused.join(', ')} be read`,
        );
      }
      const next = listed.flatMap(({ kind, next: at }) => (at === null ? [] : [[kind, at] as const]));
      const nextCursor = next.length > 0 ? writeCursor(listing, Object.fromEntries(next)) : null;
      const objects = listed.flatMap(({ items }) => items.filter(isInScope(scope(undefined))).map(cleanObject));
      const data = { withStatus: true, objects, truncated: nextCursor !== null, nextCursor, refused };
      return { data, text: describe(data) };
    },
  });
}
