import { z } from 'zod';

/**
 * The structured data of evidence beyond what our own MCP servers answer (see mcp/capabilities.ts): what other servers, a
 * service map, a deploy log or a recorded snapshot can bring. An evidence's `capability` names its form. Times are ISO 8601.
 */

/** `topology.services`: who calls whom, by service name. */
export const serviceTopology = z.object({
  edges: z.array(
    z.object({
      caller: z.string(),
      callee: z.string(),
      /** In the time range that was asked for, null or absent when not told. */
      calls: z.number().nullish(),
      errorPercent: z.number().nullish(),
    }),
  ),
});

/** `alerts.active`: what else was firing, as Alertmanager would list it. */
export const activeAlerts = z.object({
  alerts: z.array(
    z.object({
      name: z.string(),
      /** Kubernetes' kind of the entity (Service, Pod, Node ...), null when it is not told. */
      kind: z.string().nullable(),
      entity: z.string(),
      namespace: z.string().nullable(),
      severity: z.string().nullable(),
      startsAt: z.string().nullable(),
      /** What the alert says beside its name: title, description, reason. */
      says: z.string().nullish(),
    }),
  ),
});

/** `anomalies.list`: deviations that some other system has detected already. */
export const detectedAnomalies = z.object({
  /** All known instances, anomalous or not. */
  instances: z.array(z.string()),
  anomalies: z.array(
    z.object({
      kind: z.enum(['metric', 'trace', 'log']),
      /** The instance that deviates; for a trace the callee. */
      instance: z.string(),
      /** The caller of a deviating call, null for metrics and logs. */
      caller: z.string().nullable(),
      /** The metric, operation or log template. */
      signal: z.string(),
      /** What is odd: `up`, `down`, `slow`, a status code, `new` ... */
      deviation: z.string(),
    }),
  ),
});

/** `changes.list`: deploys, commits and flags around the alert. */
export const changes = z.object({
  changes: z.array(
    z.object({
      kind: z.enum(['deploy', 'commit', 'flag']),
      id: z.string(),
      service: z.string().nullable(),
      at: z.string().nullable(),
      title: z.string(),
      detail: z.string(),
      files: z.array(z.string()),
    }),
  ),
});

/** `kubernetes.objects`: raw objects as the API gives them; without `status` they are desired state only. */
export const kubernetesObjects = z.object({
  withStatus: z.boolean(),
  objects: z.array(z.record(z.string(), z.unknown())),
});

/** `command.output`: what a read-only command printed (kubectl, psql, a log file). */
export const commandOutput = z.object({ command: z.string(), output: z.string() });

/** `snapshot.json`: a recorded answer of a cloud or database API, in that API's own form. */
export const jsonSnapshot = z.object({ name: z.string(), body: z.unknown() });

/** Every form by the capability that evidence of this form carries. */
export const EVIDENCE_FORMS = {
  'topology.services': serviceTopology,
  'alerts.active': activeAlerts,
  'anomalies.list': detectedAnomalies,
  'changes.list': changes,
  'kubernetes.objects': kubernetesObjects,
  'command.output': commandOutput,
  'snapshot.json': jsonSnapshot,
} as const;

export type EvidenceForm = keyof typeof EVIDENCE_FORMS;
export type EvidenceFormData<F extends EvidenceForm> = z.output<(typeof EVIDENCE_FORMS)[F]>;
