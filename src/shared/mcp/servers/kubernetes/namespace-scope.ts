import { DependencyError } from '../../../errors.ts';
import type { ListOptions, ListPage } from './kubernetes-reader.ts';

/** Which namespaces a question goes to; [undefined] stands for all at once. */
export type NamespaceScope = (asked: string | undefined) => (string | undefined)[];

/** The allow-list as a scope; a namespace outside of it throws DependencyError `refused`. */
export function createNamespaceScope(allowed: readonly string[] | undefined): NamespaceScope {
  if (!allowed || allowed.length === 0) return (asked) => [asked];
  return (asked) => {
    if (asked === undefined) return [...allowed];
    if (allowed.includes(asked)) return [asked];
    const message = `the namespace ${asked} is not on the allow-list (${allowed.join(', ')})`;
    throw new DependencyError('kubernetes', 'refused', message);
  };
}

/** Lists in every namespace of a scope, as one. */
export async function listInScope<T>(
  namespaces: (string | undefined)[],
  list: (options: ListOptions) => Promise<ListPage<T>>,
  options: Omit<ListOptions, 'namespace' | 'start'>,
): Promise<T[]> {
  const pages = await Promise.all(namespaces.map((namespace) => list({ ...options, namespace })));
  return pages.flatMap(({ items }) => items);
}
