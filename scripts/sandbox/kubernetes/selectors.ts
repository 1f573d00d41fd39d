import type { KubernetesObject } from '../scenarios/telemetry-world.ts';
import { KubernetesRefusal } from './kubernetes-refusal.ts';
import type { Resource } from './resources.ts';

type Labels = Record<string, string>;
type Requirement = (labels: Labels) => boolean;

function requirementOf(text: string): Requirement {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((one) => one.trim());
    return (labels) =>
      values.includes(labels[key] ?? '') === (operator === 'in') || (operator === 'notin' && !(key in labels));
  }
  const [, key = '', operator, value = ''] = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(text) ?? [];
  if (operator) return (labels) => (labels[key] === value) === (operator !== '!=');
  const [, absent, name] = /^(!?)([\w./-]+)$/.exec(text) ?? [];
  if (name) return (labels) => name in labels === (absent === '');
  throw new KubernetesRefusal('BadRequest', `unable to parse requirement: found '${text}'`);
}

/** Whether an object fulfils a labelSelector (equality and set based). */
export function labelFilter(selector: string): (object: KubernetesObject) => boolean {
  const parts = selector.split(/,(?![^(]*\))/).map((one) => one.trim());
  const requirements = parts.filter(Boolean).map(requirementOf);
  return ({ metadata }) => {
    const labels = (metadata.labels ?? {}) as Labels;
    return requirements.every((holds) => holds(labels));
  };
}

function fieldOf(object: unknown, path: string): string {
  let value = object;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value === undefined || value === null ? '' : String(value);
}

/** Whether an object fulfils a fieldSelector; labels that the kind does not support are refused. */
export function fieldFilter(selector: string, resource: Resource): (object: KubernetesObject) => boolean {
  const supported = ['metadata.name', 'metadata.namespace', ...(resource.fieldLabels ?? [])];
  const tests = selector
    .split(',')
    .filter(Boolean)
    .map((text) => {
      const [, path = '', operator, value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(text.trim()) ?? [];
      if (!operator) throw new KubernetesRefusal('BadRequest', `invalid field selector: "${text}"`);
      if (!supported.includes(path)) throw new KubernetesRefusal('BadRequest', `field label not supported: ${path}`);
      return (object: KubernetesObject) => (fieldOf(object, path) === value) === (operator !== '!=');
    });
  return (object) => tests.every((holds) => holds(object));
}
