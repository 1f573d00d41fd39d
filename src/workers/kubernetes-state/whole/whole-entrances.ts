import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { type Raw, recordAt, recordsAt, textAt, textsAt } from '../raw.ts';
import { objectNamed, sameNamespace } from '../relations.ts';

/** An Ingress whose every path leads to a service and a port that were shown, with the certificate that it names, and without rules of one controller. */
export function isWholeIngress(state: KubernetesState, { raw, namespace, annotations }: Meta): boolean {
  const spec = recordAt(raw, 'spec');
  const classes = state.others.get('IngressClass') ?? [];
  const own = textAt(spec, 'ingressClassName');
  const rules = recordsAt(spec, 'rules');
  const paths = rules.flatMap((rule) => recordsAt(rule, 'http', 'paths'));
  const backends = [
    ...paths.map((one) => recordAt(one, 'backend')),
    ...(spec.defaultBackend ? [recordAt(spec, 'defaultBackend')] : []),
  ];
  const hosts = rules.flatMap((rule) => textAt(rule, 'host') ?? []);
  return (
    backends.length > 0 &&
    Object.keys(annotations).every((key) => /^(?:kubectl\.kubernetes\.io|meta\.helm\.sh)\//.test(key)) &&
    own !== null &&
    (classes.length === 0 || classes.some((one) => one.name === own)) &&
    paths.every(
      (one) => /^(?:Prefix|Exact)$/.test(textAt(one, 'pathType') ?? '') && (textAt(one, 'path') ?? '').startsWith('/'),
    ) &&
    backends.every((one) => leads(state, one, namespace)) &&
    recordsAt(spec, 'tls').every(
      (one) =>
        isForTls(objectNamed(state, 'Secret', textAt(one, 'secretName') ?? '', namespace)) &&
        textsAt(one, 'hosts').every((host) => hosts.includes(host)),
    )
  );
}

function leads({ services }: KubernetesState, backend: Raw, namespace: string | null): boolean {
  const [own, port] = [textAt(backend, 'service', 'name'), recordAt(backend, 'service', 'port')];
  const service = services.find((one) => one.name === own && sameNamespace(one.namespace, namespace));
  const asked = textAt(port, 'number') ?? textAt(port, 'name');
  return service?.ports.some((one) => String(one.port) === asked || one.name === asked) ?? false;
}

const isForTls = (secret: Meta | null): boolean => {
  const held = { ...recordAt(secret?.raw, 'data'), ...recordAt(secret?.raw, 'stringData') };
  return textAt(secret?.raw, 'type') === 'kubernetes.io/tls' && 'tls.crt' in held && 'tls.key' in held;
};

/** An autoscaler of a workload that was shown, by a resource that each of its containers requests. */
export function isWholeAutoscaler({ workloads }: KubernetesState, { raw, namespace }: Meta): boolean {
  const spec = recordAt(raw, 'spec');
  const [kind, own] = [textAt(spec, 'scaleTargetRef', 'kind'), textAt(spec, 'scaleTargetRef', 'name')];
  const target = workloads.find(
    (one) => one.kind === kind && one.name === own && sameNamespace(one.namespace, namespace),
  );
  const [least, most] = [spec.minReplicas ?? 1, spec.maxReplicas];
  const metrics = recordsAt(spec, 'metrics');
  return (
    target !== undefined &&
    typeof least === 'number' &&
    typeof most === 'number' &&
    least >= 1 &&
    least <= most &&
    (target.desired ?? least) >= least &&
    (target.desired ?? least) <= most &&
    metrics.length > 0 &&
    metrics.every((one) => {
      const resource = textAt(one, 'resource', 'name') ?? '';
      return (
        textAt(one, 'type') === 'Resource' &&
        /^(?:cpu|memory)$/.test(resource) &&
        (target.template?.containers ?? []).every(({ requests }) => requests[resource] !== undefined)
      );
    })
  );
}

/** How many replicas a workload may have at most, by itself or by its autoscaler. */
export function mostReplicas(
  { others }: KubernetesState,
  { kind, name: own, desired }: { kind: string; name: string; desired: number | null },
): number {
  const scaled = (others.get('HorizontalPodAutoscaler') ?? []).flatMap(({ raw }) => {
    const spec = recordAt(raw, 'spec');
    const most = spec.maxReplicas;
    const isOwn = textAt(spec, 'scaleTargetRef', 'kind') === kind && textAt(spec, 'scaleTargetRef', 'name') === own;
    return isOwn && typeof most === 'number' ? [most] : [];
  });
  return Math.max(desired ?? 1, ...scaled);
}
