import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { findServices, podsOfService } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { EndpointSlice, Service } from './kubernetes-types.ts';

type ServiceHealth = CapabilityOutput<'service.health'>;

function notFound(service: string, namespace: string | undefined): ServiceHealth {
  const none = { selector: {}, ports: [], readyEndpoints: [], notReadyEndpoints: [], matchingPods: 0 };
  return { service, namespace: namespace ?? '', found: false, ...none };
}

/** Addresses of a slice with port and pod; a missing ready condition means ready, as in the API. */
function addressesOf({ endpoints, ports }: EndpointSlice, ready: boolean): string[] {
  const port = ports?.[0]?.port;
  return (endpoints ?? [])
    .filter(({ conditions }) => (conditions?.ready ?? true) === ready)
    .flatMap(({ addresses, targetRef }) =>
      addresses.map((address) => `${address}${port ? `:${port}` : ''}${targetRef?.name ? ` ${targetRef.name}` : ''}`),
    );
}

function readPorts(service: Service): ServiceHealth['ports'] {
  return (service.spec?.ports ?? []).map(({ name, port, targetPort }) => {
    return { name: name ?? null, port, targetPort: String(targetPort ?? port) };
  });
}

function describe(health: ServiceHealth, others: string[]): string {
  const { service, namespace, found, ports, readyEndpoints, notReadyEndpoints, matchingPods } = health;
  if (!found) return `there is no service named ${service}`;
  return [
    `${namespace}/${service}: ${readyEndpoints.length} ready and ${notReadyEndpoints.length} not ready endpoints, ${matchingPods} pods match its selector`,
    `ports: ${ports.map(({ port, targetPort }) => `${port} to ${targetPort}`).join(', ') || 'none'}`,
    ...readyEndpoints.map((one) => `ready ${one}`),
    ...notReadyEndpoints.map((one) => `NOT READY ${one}`),
    ...(others.length > 0 ? [`(the name is also used in ${others.join(', ')})`] : []),
  ].join('\n');
}

/** `get_service_health`: a service's selector, ports and endpoints, ready and not. */
export function getServiceHealth({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('service.health', {
    title: 'Health of a service',
    description:
      'A Kubernetes service with its ports, its ready and not ready endpoints, and the pods that it selects.',
    run: async ({ service: name, namespace: asked }, { signal }) => {
      const where = { reader: await reader(), namespaces: scope(asked), signal };
      const [service, ...others] = await findServices(where, name);
      if (!service) return { data: notFound(name, asked), text: describe(notFound(name, asked), []) };
      const namespace = service.metadata?.namespace ?? '';
      const labelSelector = `kubernetes.io/service-name=${name}`;
      const [slices, pods] = await Promise.all([
        where.reader.endpointSlices({ namespace, labelSelector, signal }),
        podsOfService(where, service),
      ]);
      const data = {
        service: name,
        namespace,
        found: true,
        selector: service.spec?.selector ?? {},
        ports: readPorts(service),
        readyEndpoints: slices.items.flatMap((slice) => addressesOf(slice, true)),
        notReadyEndpoints: slices.items.flatMap((slice) => addressesOf(slice, false)),
        matchingPods: pods.length,
      };
      return {
        data,
        text: describe(
          data,
          others.map(({ metadata }) => metadata?.namespace ?? ''),
        ),
      };
    },
  });
}
