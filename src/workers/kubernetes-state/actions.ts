import type { Action } from '../../shared/report.ts';
import { findAction } from '../detectors/support/find-action.ts';
import { isKubernetesName } from '../detectors/support/names.ts';
import { shellCommand } from '../detectors/support/shell.ts';
import { isClusterWide, kindOf } from './read/kind-names.ts';

/** The object that a command is about; `namespace` is null where it is not known, or where the kind has none. */
export type ObjectPlace = { kind: string; name: string; namespace: string | null };

/** An action as it is where no namespace is known, and how it is made once one is; `name` is null for a list. */
export type Sought = Action & {
  sought: { kind: string; name: string | null; inNamespace: (namespace: string) => Action };
};

const kindNamed = (kind: string): string => kindOf(kind) ?? kind;

/** A look at an object by `kubectl describe`; none for names that Kubernetes would not accept. */
export function describeAction(kind: string, name: string, namespace: string | null, title: string): Action[] {
  const place = { kind: kind.toLowerCase(), name, namespace };
  const [find] = findAction(place.kind, name);
  if (!find || !/^[a-z][a-z0-9.-]{0,100}$/.test(place.kind)) return [];
  const make = (where: string[]) => shellCommand('kubectl', 'describe', place.kind, name, ...where);
  return placed(place, (where) => ({ title, command: make(where), risk: null }), find);
}

/** A list of a kind by `kubectl get`. */
export function listAction(kind: string, namespace: string | null, title: string, wide = true): Action[] {
  const make = (where: string[]) =>
    shellCommand('kubectl', 'get', kind.toLowerCase(), ...where, ...(wide ? ['-o', 'wide'] : []));
  const everywhere = { title, command: make(['--all-namespaces']), risk: null };
  const place = { kind: kind.toLowerCase(), name: null, namespace };
  return placed(place, (where) => ({ title, command: make(where), risk: null }), everywhere);
}

/** The last words of a container. */
export function logAction(
  pod: string,
  namespace: string | null,
  container: string | null,
  previous: boolean,
): Action[] {
  const [find] = findAction('pod', pod);
  if (!find) return [];
  const inside = container && isKubernetesName(container) ? ['--container', container] : [];
  const rest = [...inside, ...(previous ? ['--previous'] : []), '--tail', '100'];
  const title = previous ? 'Read the last words before the restart' : 'Read the log';
  const make = (where: string[]) => shellCommand('kubectl', 'logs', pod, ...where, ...rest);
  return placed({ kind: 'pod', name: pod, namespace }, (where) => ({ title, command: make(where), risk: null }), find);
}

/** A change that only people decide. */
export const changeAction = (title: string, risk: string): Action => ({ title, command: null, risk });

/**
 * A change of an object by one command, `words` after `kubectl`; the words alone where its namespace is not known, where Kubernetes would
 * not accept its name, or where `words` is null because the evidence does not tell enough.
 */
export function changeCommand(target: ObjectPlace, words: string[] | null, title: string, risk: string): Action[] {
  const prose = changeAction(title, risk);
  if (words === null || !isKubernetesName(target.name)) return [prose];
  const make = (where: string[]) => ({ title, command: shellCommand('kubectl', ...words, ...where), risk });
  return placed(target, make, prose);
}

/** An action at its place: with the namespace where it is known, without for kinds that have none, else `unplaced` until it is. */
function placed(
  { kind, name, namespace }: Omit<ObjectPlace, 'name'> & { name: string | null },
  make: (where: string[]) => Action,
  unplaced: Action,
): Action[] {
  if (namespace !== null && !isKubernetesName(namespace)) return [];
  if (isClusterWide(kindNamed(kind))) return [make([])];
  const inNamespace = (known: string) => make(['--namespace', known]);
  if (namespace !== null) return [inNamespace(namespace)];
  const sought: Sought = { ...unplaced, sought: { kind: kindNamed(kind), name, inNamespace } };
  return [sought];
}

/** Actions with the namespace that `namespaceOf` tells for what they are about; as they are where it tells none (null). */
export function settledActions(
  actions: Action[],
  namespaceOf: (kind: string, name: string | null) => string | null,
): Action[] {
  return actions.map((action) => {
    if (!('sought' in action)) return action;
    const { sought, ...unplaced } = action as Sought;
    const namespace = namespaceOf(sought.kind, sought.name);
    return namespace !== null && isKubernetesName(namespace) ? sought.inNamespace(namespace) : unplaced;
  });
}
