import type { Action } from '../../../shared/report.ts';
import { isKubernetesName } from './names.ts';
import { shellCommand } from './shell.ts';

/** A look for an object in all namespaces, where its own is not known; none for names that Kubernetes would not accept. */
export function findAction(kind: string, name: string): Action[] {
  if (!isKubernetesName(name)) return [];
  const words = ['kubectl', 'get', kind, '--all-namespaces', '--field-selector', `metadata.name=${name}`];
  return [{ title: `Find the namespace of ${name}`, command: shellCommand(...words), risk: null }];
}
