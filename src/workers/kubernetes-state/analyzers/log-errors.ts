import { serviceOfHost, workloadOf } from '../../detectors/support/names.ts';
import { logAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { type Said, saidBy } from '../logs/pod-log.ts';
import { name } from '../quote.ts';
import { sameNamespace, workloadName } from '../relations.ts';
import { words } from './crashes.ts';

/** Finds the decisive error in the logs of every workload, whether or not its pods crash. */
export const logErrors: Analyzer = (context) => {
  const groups = Map.groupBy(context.state.logs, (log) => `${log.namespace ?? ''} ${ownerOf(log)}`);
  return [...groups.values()].flatMap((logs) => {
    const said = saidBy(logs);
    return said ? [toDiagnosis(context, said)] : [];
  });
};

const ownerOf = ({ pod, service }: LogText): string => (pod ? workloadOf(pod) : (service ?? ''));

function toDiagnosis({ state }: Context, said: Said): Diagnosis {
  const { line, log } = said;
  const owner = ownerOf(log);
  const spoken = `${line.text} ${line.also ?? ''}`;
  const peers = [...peersIn(spoken), ...addressees(state, spoken)];
  const services = peers.filter((peer) =>
    state.services.some((service) => service.name === peer && sameNamespace(service.namespace, log.namespace)),
  );
  const kind = line.kind;
  const repeated = line.count >= 3 ? ', again and again' : '';
  return diagnosis({
    kind: kind ? `log-${kind.name}` : 'log-error',
    class: kind?.class ?? 'application',
    statement: `${owner ? `The log of ${name(log.pod ?? owner)}` : 'The log'} shows ${kind ? `that ${kind.meaning}` : 'an application error'}${repeated}: ${words(said)}`,
    component: owner,
    namespace: log.namespace,
    touches: [owner, log.pod ?? '', ...services, ...peers],
    confidence: confidenceOf(said),
    cause: line.level >= 0.6,
    depth: DEPTH.pod,
    evidence: [log.evidence],
    timeline: [],
    actions: log.pod ? logAction(log.pod, log.namespace, log.container, log.previous) : [],
    prevention: ['Alert on the rate of error lines per service, so that such an error is seen before users see it.'],
  });
}

function confidenceOf({ line }: Said): number {
  if (line.level < 0.6 && !line.kind) return 0.4;
  const known = line.kind ? 0.1 * line.kind.weight : 0;
  return Number((0.5 + 0.2 * line.level + known + (line.count >= 3 ? 0.03 : 0)).toFixed(2));
}

/** The services and pods whose addresses a line names. */
function addressees(state: KubernetesState, text: string): string[] {
  const addresses = new Set(text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? []);
  if (addresses.size === 0) return [];
  const services = state.services
    .filter(({ clusterIp }) => clusterIp !== null && addresses.has(clusterIp))
    .map((service) => service.name);
  const pods = state.pods
    .filter(({ ip }) => ip !== null && addresses.has(ip))
    .flatMap((pod) => [pod.name, workloadName(pod)]);
  return [...services, ...pods];
}

/** The hosts that a line names, as services of the cluster. */
function peersIn(text: string): string[] {
  const hosts = [
    ...text.matchAll(
      /(?:\/\/|@|host[ :=]+"?|lookup |resolve(?: host)?:? |to |dial tcp:? |server at "?)([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?::\d{2,5})?/gi,
    ),
  ];
  return [...new Set(hosts.flatMap(([, host = '']) => serviceOfHost(host)?.service ?? []))].slice(0, 4);
}
