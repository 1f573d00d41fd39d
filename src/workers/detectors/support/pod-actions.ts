import type { Action } from '../../../shared/report.ts';
import { findAction } from './find-action.ts';
import { isKubernetesName } from './names.ts';
import { shellCommand } from './shell.ts';

/** What to look at for a pod in trouble, where it is first if its namespace is not known; nothing for a name that Kubernetes would not accept. */
export function podActions(pod: string, namespace: string, container: string | null): Action[] {
  if (!isKubernetesName(pod)) return [];
  if (!isKubernetesName(namespace)) return findAction('pod', pod);
  const inside = container && isKubernetesName(container) ? ['--container', container] : [];
  return [
    {
      title: 'Read the last words before the restart',
      command: shellCommand('kubectl', 'logs', pod, '--namespace', namespace, ...inside, '--previous', '--tail', '100'),
      risk: null,
    },
    {
      title: 'See state, limits and events of the pod',
      command: shellCommand('kubectl', 'describe', 'pod', pod, '--namespace', namespace),
      risk: null,
    },
  ];
}
