import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { type Queue, queuesIn } from '../logs/answers/rabbit-status.ts';
import { nameBook, writerOf } from '../mentions.ts';
import { name } from '../quote.ts';
import { sameNamespace, workloadName } from '../relations.ts';

/** Fewer messages than this wait on any broker that works. */
const PILE = 500;

/** Finds queues that nobody reads and queues that grow though somebody reads them, in the broker's own list. */
export const unreadQueues: Analyzer = ({ state, text }) =>
  state.logs.filter(({ command }) => command).flatMap((log) => told(state, log, text));

/** The words of somebody who misses what goes through queues. */
const OF_MESSAGES =
  /queue|messag|backlog|rabbit|amqp|broker|consum|worker|publish|deliver|arriv|receiv|e-?mail|notif|process|pending|delay|late\b|lag/;

function told(state: KubernetesState, log: LogText, text: string): Diagnosis[] {
  const piled = queuesIn(log.lines.slice(0, 2000).join('\n'))
    .filter(({ ready }) => ready >= PILE)
    .toSorted((one, other) => other.ready - one.ready);
  const [first] = [...piled.filter(({ consumers }) => consumers === 0), ...piled];
  if (!first) return [];
  const broker = writerOf(log);
  const unread = first.consumers === 0;
  const idle = unread ? withoutPods(state, log) : [];
  const beside = idle.length > 0 ? `, and no pod of ${name(idle.slice(0, 3).join(', '))} beside it is ready` : '';
  const component = readerOf(state, first) ?? (idle.length === 1 ? (idle[0] ?? broker) : broker);
  const spoken = OF_MESSAGES.test(text) || partsOf(first.name).some((part) => text.includes(part));
  const shown = `${name(first.name)}${broker ? ` of ${name(broker)}` : ''}`;
  return [
    diagnosis({
      kind: unread ? 'consumers-gone' : 'consumer-lag',
      class: 'application',
      statement: unread
        ? `Nobody reads the queue ${shown} (consumers 0), so messages pile up: ${first.ready} are ready${beside}`
        : `The consumers of the queue ${shown} are slower than the messages come: ${first.ready} are ready with ${first.consumers} consumers`,
      component,
      namespace: log.namespace,
      touches: [component, broker, log.pod ?? '', first.name, ...idle],
      // A queue of which nobody speaks may have been left behind.
      confidence: !unread ? 0.5 : spoken ? 0.74 : 0.55,
      depth: DEPTH.service,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
      prevention: ['Alert on queues without consumers and on how many messages are ready.'],
    }),
  ];
}

/** The workloads beside the broker of which no pod is ready: who does not run reads nothing. */
function withoutPods({ workloads, pods }: KubernetesState, { namespace }: LogText): string[] {
  const near = <T extends { namespace: string | null }>(all: readonly T[]): T[] =>
    all.filter((one) => sameNamespace(one.namespace, namespace));
  const served = new Set(near(pods).flatMap((pod) => (pod.ready === false ? [] : [workloadName(pod)])));
  const ill = [
    ...near(workloads).flatMap((one) => (one.desired === 0 || one.ready === 0 ? [one.name] : [])),
    ...near(pods).flatMap((pod) => (pod.ready === false ? [workloadName(pod)] : [])),
  ];
  return [...new Set(ill)].filter((one) => !served.has(one));
}

/** The only workload that the name of a queue speaks of. */
function readerOf(state: KubernetesState, { name: queue }: Queue): string | null {
  const words = partsOf(queue);
  const named = [...new Set(nameBook(state).names.values())].filter((one) =>
    partsOf(one).some((part) => words.includes(part)),
  );
  return named.length === 1 ? (named[0] ?? null) : null;
}

const partsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((part) => part.replace(/s$/, ''))
    .filter((part) => part.length > 3);
