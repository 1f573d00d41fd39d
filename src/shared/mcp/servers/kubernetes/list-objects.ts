import { DependencyError } from '../../../errors.ts';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { cleanObject } from './clean-object.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { ListOptions } from './kubernetes-reader.ts';
import type { AnyObject } from './kubernetes-types.ts';
import { listInScope } from './namespace-scope.ts';

/** Of one kind; a namespace with more is no place where one object is found by reading them all. */
const MAX_PER_KIND = 100;

type Listed = { kind: string; items: AnyObject[]; complete: boolean; refused: boolean };

function describe({ objects, truncated, refused = [] }: CapabilityOutput<'kubernetes.objects'>): string {
  const lines = objects.map((object) => {
    const { name, namespace } = object.metadata as { name?: string; namespace?: string };
    return `${object.kind} ${namespace ? `${namespace}/` : ''}${name}: ${JSON.stringify(object.spec ?? {}).slice(0, 600)}`;
  });
  return [
    ...(lines.length > 0 ? lines : ['no objects']),
    ...refused.map((kind) => `(objects of kind ${kind} may not be read)`),
    ...(truncated ? ['(there are more objects)'] : []),
  ].join('\n');
}

/** What the role does not allow is told, and the rest is read. */
async function listKind(kind: string, list: () => Promise<{ items: AnyObject[]; complete: boolean }>): Promise<Listed> {
  try {
    const { items, complete } = await list();
    return {
      kind,
      items: items.slice(0, MAX_PER_KIND),
      complete: complete && items.length <= MAX_PER_KIND,
      refused: false,
    };
  } catch (error) {
    const mayNot = error instanceof DependencyError && ['auth', 'refused', 'not_found'].includes(error.failure);
    if (!mayNot) throw error;
    return { kind, items: [], complete: true, refused: true };
  }
}

/** `list_objects`: whole objects of some kinds. */
export function listObjects({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('kubernetes.objects', {
    title: 'Kubernetes objects',
    description:
      'Objects of the given kinds with spec and status, of one namespace or of all; values of environment variables are left out unless they are addresses.',
    run: async ({ kinds, namespace }, { signal }) => {
      const { objects: read } = await reader();
      const list = (kind: string) => (options: ListOptions) => read(kind, options);
      const listed = await Promise.all(
        [...new Set(kinds)].map((kind) =>
          listKind(kind, () => listInScope(kind === 'Node' ? [undefined] : scope(namespace), list(kind), { signal })),
        ),
      );
      const refused = listed.filter((one) => one.refused).map(({ kind }) => kind);
      if (refused.length === listed.length) {
        throw new DependencyError(
          'kubernetes',
          'auth',
          `the cluster does not let objects of kind ${refused.join(', ')} be read`,
        );
      }
      const data = {
        withStatus: true,
        objects: listed.flatMap(({ items }) => items.map(cleanObject)),
        truncated: listed.some(({ complete }) => !complete),
        refused,
      };
      return { data, text: describe(data) };
    },
  });
}
