import { groupsOfResource } from '../api-groups.ts';
import type { KubernetesState, Meta, Workload } from '../kubernetes-state.ts';
import { type Raw, recordsAt, textAt, textsAt } from '../raw.ts';
import { objectNamed } from '../relations.ts';

const isUnderOwnGroup = (resource: string, groups: unknown[]): boolean =>
  groupsOfResource(resource)?.some((group) => groups.includes(group)) ?? false;

/** A role whose resources all stand under a group that has them; who may only look at some by name cannot list them. */
export const isWholeRole = (_: KubernetesState, { raw }: Meta): boolean =>
  recordsAt(raw, 'rules').every((rule) => {
    const groups = Array.isArray(rule.apiGroups) ? rule.apiGroups : [];
    const verbs = textsAt(rule, 'verbs');
    return (
      verbs.length > 0 &&
      textsAt(rule, 'resources').every((one) => isUnderOwnGroup(one, groups)) &&
      (rule.resourceNames === undefined || !verbs.some((verb) => /^(?:list|watch|create|\*)$/.test(verb)))
    );
  });

/** A binding of a role that was shown to accounts that were shown. */
export function isWholeBinding(state: KubernetesState, { raw, namespace }: Meta): boolean {
  return (
    roleOf(state, raw, namespace) !== null &&
    recordsAt(raw, 'subjects').every(
      (one) =>
        textAt(one, 'kind') === 'ServiceAccount' &&
        objectNamed(state, 'ServiceAccount', textAt(one, 'name') ?? '', textAt(one, 'namespace') ?? namespace) !== null,
    )
  );
}

function roleOf(state: KubernetesState, binding: Raw, namespace: string | null): Meta | null {
  const kind = textAt(binding, 'roleRef', 'kind') ?? '';
  return objectNamed(state, kind, textAt(binding, 'roleRef', 'name') ?? '', kind === 'Role' ? namespace : null);
}

/** True where a workload's account may list a resource of its own namespace, by the roles that are bound there. */
export function mayList(state: KubernetesState, { template, namespace }: Workload, resource: string): boolean {
  const account = template?.serviceAccount ?? 'default';
  const bound = (state.others.get('RoleBinding') ?? []).filter(({ raw, namespace: place }) =>
    recordsAt(raw, 'subjects').some(
      (one) =>
        textAt(one, 'kind') === 'ServiceAccount' &&
        textAt(one, 'name') === account &&
        (textAt(one, 'namespace') ?? place) === namespace &&
        place === namespace,
    ),
  );
  return bound
    .flatMap(({ raw, namespace: place }) => recordsAt(roleOf(state, raw, place)?.raw, 'rules'))
    .some(
      (rule) =>
        rule.resourceNames === undefined &&
        textsAt(rule, 'resources').includes(resource) &&
        Array.isArray(rule.apiGroups) &&
        isUnderOwnGroup(resource, rule.apiGroups) &&
        ['get', 'list'].every((verb) => textsAt(rule, 'verbs').includes(verb)),
    );
}
