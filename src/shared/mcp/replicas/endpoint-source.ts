import { z } from 'zod';

const path = z.string().startsWith('/').default('/mcp');
const every = z.number().int().min(1000).max(3_600_000).default(15_000);
const scheme = z.enum(['http', 'https']).default('http');

/** The form of `discover` in a server's entry: where the addresses of its endpoints are looked up, and how often (ms). */
export const endpointSourceSchema = z.union(
  [
    /** A and AAAA records with a port, or SRV records, which bring their own. */
    z.strictObject({ dns: z.string().min(1), port: z.number().int().min(1).max(65_535), path, scheme, everyMs: every }),
    z.strictObject({ srv: z.string().min(1), path, scheme, everyMs: every }),
    /** The ready endpoints of a service; `port` is the name or number of its EndpointSlices' port, the first by default. */
    z.strictObject({
      kubernetes: z.strictObject({
        namespace: z.string().min(1),
        service: z.string().min(1),
        port: z.union([z.string().min(1), z.number().int()]).optional(),
      }),
      path,
      scheme,
      everyMs: every,
    }),
  ],
  {
    error:
      'is none of { dns, port }, { srv } and { kubernetes: { namespace, service, port } }, each with path, scheme and everyMs if need be',
  },
);
export type EndpointSource = z.output<typeof endpointSourceSchema>;
export type KubernetesService = Extract<EndpointSource, { kubernetes: unknown }>['kubernetes'];
