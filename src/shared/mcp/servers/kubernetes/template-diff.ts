import type { ReplicaSet } from './kubernetes-types.ts';

type Template = NonNullable<ReplicaSet['spec']>['template'];

/**
 * What is different between two pod templates as the lines of a diff: resources, and which containers there are. Images are
 * told in the title, and a version says nothing of what is in it.
 */
export function templateDiff(before: Template, after: Template): string {
  const [was, is] = [linesOf(before), linesOf(after)];
  const removed = was.filter((line) => !is.includes(line)).map((line) => `-${line}`);
  const added = is.filter((line) => !was.includes(line)).map((line) => `+${line}`);
  return [...removed, ...added].join('\n');
}

function linesOf(template: Template): string[] {
  return (template?.spec?.containers ?? []).flatMap(({ name, resources }) => [
    ...settings(`${name} limits`, resources?.limits),
    ...settings(`${name} requests`, resources?.requests),
  ]);
}

const settings = (of: string, values: Record<string, string> = {}) =>
  Object.entries(values).map(([name, value]) => `${of.replaceAll(' ', '.')}.${name}: ${value}`);
