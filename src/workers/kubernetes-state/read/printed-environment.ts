import type { Raw } from '../raw.ts';
import type { KubectlCommand } from './kubectl-command.ts';

const ASKS = /^(?:sh -c\s+)?["']?(?:\/usr\/bin\/)?(?:env|printenv)\b/;
const PAIR = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;
/** What the kubelet and the image put there, which nobody set. */
const NOT_SET =
  /^(?:PATH|HOME|HOSTNAME|PWD|TERM|SHLVL|_|LANG|LC_\w+|KUBERNETES_\w+|\w+_(?:PORT|SERVICE_HOST|SERVICE_PORT)(?:_\w+)?)$/;

/** The container of which `kubectl exec … -- env` printed the variables, as a part of its pod or workload; null for other commands. */
export function readEnvironment(kubectl: KubectlCommand, text: string): Raw | null {
  const { inside, kinds, name, container } = kubectl;
  if (!inside || !ASKS.test(inside) || !name || !kinds[0]) return null;
  const env = text.split('\n', 2000).flatMap((line) => {
    const [, variable = '', value = ''] = PAIR.exec(line.trim()) ?? [];
    return variable === '' || NOT_SET.test(variable) ? [] : [{ name: variable, value }];
  });
  if (env.length === 0) return null;
  const spec = { containers: [{ ...(container && { name: container }), env }] };
  const namespace = kubectl.namespace === '*' ? null : kubectl.namespace;
  return {
    kind: kinds[0],
    metadata: { name, namespace },
    spec: kinds[0] === 'Pod' ? spec : { template: { spec } },
  };
}
