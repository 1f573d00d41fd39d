import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Pod, Service } from '../kubernetes-state.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { sameNamespace, selects, workloadName } from '../relations.ts';

/** Finds services whose selector is so wide that pods of another program answer part of the requests. */
export const sharedSelectors: Analyzer = ({ state }) =>
  state.services.flatMap((service) => mixed(state, service)).slice(0, 2);

/** A canary or a coloured release answers the same requests; its name says what it is. */
const RELEASE = /(?:^|-)(?:v?\d+|canary|stable|blue|green|primary|baseline|main|master|replica|leader|old|new)$/;

const root = (workload: string): string => workload.replace(RELEASE, '');

function mixed(state: KubernetesState, service: Service): Diagnosis[] {
  const pods = state.pods.filter(
    (pod) =>
      !pod.deleting &&
      pod.ready !== false &&
      sameNamespace(pod.namespace, service.namespace) &&
      selects(service.selector, pod.labels),
  );
  const programs = new Set(pods.map((pod) => root(workloadName(pod))));
  const own = pods.find((pod) => root(workloadName(pod)) === root(service.name));
  const alien = pods.find((pod) => root(workloadName(pod)) !== root(service.name));
  if (programs.size !== 2 || !own || !alien) return [];
  const refused = refusedBy(state, alien);
  return [
    diagnosis({
      kind: 'selector-shared',
      class: 'network',
      statement: `The selector of Service ${name(service.name)} (${Object.entries(service.selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(
          ', ',
        )}) also selects pods of ${name(workloadName(alien))}, so part of the requests goes to the wrong program${refused ? `, which does not know them: ${quote(refused.line, 140)}` : ''}`,
      component: service.name,
      namespace: service.namespace,
      touches: [service.name, workloadName(own), workloadName(alien), alien.name],
      confidence: refused ? 0.84 : 0.5,
      evidence: [...service.evidence, ...own.evidence, ...alien.evidence, ...(refused ? [refused.evidence] : [])],
      actions: [
        ...describeAction('service', service.name, service.namespace, 'See selector and endpoints of the service'),
        changeAction('Narrow the selector to the labels of its own pods', 'Takes the other pods out of the service.'),
      ],
      prevention: ['Give every workload a label of its own, and let services select by it.'],
    }),
  ];
}

const UNKNOWN = /"?\s40[045]\b|\bnot found\b|unimplemented|unknown (?:service|method)|no route/i;

function refusedBy(state: KubernetesState, pod: Pod): { line: string; evidence: number } | null {
  for (const log of state.logs.filter((one) => one.pod === pod.name || writerOf(one) === workloadName(pod))) {
    const line = log.lines.slice(-2000).findLast((one) => UNKNOWN.test(one.slice(0, 500)));
    if (line) return { line: line.trim(), evidence: log.evidence };
  }
  return null;
}
