import { describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta, Pod } from '../kubernetes-state.ts';
import { saidBy } from '../logs/pod-log.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { recordAt, textAt } from '../raw.ts';
import { sameNamespace, workloadName } from '../relations.ts';

/** Finds programs without the mesh's proxy whose calls break off because the mesh demands mutual TLS. */
export const meshSecurity: Analyzer = ({ state }) =>
  (state.others.get('PeerAuthentication') ?? [])
    .filter(({ raw }) => textAt(raw, 'spec', 'mtls', 'mode') === 'STRICT')
    .flatMap((rule) => outsiders(state, rule))
    .slice(0, 1);

/** What a caller without a proxy sees of a callee that accepts only mutual TLS. */
const BROKEN = /^(?:connection-lost|tls-mismatch|service-unavailable|certificate)$/;

function outsiders(state: KubernetesState, rule: Meta): Diagnosis[] {
  const book = nameBook(state);
  const groups = Map.groupBy(
    state.logs.filter(({ command, namespace }) => !command && sameNamespace(namespace, rule.namespace)),
    writerOf,
  );
  return [...groups].flatMap(([owner, logs]) => {
    const said = saidBy(logs);
    if (!said || !BROKEN.test(said.line.kind?.name ?? '')) return [];
    const pods = state.pods.filter((pod) => workloadName(pod) === owner);
    if (pods.length > 0 && pods.every(hasProxy)) return [];
    const callee = namedIn(said.line.text, book).find((one) => one !== owner) ?? null;
    return [
      diagnosis({
        kind: 'mesh-mtls',
        class: 'network',
        statement: `PeerAuthentication ${name(rule.name)} demands mutual TLS (mTLS mode STRICT)${callee ? ` of callers of ${name(callee)}` : ''}, and ${name(owner)} calls in plain text${pods.length > 0 ? ' because its pods have no proxy of the mesh' : ''}, so its connections break off: ${quote(said.line.text, 160)}`,
        component: owner,
        namespace: rule.namespace,
        touches: [owner, rule.name, callee ?? ''],
        confidence: pods.length > 0 ? 0.84 : 0.7,
        evidence: [...rule.evidence, said.log.evidence, ...pods.flatMap(({ evidence }) => evidence)],
        actions: describeAction('peerauthentication', rule.name, rule.namespace, 'See what the mesh demands'),
        prevention: ['Let PERMISSIVE mode stay until every caller has a proxy.'],
      }),
    ];
  });
}

const hasProxy = (pod: Pod): boolean =>
  Number(textAt(recordAt(pod.raw, 'status'), 'containers') ?? 0) > 1 ||
  pod.template.containers.some(({ name: own }) => /^(?:istio-proxy|linkerd-proxy|envoy)$/.test(own));
