import type { Raw } from '../raw.ts';
import { fieldOf, nodeOf, type TreeNode } from './describe-tree.ts';

/** The kind that the page of a custom resource tells itself (`API Version:` and `Kind:`); null for other pages. */
export const kindOfCustom = (nodes: TreeNode[]): string | null =>
  nodeOf(nodes, 'API Version') ? fieldOf(nodes, 'Kind') : null;

/** `spec` and `status` of the page of a custom resource, whose member names kubectl prints in words (`Label Selectors`). */
export function describedCustom(nodes: TreeNode[]): Raw {
  return {
    spec: membersOf(nodeOf(nodes, 'Spec')?.children ?? []),
    status: membersOf(nodeOf(nodes, 'Status')?.children ?? []),
  };
}

/** Members of one level; a member that comes again begins the next item of a list, which kubectl prints without a sign. */
function membersOf(nodes: TreeNode[]): unknown {
  if (nodes.length > 0 && nodes.every(({ key, children }) => key === null && children.length === 0))
    return nodes.map(({ value }) => value);
  const items: Raw[] = [{}];
  for (const { key, value, children } of nodes) {
    if (key === null) continue;
    const member = memberName(key);
    if (Object.hasOwn(items.at(-1) ?? {}, member)) items.push({});
    const last = items.at(-1);
    if (last) last[member] = children.length > 0 ? asListed(member, membersOf(children)) : value;
  }
  return items.length > 1 ? items : items[0];
}

/** Members that are lists by the conventions of the API and of the resources that we read; kubectl prints a list of one like an object. */
const LISTS =
  /^(?:conditions|parents|parentRefs|listeners|rules|backendRefs|matches|subsets|http|tcp|tls|route|servers|triggers|ports|from|principals)$/;

const asListed = (member: string, value: unknown): unknown =>
  LISTS.test(member) && !Array.isArray(value) ? [value] : value;

/** `Label Selectors` is `labelSelectors`; keys of maps (labels) stay as they are. */
function memberName(key: string): string {
  if (!/^[A-Z][\w]*(?: [A-Z0-9]\w*)*$/.test(key)) return key;
  const [first = '', ...rest] = key.split(' ');
  return [
    /^[A-Z]+$/.test(first) && first.length > 1 ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1),
    ...rest,
  ].join('');
}
