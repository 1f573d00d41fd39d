import type { Meta } from '../kubernetes-state.ts';
import { numberAt, recordAt, recordsAt, textsAt, valueAt } from '../raw.ts';

/** EndpointSlices as the Endpoints object of their service; several slices of one service are one. */
export function endpointsOfSlices(slices: Meta[]): Meta[] {
  const groups = Map.groupBy(slices, (slice) => `${slice.namespace ?? ''}|${serviceOf(slice)}`);
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    if (!first) return [];
    return [
      {
        ...first,
        kind: 'Endpoints',
        name: key.slice(key.indexOf('|') + 1),
        evidence: [...new Set(group.flatMap(({ evidence }) => evidence))],
        raw: {
          kind: 'Endpoints',
          endpointTexts: group.flatMap((slice) => addresses(slice, true)),
          notReadyTexts: group.flatMap((slice) => addresses(slice, false)),
        },
      },
    ];
  });
}

/** The service's name by the slice's label or owner, else by its own name without the suffix that Kubernetes adds. */
function serviceOf({ labels, owner, name }: Meta): string {
  return (
    labels['kubernetes.io/service-name'] ?? (owner?.kind === 'Service' ? owner.name : name.replace(/-[a-z0-9]{5}$/, ''))
  );
}

function addresses({ raw }: Meta, ready: boolean): string[] {
  if (Array.isArray(raw.endpointTexts)) return ready ? textsAt(raw, 'endpointTexts') : [];
  const ports = recordsAt(raw, 'ports').flatMap((port) => numberAt(port, 'port') ?? []);
  return recordsAt(raw, 'endpoints')
    .filter((endpoint) => (valueAt(recordAt(endpoint, 'conditions'), 'ready') !== false) === ready)
    .flatMap((endpoint) => textsAt(endpoint, 'addresses'))
    .flatMap((address) => (ports.length > 0 ? ports.map((port) => `${address}:${port}`) : [address]));
}
