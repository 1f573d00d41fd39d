import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { selectorText } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { KubernetesReader } from './kubernetes-reader.ts';
import type { Deployment, ReplicaSet } from './kubernetes-types.ts';
import { listInScope } from './namespace-scope.ts';

const input = z.object({ deployment: z.string(), namespace: z.string().optional() });

const rollout = z.object({
  replicaSet: z.string(),
  createdAt: z.string().nullable(),
  images: z.array(z.string()),
  replicas: z.number(),
});
const output = z.object({
  deployments: z.array(
    z.object({
      name: z.string(),
      namespace: z.string(),
      desired: z.number(),
      updated: z.number(),
      ready: z.number(),
      available: z.number(),
      images: z.array(z.string()),
      conditions: z.array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().nullable(),
          message: z.string().nullable(),
        }),
      ),
      /** The ReplicaSets of the deployment, newest first: when which image was rolled out. */
      rollouts: z.array(rollout),
    }),
  ),
});
type DeploymentStatus = z.infer<typeof output>['deployments'][number];

type Template = NonNullable<Deployment['spec']>['template'];
const imagesOf = (template: Template) => (template?.spec?.containers ?? []).map(({ image }) => image ?? '');

function readRollout({ metadata, spec }: ReplicaSet): z.infer<typeof rollout> {
  return {
    replicaSet: metadata?.name ?? '',
    createdAt: metadata?.creationTimestamp?.toISOString() ?? null,
    images: imagesOf(spec?.template),
    replicas: spec?.replicas ?? 0,
  };
}

async function readDeployment(
  reader: KubernetesReader,
  { metadata, spec, status }: Deployment,
  signal: AbortSignal,
): Promise<DeploymentStatus> {
  const namespace = metadata?.namespace ?? '';
  const labelSelector = selectorText(spec?.selector?.matchLabels ?? {});
  const sets = labelSelector ? (await reader.replicaSets({ namespace, labelSelector, signal })).items : [];
  const rollouts = sets.map(readRollout).sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
  return {
    name: metadata?.name ?? '',
    namespace,
    desired: spec?.replicas ?? 1,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    images: imagesOf(spec?.template),
    conditions: (status?.conditions ?? []).map(({ type, status: value, reason, message }) => {
      return { type, status: value, reason: reason ?? null, message: message ?? null };
    }),
    rollouts,
  };
}

function describe({
  name,
  namespace,
  desired,
  updated,
  ready,
  available,
  rollouts,
  conditions,
}: DeploymentStatus): string[] {
  return [
    `${namespace}/${name}: ${ready} of ${desired} ready, ${updated} updated, ${available} available`,
    ...conditions.map(({ type, status, reason }) => `  ${type}=${status} ${reason ?? ''}`),
    ...rollouts.map(
      (one) => `  ${one.createdAt} ${one.replicaSet} (${one.replicas} replicas): ${one.images.join(', ')}`,
    ),
  ];
}

/** `get_deployment_status`: replicas, conditions and the rollouts with their times and images. */
export function getDeploymentStatus({ reader, scope }: KubernetesDeps): ToolDefinition {
  return {
    name: 'get_deployment_status',
    title: 'Status of a deployment',
    description: 'Replicas and conditions of a deployment, and when which image was rolled out (newest first).',
    input,
    output,
    readOnly: true,
    async run(given, { signal }) {
      const { deployment, namespace } = input.parse(given);
      const kubernetes = await reader();
      const options = { fieldSelector: `metadata.name=${deployment}`, signal };
      const items = await listInScope(scope(namespace), kubernetes.deployments, options);
      const deployments = await Promise.all(items.map((one) => readDeployment(kubernetes, one, signal)));
      const text = deployments.flatMap(describe).join('\n') || `there is no deployment named ${deployment}`;
      return { data: { deployments }, text };
    },
  };
}
