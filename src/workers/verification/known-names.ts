import type { Alert } from '../../shared/alert.ts';
import type { Evidence } from '../../shared/report.ts';
import { alertFacts } from '../alert-facts.ts';
import { isHost, isKubernetesName, sameName } from '../detectors/support/names.ts';
import { buildState } from '../kubernetes-state/build-state.ts';
import { workloadName } from '../kubernetes-state/relations.ts';

/** What a name in a command can stand for. */
export const NAME_KINDS = [
  'namespace',
  'pod',
  'deployment',
  'statefulset',
  'daemonset',
  'service',
  'container',
  'node',
  'host',
] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** The names that a report's subject and its evidence know, by kind, each once; only such as a command may hold. */
export type KnownNames = Record<NameKind, string[]>;

/** What a report is about: its component (null where it names none), the alerts and the evidence. */
export type Subject = { component: string | null; alerts: Alert[]; evidence: Evidence[] };

const OF_A_DEPLOYMENT = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[a-z0-9]{5}$/;

/**
 * The names of the component, else of the alerts' service: its pods, workloads, services and their places. Where the evidence shows none
 * of them, those of everything that it shows. What alerts say counts beside it, so that a name that contradicts the evidence is doubted.
 */
export function knownNames({ component, alerts, evidence }: Subject): KnownNames {
  const facts = alertFacts(alerts, new Date(0));
  const state = buildState(evidence);
  const about = component ?? facts.service ?? null;
  const isOwn = (...names: string[]) => about === null || names.some((name) => sameName(name, about));
  const ownOf = <T extends { name: string }>(all: T[], namesOf: (one: T) => string[] = ({ name }) => [name]) =>
    all.filter((one) => isOwn(...namesOf(one)));
  const exact = state.pods.filter(({ name }) => name === about);
  const pods = exact.length > 0 ? exact : ownOf(state.pods, (pod) => [pod.name, workloadName(pod)]);
  const workloads = ownOf(state.workloads);
  const services = ownOf(state.services);
  const own = [...pods, ...workloads, ...services];
  const placed = own.length > 0 ? own : [...state.pods, ...state.workloads, ...state.services];
  const ofKind = (kind: string) => workloads.filter((one) => one.kind === kind).map(({ name }) => name);
  const labelled = (...labels: string[]) => alerts.flatMap((alert) => labels.map((label) => alert.labels[label]));
  const asked = (argument: string) => evidence.map(({ query }) => query[argument]);
  return {
    namespace: named([
      ...placed.map(({ namespace }) => namespace),
      ...alerts.map(({ namespace }) => namespace),
      facts.namespace,
      ...(placed.length > 0 ? [] : asked('namespace')),
    ]),
    pod: named([...pods.map(({ name }) => name), ...labelled('pod', 'pod_name')]),
    deployment: named([
      ...ofKind('Deployment'),
      ...pods.map(({ name }) => OF_A_DEPLOYMENT.exec(name)?.[1]),
      ...labelled('deployment'),
    ]),
    statefulset: named([...ofKind('StatefulSet'), ...labelled('statefulset')]),
    daemonset: named([...ofKind('DaemonSet'), ...labelled('daemonset')]),
    service: named(services.length > 0 ? services.map(({ name }) => name) : [facts.service]),
    container: named([
      ...pods.flatMap(({ template }) => template.containers.map(({ name }) => name)),
      ...labelled('container'),
    ]),
    node: named([...pods.map(({ node }) => node), ...labelled('node')]),
    host: named([facts.host, ...asked('host')], isHost),
  };
}

function named(values: unknown[], shape: (name: string) => boolean = isKubernetesName): string[] {
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && shape(value)))];
}
