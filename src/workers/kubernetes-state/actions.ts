import type { Action } from '../../shared/report.ts';
import { isKubernetesName } from '../detectors/support/names.ts';
import { shellCommand } from '../detectors/support/shell.ts';

/** A look at an object by `kubectl describe`; none for names that Kubernetes would not accept. */
export function describeAction(kind: string, name: string, namespace: string | null, title: string): Action[] {
  if (!isKubernetesName(name) || (namespace !== null && !isKubernetesName(namespace))) return [];
  const place = namespace ? ['--namespace', namespace] : [];
  return [{ title, command: shellCommand('kubectl', 'describe', kind.toLowerCase(), name, ...place), risk: null }];
}

/** A list of a kind by `kubectl get`. */
export function listAction(kind: string, namespace: string | null, title: string, wide = true): Action[] {
  if (namespace !== null && !isKubernetesName(namespace)) return [];
  const place = namespace ? ['--namespace', namespace] : [];
  return [
    {
      title,
      command: shellCommand('kubectl', 'get', kind.toLowerCase(), ...place, wide ? '-o' : null, wide ? 'wide' : null),
      risk: null,
    },
  ];
}

/** The last words of a container. */
export function logAction(
  pod: string,
  namespace: string | null,
  container: string | null,
  previous: boolean,
): Action[] {
  if (!isKubernetesName(pod) || (namespace !== null && !isKubernetesName(namespace))) return [];
  const place = namespace ? ['--namespace', namespace] : [];
  const inside = container && isKubernetesName(container) ? ['--container', container] : [];
  const words = ['kubectl', 'logs', pod, ...place, ...inside, ...(previous ? ['--previous'] : []), '--tail', '100'];
  return [
    {
      title: previous ? 'Read the last words before the restart' : 'Read the log',
      command: shellCommand(...words),
      risk: null,
    },
  ];
}

/** A change that only people decide. */
export const changeAction = (title: string, risk: string): Action => ({ title, command: null, risk });
