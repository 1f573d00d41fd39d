import type { Raw } from '../raw.ts';
import { describeTime } from './ages.ts';
import { fieldOf, linesOf, nodeOf, pairsOf, type TreeNode } from './describe-tree.ts';

/** A container of a describe page in the form of the API: its part of `spec` and its part of `status`. */
export function describedContainer(node: TreeNode): { spec: Raw; status: Raw | null } {
  const { children } = node;
  const name = node.key ?? '';
  const spec: Raw = {
    name,
    image: fieldOf(children, 'Image'),
    command: linesOf(nodeOf(children, 'Command')),
    args: linesOf(nodeOf(children, 'Args')),
    ports: portsOf(fieldOf(children, 'Port') ?? fieldOf(children, 'Ports')),
    resources: { limits: pairsBelow(children, 'Limits'), requests: pairsBelow(children, 'Requests') },
    env: envOf(nodeOf(children, 'Environment')),
    envFrom: envFromOf(nodeOf(children, 'Environment Variables from')),
    volumeMounts: mountsOf(nodeOf(children, 'Mounts')),
    ...probesOf(children),
  };
  const told = ['State', 'Last State', 'Restart Count'].some((key) => nodeOf(children, key));
  return { spec, status: told ? statusOf(name, children) : null };
}

function statusOf(name: string, children: TreeNode[]): Raw {
  const ready = fieldOf(children, 'Ready');
  return {
    name,
    ready: ready === null ? null : ready === 'True',
    restartCount: Number(fieldOf(children, 'Restart Count') ?? Number.NaN),
    state: stateOf(nodeOf(children, 'State')),
    lastState: stateOf(nodeOf(children, 'Last State')),
  };
}

function stateOf(node: TreeNode | undefined): Raw {
  if (!node) return {};
  const exitCode = fieldOf(node.children, 'Exit Code');
  const detail = {
    reason: fieldOf(node.children, 'Reason'),
    message: linesOf(nodeOf(node.children, 'Message')).join(' ') || null,
    exitCode: exitCode === null ? null : Number(exitCode),
    startedAt: describeTime(fieldOf(node.children, 'Started')),
    finishedAt: describeTime(fieldOf(node.children, 'Finished')),
  };
  return { [node.value.toLowerCase() || 'unknown']: detail };
}

function pairsBelow(children: TreeNode[], key: string): Raw {
  const found = nodeOf(children, key)?.children ?? [];
  return Object.fromEntries(found.flatMap(({ key: name, value }) => (name ? [[name, value]] : [])));
}

function portsOf(text: string | null): Raw[] {
  return (text ?? '').split(/,\s*/).flatMap((part) => {
    const match = /^(\d{1,5})\/(\w+)(?:\s+\((\S+)\))?/.exec(part.trim());
    return match ? [{ containerPort: Number(match[1]), protocol: match[2], name: match[3] ?? null }] : [];
  });
}

const SET_TO_KEY = /<set to the key '([^']+)' (?:in|of) (secret|config map) '([^']+)'>(?:\s+Optional:\s*(\w+))?/i;

function envOf(node: TreeNode | undefined): Raw[] {
  return (node?.children ?? []).flatMap(({ key, value }): Raw[] => {
    if (!key) return [];
    const reference = SET_TO_KEY.exec(value);
    if (!reference) return [{ name: key, value }];
    const [, item, kind = '', name, optional] = reference;
    const selector = { name, key: item, optional: optional === 'true' };
    return [
      { name: key, valueFrom: /secret/i.test(kind) ? { secretKeyRef: selector } : { configMapKeyRef: selector } },
    ];
  });
}

function envFromOf(node: TreeNode | undefined): Raw[] {
  return linesOf(node).flatMap((line) => {
    const match = /^(\S+)\s+(ConfigMap|Secret)(?:\s+with prefix '[^']*')?\s+Optional:\s*(\w+)/.exec(line);
    if (!match) return [];
    const reference = { name: match[1], optional: match[3] === 'true' };
    return [match[2] === 'Secret' ? { secretRef: reference } : { configMapRef: reference }];
  });
}

function mountsOf(node: TreeNode | undefined): Raw[] {
  return linesOf(node).flatMap((line) => {
    const match = /^(\S+) from (\S+) \(([^)]*)\)/.exec(line);
    if (!match) return [];
    const subPath = /path="([^"]*)"/.exec(match[3] ?? '')?.[1] ?? null;
    return [{ mountPath: match[1], name: match[2], subPath }];
  });
}

function probesOf(children: TreeNode[]): Raw {
  return {
    livenessProbe: probeOf(fieldOf(children, 'Liveness')),
    readinessProbe: probeOf(fieldOf(children, 'Readiness')),
    startupProbe: probeOf(fieldOf(children, 'Startup')),
  };
}

/** `http-get http://:8080/health delay=5s timeout=1s period=3s #success=1 #failure=3` */
function probeOf(text: string | null): Raw | null {
  if (!text) return null;
  const seconds = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)s`).exec(text)?.[1] ?? Number.NaN);
  const timing = {
    initialDelaySeconds: seconds('delay'),
    timeoutSeconds: seconds('timeout'),
    periodSeconds: seconds('period'),
    failureThreshold: Number(/#failure=(\d+)/.exec(text)?.[1] ?? Number.NaN),
  };
  const http = /^https?-get\s+\w+:\/\/[^:/]*:([\w-]+)(\/\S*)?/i.exec(text);
  if (http) return { httpGet: { port: http[1], path: http[2] ?? '/' }, ...timing };
  const tcp = /^tcp-socket\s+[^:]*:([\w-]+)/i.exec(text);
  if (tcp) return { tcpSocket: { port: tcp[1] }, ...timing };
  const grpc = /^grpc\s+<pod>:(\d+)/i.exec(text);
  if (grpc) return { grpc: { port: grpc[1] }, ...timing };
  const exec = /^exec\s+\[(.*?)\]\s+delay=/i.exec(text);
  return exec ? { exec: { command: (exec[1] ?? '').split(' ') }, ...timing } : timing;
}

/** The volumes of a describe page in the form of the API. */
export function describedVolumes(node: TreeNode | undefined): Raw[] {
  return (node?.children ?? []).flatMap(({ key, children }) => {
    if (!key) return [];
    const type = fieldOf(children, 'Type') ?? '';
    const optional = fieldOf(children, 'Optional') === 'true';
    if (/^PersistentVolumeClaim/.test(type))
      return [{ name: key, persistentVolumeClaim: { claimName: fieldOf(children, 'ClaimName') } }];
    if (/^ConfigMap/.test(type)) return [{ name: key, configMap: { name: fieldOf(children, 'Name'), optional } }];
    if (/^Secret/.test(type)) return [{ name: key, secret: { secretName: fieldOf(children, 'SecretName'), optional } }];
    return [{ name: key }];
  });
}

/** The `Tolerations` of a describe page in the form of the API. */
export function describedTolerations(node: TreeNode | undefined): Raw[] {
  return linesOf(node).map((line) => {
    const match = /^([^\s:=]*)(?:=([^\s:]*))?(?::(\w+))?/.exec(line);
    return {
      key: match?.[1] || null,
      value: match?.[2] ?? null,
      effect: match?.[3] ?? null,
      operator: /op=Exists/.test(line) ? 'Exists' : 'Equal',
    };
  });
}

/** `key=value` pairs such as node selectors. */
export const describedPairs = (children: TreeNode[], key: string): Record<string, string> =>
  pairsOf(nodeOf(children, key));
