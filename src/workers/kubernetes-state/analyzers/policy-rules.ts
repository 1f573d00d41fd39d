import type { KubernetesState } from '../kubernetes-state.ts';
import { isRecord, type Raw, recordsAt, textAt, textMapAt, textsAt, valueAt } from '../raw.ts';
import { type Selectable, sameNamespace } from '../relations.ts';

export type Side = 'ingress' | 'egress';

/** True when the policy's selector covers a pod. */
export function covers(spec: Raw, { labels }: Selectable): boolean {
  return matches(valueAt(spec, 'podSelector'), labels);
}

/** True when the policy limits that side of the traffic. */
export function applies(spec: Raw, side: Side): boolean {
  const types = textsAt(spec, 'policyTypes').map((type) => type.toLowerCase());
  return types.length > 0 ? types.includes(side) : side === 'ingress' || spec.egress !== undefined;
}

/** True when a label selector covers the labels: absent covers nothing here, empty everything. */
export function matches(selector: unknown, labels: Record<string, string>): boolean {
  if (!isRecord(selector)) return false;
  const wanted = textMapAt(selector, 'matchLabels');
  const expressions = recordsAt(selector, 'matchExpressions').every((one) => {
    const value = labels[textAt(one, 'key') ?? ''];
    const values = textsAt(one, 'values');
    const operator = textAt(one, 'operator');
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    return operator === 'Exists' ? value !== undefined : value === undefined;
  });
  return expressions && Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** True when a rule lets the traffic from (or to) a peer through. */
export function allows(
  state: KubernetesState,
  rule: Raw,
  side: Side,
  peer: Selectable,
  port: string | null,
  namespace: string | null,
): boolean {
  const ports = recordsAt(rule, 'ports');
  const portFits = port === null || ports.length === 0 || ports.some((one) => holdsPort(one, port));
  const peers = recordsAt(rule, side === 'ingress' ? 'from' : 'to');
  return portFits && (peers.length === 0 || peers.some((one) => allowsPeer(state, one, peer, namespace)));
}

/** True when a port of a rule is that one, or a range with it; a port by its name may be any. */
function holdsPort(rule: Raw, port: string): boolean {
  const [from, to] = [textAt(rule, 'port'), textAt(rule, 'endPort')];
  if (from === null || !/^\d+$/.test(from) || !/^\d+$/.test(port)) return true;
  return Number(port) >= Number(from) && Number(port) <= Number(to ?? from);
}

function allowsPeer(state: KubernetesState, rule: Raw, peer: Selectable, namespace: string | null): boolean {
  if (rule.ipBlock !== undefined) return /^0\.0\.0\.0\/0$|^10\./.test(textAt(rule, 'ipBlock', 'cidr') ?? '');
  const pod = rule.podSelector === undefined || matches(rule.podSelector, peer.labels);
  if (rule.namespaceSelector === undefined) return pod && sameNamespace(peer.namespace, namespace);
  const place = (state.others.get('Namespace') ?? []).find((one) => one.name === peer.namespace);
  const labels = { 'kubernetes.io/metadata.name': peer.namespace ?? '', name: peer.namespace ?? '', ...place?.labels };
  return pod && matches(rule.namespaceSelector, labels);
}

/** A rule in a few words. */
export function described(rule: Raw, side: Side): string {
  const peers = recordsAt(rule, side === 'ingress' ? 'from' : 'to').map((peer) => {
    const parts = (['podSelector', 'namespaceSelector'] as const).flatMap((member) =>
      Object.entries(textMapAt(peer, member, 'matchLabels')).map(
        ([key, value]) => `${member === 'podSelector' ? 'pods' : 'namespaces'} with ${key}=${value}`,
      ),
    );
    return parts.join(' in ') || (textAt(peer, 'ipBlock', 'cidr') ?? '');
  });
  const ports = recordsAt(rule, 'ports').flatMap((one) => textAt(one, 'port') ?? []);
  return [peers.filter(Boolean).join(', '), ports.length > 0 ? `on port ${ports.join(', ')}` : '']
    .filter(Boolean)
    .join(' ');
}
