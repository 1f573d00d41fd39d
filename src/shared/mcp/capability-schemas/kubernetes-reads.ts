import { z } from 'zod';
import { changes, kubernetesObjects } from '../../evidence-forms.ts';
import { textLabels, timeRange } from './common.ts';
import { cursorInput, nextCursorOutput } from './paging.ts';

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  ready: z.boolean(),
  restarts: z.number(),
  state: z.enum(['running', 'waiting', 'terminated', 'unknown']),
  /** Kubernetes' word, for example CrashLoopBackOff, ImagePullBackOff, OOMKilled, Completed. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  exitCode: z.number().nullable(),
  startedAt: z.string().nullable(),
  lastTermination: z
    .object({ reason: z.string().nullable(), exitCode: z.number().nullable(), finishedAt: z.string().nullable() })
    .nullable(),
  limits: textLabels,
  requests: textLabels,
});

export const podsStatus = {
  input: z.object({
    namespace: z.string().optional(),
    service: z.string().optional(),
    pod: z.string().optional(),
    labelSelector: z.string().optional(),
    limit: z.number().int().min(1).max(500).default(100),
    ...cursorInput,
  }),
  output: z.object({
    pods: z.array(
      z.object({
        name: z.string(),
        namespace: z.string(),
        phase: z.string(),
        ready: z.boolean(),
        node: z.string().nullable(),
        createdAt: z.string().nullable(),
        labels: textLabels,
        conditions: z.array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullable(),
            message: z.string().nullable(),
          }),
        ),
        containers: z.array(containerSchema),
      }),
    ),
    truncated: z.boolean().optional(),
    ...nextCursorOutput,
  }),
};

export const podLogs = {
  input: z.object({
    namespace: z.string().optional(),
    pod: z.string(),
    container: z.string().optional(),
    previous: z.boolean().default(false),
    tailLines: z.number().int().min(1).max(2000).default(200),
    ...cursorInput,
  }),
  output: z.object({
    pod: z.string(),
    namespace: z.string(),
    container: z.string().nullable(),
    previous: z.boolean(),
    lines: z.array(z.string()),
    truncated: z.boolean(),
    ...nextCursorOutput,
  }),
};

export const kubernetesEvents = {
  input: z.object({
    namespace: z.string().optional(),
    object: z.string().optional(),
    type: z.enum(['Normal', 'Warning']).optional(),
    limit: z.number().int().min(1).max(500).default(100),
    ...cursorInput,
  }),
  output: z.object({
    events: z.array(
      z.object({
        type: z.string(),
        reason: z.string(),
        message: z.string(),
        kind: z.string(),
        name: z.string(),
        namespace: z.string(),
        count: z.number(),
        firstSeen: z.string().nullable(),
        lastSeen: z.string().nullable(),
      }),
    ),
    truncated: z.boolean(),
    ...nextCursorOutput,
  }),
};

export const serviceHealth = {
  input: z.object({ service: z.string(), namespace: z.string().optional() }),
  output: z.object({
    service: z.string(),
    namespace: z.string(),
    found: z.boolean(),
    selector: textLabels,
    ports: z.array(z.object({ name: z.string().nullable(), port: z.number(), targetPort: z.string() })),
    readyEndpoints: z.array(z.string()),
    notReadyEndpoints: z.array(z.string()),
    /** Pods that the selector matches, ready or not. */
    matchingPods: z.number(),
  }),
};

/** What was changed in a cluster: rollouts and changed configuration. */
export const changesList = {
  input: z.object({
    namespace: z.string().optional(),
    ...timeRange,
    limit: z.number().int().min(1).max(200).default(50),
    ...cursorInput,
  }),
  output: changes.extend({ truncated: z.boolean().optional(), ...nextCursorOutput }),
};

/** Kinds that may be read; secrets are not among them, and of config maps only the keys and what is an address. */
export const OBJECT_KINDS = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Service',
  'Ingress',
  'IngressClass',
  'Gateway',
  'HTTPRoute',
  'GRPCRoute',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'ConfigMap',
  'ServiceAccount',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'Node',
] as const;

export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** Those of them that live in no namespace. */
export const CLUSTER_WIDE_KINDS: ReadonlySet<string> = new Set<ObjectKind>([
  'IngressClass',
  'PersistentVolume',
  'StorageClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'Node',
]);

/** Objects as the API gives them, without managed fields, annotations and the values of variables and config maps. */
export const kubernetesObjectsList = {
  input: z.object({
    kinds: z.array(z.enum(OBJECT_KINDS)).min(1).max(OBJECT_KINDS.length),
    namespace: z.string().optional(),
    /** Of each kind. */
    limit: z.number().int().min(1).max(250).default(100),
    ...cursorInput,
  }),
  output: kubernetesObjects.extend({
    truncated: z.boolean().optional(),
    refused: z.array(z.string()).optional(),
    ...nextCursorOutput,
  }),
};
