import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { recordAt, recordsAt, textAt } from '../raw.ts';
import { isMissing, objectNamed, sameNamespace } from '../relations.ts';

/** Finds ingresses (and Gateway routes) that lead to a service, port, class or secret that does not exist. */
export const ingresses: Analyzer = (context) => [
  ...(context.state.others.get('Ingress') ?? []).flatMap((ingress) => [
    ...wrongClass(context.state, ingress),
    ...wrongBackends(context, ingress, backendsOf(ingress)),
    ...missingSecrets(context.state, ingress),
  ]),
  ...['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'].flatMap((kind) =>
    (context.state.others.get(kind) ?? []).flatMap((route) => wrongBackends(context, route, routeBackends(route))),
  ),
];

type Backend = { service: string; port: string | null; namespace: string | null };

function backendsOf({ raw, namespace }: Meta): Backend[] {
  const rules = recordsAt(raw, 'spec', 'rules').flatMap((rule) =>
    recordsAt(rule, 'http', 'paths').map((path) => recordAt(path, 'backend')),
  );
  return [...rules, recordAt(raw, 'spec', 'defaultBackend'), recordAt(raw, 'spec', 'backend')].flatMap((backend) => {
    const service = textAt(backend, 'service', 'name') ?? textAt(backend, 'serviceName');
    const port =
      textAt(backend, 'service', 'port', 'number') ??
      textAt(backend, 'service', 'port', 'name') ??
      textAt(backend, 'servicePort');
    return service ? [{ service, port, namespace }] : [];
  });
}

function routeBackends({ raw, namespace }: Meta): Backend[] {
  return recordsAt(raw, 'spec', 'rules').flatMap((rule) =>
    recordsAt(rule, 'backendRefs').flatMap((backend) => {
      const service = textAt(backend, 'name');
      return service
        ? [{ service, port: textAt(backend, 'port'), namespace: textAt(backend, 'namespace') ?? namespace }]
        : [];
    }),
  );
}

function base(
  ingress: Meta,
  kind: string,
  statement: string,
  confidence: number,
  touches: string[],
  evidence: number[] = [],
): Diagnosis {
  return diagnosis({
    kind,
    class: 'network',
    statement: `${ingress.kind} ${name(ingress.name)} ${statement}`,
    component: ingress.name,
    namespace: ingress.namespace,
    touches: [ingress.name, ...touches],
    confidence,
    evidence: [...ingress.evidence, ...evidence],
    actions: [
      ...describeAction(ingress.kind, ingress.name, ingress.namespace, 'See rules, backends and events of the route'),
      changeAction('Correct what the route refers to', 'Changes where requests from outside go.'),
    ],
    prevention: ['Check routes against the services that exist before they are applied.'],
  });
}

function wrongBackends({ state }: Context, ingress: Meta, backends: Backend[]): Diagnosis[] {
  const notes = JSON.stringify(recordAt(ingress.raw, 'status').notes ?? '');
  return backends
    .flatMap(({ service, port, namespace }) => {
      const found = state.services.find((one) => one.name === service && sameNamespace(one.namespace, namespace));
      const missing =
        !found &&
        (isMissing(state, 'Service', service, namespace) ||
          (state.desiredOnly && state.services.length > 0) ||
          /services? "?[\w-]*"? ?not found/i.test(notes));
      if (missing)
        return [
          base(
            ingress,
            'ingress-service',
            `sends requests to Service ${name(service)}, which does not exist, so they fail`,
            0.86,
            [service],
          ),
        ];
      const offered = found?.ports ?? [];
      if (
        !found ||
        !port ||
        offered.length === 0 ||
        offered.some((one) => String(one.port) === port || one.name === port)
      )
        return [];
      return [
        base(
          ingress,
          'ingress-port',
          `sends requests to port ${name(port)} of Service ${name(service)}, which offers port ${offered.map((one) => one.port).join(', ')} only (wrong port)`,
          0.88,
          [service],
          found.evidence,
        ),
      ];
    })
    .slice(0, 2);
}

function wrongClass(state: KubernetesState, ingress: Meta): Diagnosis[] {
  const wanted =
    textAt(ingress.raw, 'spec', 'ingressClassName') ?? ingress.annotations['kubernetes.io/ingress.class'] ?? null;
  const classes = state.others.get('IngressClass') ?? [];
  if (!wanted || objectNamed(state, 'IngressClass', wanted, null)) return [];
  const known = classes.length > 0 || isMissing(state, 'IngressClass', wanted, null);
  const unusual =
    !/^(?:nginx|traefik|alb|haproxy|kong|istio|contour|gce|azure-application-gateway|public|internal|webapprouting\S*)/i.test(
      wanted,
    );
  if (!known && !unusual) return [];
  const there = classes.map((one) => one.name).join(', ');
  const evidence = classes.flatMap((one) => one.evidence);
  return [
    base(
      ingress,
      'ingress-class',
      `asks for the ingress class (ingressClassName) ${name(wanted)}, ${known ? `which does not exist${there ? ` (there is ${there})` : ''}` : 'of which nothing shows that it exists'}, so no controller serves it`,
      known ? 0.9 : 0.6,
      [],
      evidence,
    ),
  ];
}

function missingSecrets(state: KubernetesState, ingress: Meta): Diagnosis[] {
  return recordsAt(ingress.raw, 'spec', 'tls').flatMap((tls) => {
    const secret = textAt(tls, 'secretName');
    if (!secret || !isMissing(state, 'Secret', secret, ingress.namespace)) return [];
    return [
      base(
        ingress,
        'ingress-secret',
        `refers to the TLS Secret ${name(secret)}, which does not exist, so it serves no valid certificate`,
        0.84,
        [secret],
      ),
    ];
  });
}
