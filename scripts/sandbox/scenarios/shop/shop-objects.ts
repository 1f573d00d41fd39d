import { kubernetesEvent, podName, workload } from '../kubernetes-objects.ts';
import { HOUR, idOf, MINUTE } from '../telemetry-rows.ts';
import type { KubernetesObject } from '../telemetry-world.ts';
import type { ShopRollout } from './fault.ts';
import { NAMESPACE, SHOP_SERVICES } from './services.ts';

/** Kubernetes takes the letters of names from these. */
const safe = (seed: string, length: number) =>
  [...idOf(seed, length)].map((digit) => 'bcdfghjklmnpqrst'[Number.parseInt(digit, 16)]).join('');

const OLD_AGE = 9 * 24 * HOUR;
const hashOf = (service: string, version: string) => safe(`${service} ${version}`, 9);

function podsOfVersion(service: string, version: string, createdAt: number) {
  const hash = hashOf(service, version);
  return ['a', 'b'].map((one) => ({ suffix: safe(`${service} ${version} ${one}`, 5), createdAt, hash }));
}

/** The pods of a service at a time: those of its old version until its rollout, then those of the new one. */
export function shopPods(now: number, rollouts: ShopRollout[]): { at(service: string, time: number): string[] } {
  const names = new Map<string, string[]>();
  const named = (service: string, version: string) => {
    const key = `${service} ${version}`;
    const known = names.get(key) ?? podsOfVersion(service, version, 0).map((pod) => podName(service, pod));
    names.set(key, known);
    return known;
  };
  return {
    at(service, time) {
      const rollout = rollouts.find((one) => one.service === service);
      const rolledOut = rollout !== undefined && time >= now - rollout.minutesAgo * MINUTE;
      const old = SHOP_SERVICES.find(({ name }) => name === service)!.version;
      return named(service, rolledOut ? rollout.to : old);
    },
  };
}

/** Deployments, pods and services of the shop, with the rollouts' ReplicaSets and events. */
export function shopObjects(now: number, rollouts: ShopRollout[], age: number): KubernetesObject[] {
  return SHOP_SERVICES.flatMap(({ name, version, port }) => {
    const rollout = rollouts.find(({ service }) => service === name);
    const at = rollout ? now - rollout.minutesAgo * MINUTE : now - OLD_AGE;
    const current = rollout?.to ?? version;
    const image = (tag: string) => `ghcr.io/store/${name}:${tag}`;
    const previous = rollout ? [{ hash: hashOf(name, version), image: image(version), createdAt: now - age }] : [];
    const pods = podsOfVersion(name, current, at);
    const limits = { cpu: '1', memory: '1Gi' };
    const requests = { cpu: '250m', memory: '512Mi' };
    const objects = workload({
      name,
      namespace: NAMESPACE,
      image: image(current),
      port,
      pods,
      limits,
      requests,
      previous,
    });
    return rollout ? [...objects, rolloutEvent(name, hashOf(name, current), at)] : objects;
  });
}

function rolloutEvent(name: string, hash: string, at: number): KubernetesObject {
  return kubernetesEvent({
    namespace: NAMESPACE,
    kind: 'Deployment',
    name,
    component: 'deployment-controller',
    reason: 'ScalingReplicaSet',
    message: `Scaled up replica set ${name}-${hash} from 0 to 2`,
    firstSeen: at,
  });
}
