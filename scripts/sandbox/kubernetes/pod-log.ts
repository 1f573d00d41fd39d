import type { SandboxAnswer } from '../http/sandbox-http-server.ts';
import type { KubernetesObject, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { KubernetesRefusal } from './kubernetes-refusal.ts';

function containersOf(pod: KubernetesObject): string[] {
  return (pod.spec as { containers: { name: string }[] }).containers.map(({ name }) => name);
}

/** When a line was written, as the kubelet writes it: the world tells no times of lines, so that they follow each other by 10 ms. */
function timeOf(pod: KubernetesObject, index: number): string {
  const started = Date.parse(String(pod.metadata.creationTimestamp ?? '')) || 0;
  return new Date(started + index * 10).toISOString().replace('Z', '000001Z');
}

/** The log of a container: `tailLines`, `timestamps`, `limitBytes`, `previous`; throws KubernetesRefusal. */
export function podLog(world: TelemetryWorld, pod: KubernetesObject, query: URLSearchParams): SandboxAnswer {
  const { name, namespace } = pod.metadata;
  const container = query.get('container') ?? containersOf(pod)[0];
  const previous = query.get('previous') === 'true';
  if (!containersOf(pod).includes(container ?? '')) {
    throw new KubernetesRefusal('BadRequest', `container ${container} is not valid for pod ${name}`);
  }
  const found = world.podLogs.find(
    (one) =>
      one.namespace === namespace && one.pod === name && one.container === container && one.previous === previous,
  );
  if (!found && previous) {
    const message = `previous terminated container "${container}" in pod "${name}" not found`;
    throw new KubernetesRefusal('BadRequest', message);
  }
  const withTimes = query.get('timestamps') === 'true';
  const lines = (found?.lines ?? []).map((line, index) => (withTimes ? `${timeOf(pod, index)} ${line}` : line));
  const tail = Number(query.get('tailLines') ?? Number.POSITIVE_INFINITY);
  const text = lines
    .slice(Math.max(0, lines.length - tail))
    .map((line) => `${line}\n`)
    .join('');
  const limit = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY);
  const body = Buffer.byteLength(text) > limit ? Buffer.from(text).subarray(0, limit).toString('utf8') : text;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}
