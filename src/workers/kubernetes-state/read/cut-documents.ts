import { isRecord, type Raw } from '../raw.ts';
import type { KubectlCommand } from './kubectl-command.ts';
import { dataIn } from './read-documents.ts';

/** Where members of an object stand whose surroundings a pipe cut off. */
const OF_POD_SPEC =
  /^(?:dnsConfig|dnsPolicy|containers|initContainers|volumes|nodeSelector|tolerations|affinity|serviceAccountName|imagePullSecrets|hostNetwork|topologySpreadConstraints|priorityClassName|nodeName)$/;
const OF_CONTAINER =
  /^(?:env|envFrom|image|resources|livenessProbe|readinessProbe|startupProbe|volumeMounts|command|args)$/;
const OF_SPEC =
  /^(?:selector|template|replicas|strategy|type|clusterIP|externalName|podSelector|policyTypes|ingress|egress|rules|hard|storageClassName|taints|unschedulable|targetPort)$/;
const WORKLOAD = /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/;

const MAX_TEXT = 200_000;

/** The object of which a command printed a member (`-o jsonpath`) or a piece (`-o yaml | sed`); null where the text is neither. */
export function readCutDocument(kubectl: KubectlCommand, text: string): Raw | null {
  const { kinds, name, output, namespace, verb } = kubectl;
  const [kind] = kinds;
  if (verb !== 'get' || !kind || kind === 'all' || !name || !output || text.length > MAX_TEXT) return null;
  const place = namespace === '*' ? null : namespace;
  const body = /^jsonpath/.test(output)
    ? memberOf(output, text)
    : /^(?:yaml|json)$/.test(output)
      ? piece(kind, text)
      : null;
  return (
    body && { ...body, kind, metadata: { ...(isRecord(body.metadata) ? body.metadata : {}), name, namespace: place } }
  );
}

/** One plain path, such as `{.spec.template.spec.containers[0].livenessProbe}`. */
const PATH = /^jsonpath=["']?\{?\.?((?:metadata|spec|status|data)(?:[.[][\w[\]?*@()=."'\\/-]*)?)\}?["']?$/;

function memberOf(output: string, text: string): Raw | null {
  const path = PATH.exec(output)?.[1];
  const shown = text.trim();
  if (!path || shown === '') return null;
  const keys = stepsOf(path);
  const value = valueIn(shown);
  const whole = keys.reduceRight<unknown>((inner, key) => (key === '[]' ? listed(inner) : { [key]: inner }), value);
  return isRecord(whole) ? whole : null;
}

/** `[0]`, `[*]` and filters are some item of a list; a backslash keeps a dot in a key. */
const stepsOf = (path: string): string[] =>
  [...path.matchAll(/\[[^\]]*\]|(?:\\.|[^.[\\])+/g)].map(([step]) =>
    step.startsWith('[') ? '[]' : step.replaceAll('\\', ''),
  );

/** What several items printed one after the other is taken for the first one's. */
const listed = (value: unknown): unknown[] => [value];

function valueIn(shown: string): unknown {
  if (!/^[{[]/.test(shown)) return shown;
  const found = dataIn(shown);
  return found === undefined ? shown : found;
}

function piece(kind: string, text: string): Raw | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^--$/.test(line));
  const data = dataIn(withoutHead(lines).join('\n'));
  if (!isRecord(data)) return null;
  const parts = Object.entries(data).map(([key, value]) => placed(kind, key, value));
  return parts.some((part) => part !== null) ? parts.reduce<Raw>((whole, part) => merged(whole, part ?? {}), {}) : null;
}

/** The lines as far as they stand at the depth of the least indented one, moved to the left edge. */
function withoutHead(lines: string[]): string[] {
  const depthOf = (line: string) => line.length - line.trimStart().length;
  const least = Math.min(...lines.map(depthOf));
  const from = lines.findIndex((line) => depthOf(line) === least);
  return lines.slice(Math.max(0, from)).map((line) => line.slice(Number.isFinite(least) ? least : 0));
}

function placed(kind: string, key: string, value: unknown): Raw | null {
  if (/^(?:spec|status|data|metadata)$/.test(key)) return { [key]: value };
  if (OF_POD_SPEC.test(key)) return podSpec(kind, { [key]: value });
  if (OF_CONTAINER.test(key)) return podSpec(kind, { containers: [{ [key]: value }] });
  if (OF_SPEC.test(key)) return { spec: { [key]: value } };
  return key === 'conditions' ? { status: { conditions: value } } : null;
}

const podSpec = (kind: string, spec: Raw): Raw =>
  WORKLOAD.test(kind) ? { spec: { template: { spec } } } : kind === 'Pod' ? { spec } : {};

function merged(left: Raw, right: Raw): Raw {
  const both: Raw = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const known = both[key];
    if (isRecord(known) && isRecord(value)) both[key] = merged(known, value);
    else if (Array.isArray(known) && Array.isArray(value) && isRecord(known[0]) && isRecord(value[0]))
      both[key] = [merged(known[0], value[0])];
    else both[key] = value;
  }
  return both;
}
