import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import {
  type ConsumerGroup,
  consumerGroups,
  type GroupPartition,
  LATE,
  readsFromTimeToTime,
} from '../logs/consumer-groups.ts';
import { decisiveLine } from '../logs/decisive-line.ts';
import { messageOf } from '../logs/message-of.ts';
import { nameBook, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** With this many partitions one that stands still is told from a group that is slow. */
const ENOUGH = 3;
/** The others keep up where they have at most this share of the worst one's lag. */
const KEEPS_UP = 0.05;

/** Finds consumer groups that nobody is in, partitions that stand still, and groups that fall behind, in the broker's own tables. */
export const consumerLag: Analyzer = ({ state }) => consumerGroups(state).flatMap((group) => told(state, group));

function told(state: KubernetesState, group: ConsumerGroup): Diagnosis[] {
  const late = group.partitions.filter(({ lag }) => lag >= LATE).toSorted((left, right) => right.lag - left.lag);
  const [worst] = late;
  if (!worst) return [];
  const others = group.partitions.filter((one) => one !== worst);
  const who = `the consumer group ${name(group.group)} on the topic ${name(group.topic)}`;
  const shown = `partition ${worst.partition} has a lag of ${worst.lag}`;
  if (group.empty || (!group.rebalancing && group.partitions.every(({ consumer }) => consumer === null)))
    return [
      make(state, group, {
        kind: 'consumers-gone',
        statement: `Nobody reads: ${who} has no active members, so records pile up (consumer lag: ${shown})`,
        // Between two runs of a job nobody reads, and nobody has to.
        confidence: readsBySchedule(state, group) || readsFromTimeToTime(state, group) ? 0.2 : 0.74,
        depth: DEPTH.pod,
      }),
    ];
  if (others.length + 1 >= ENOUGH && others.every(({ lag }) => lag <= KEEPS_UP * worst.lag))
    return [stuckPartition(state, group, worst, `${who} keeps up with the others: ${shown}`)];
  return [
    make(state, group, {
      kind: 'consumer-lag',
      statement: `The consumers are slower than the records come: ${who} ${group.rebalancing ? 'rebalances and ' : ''}falls behind (consumer lag: ${shown})`,
      confidence: 0.5,
      depth: DEPTH.workload,
    }),
  ];
}

function stuckPartition(state: KubernetesState, group: ConsumerGroup, worst: GroupPartition, rest: string): Diagnosis {
  const record = refusedRecord(state, worst);
  const found = make(state, group, {
    kind: 'partition-stuck',
    statement: `One partition stands still while ${rest} ${
      record
        ? `(its record at offset ${worst.offset} cannot be processed). The log of ${name(writerOf(record.log))} says: ${quote(messageOf(record.line), 240)}`
        : '(a record that cannot be processed, or a consumer that hangs)'
    }`,
    confidence: record ? 0.82 : 0.56,
    // Where it is the same trouble that the log tells of, neither is the other's symptom.
    depth: record ? DEPTH.pod : DEPTH.workload,
  });
  return record ? { ...found, evidence: [...found.evidence, record.log.evidence] } : found;
}

/** Shorter numbers than this stand in logs for much else. */
const TELLING_DIGITS = 4;
const MAX_LINES = 2000;

/** The line of a log that complains of the very record at which a partition stands. */
function refusedRecord({ logs }: KubernetesState, { offset }: GroupPartition): { line: string; log: LogText } | null {
  if (!offset || offset.length < TELLING_DIGITS || /\D/.test(offset)) return null;
  const found = logs
    .filter((log) => !log.command)
    .flatMap((log) => log.lines.slice(-MAX_LINES).map((line) => ({ line: line.slice(0, 1500), log })));
  return (
    found.find(({ line }) => line.match(/\d+/g)?.includes(offset) === true && decisiveLine([line]) !== null) ?? null
  );
}

/** True where a CronJob of the group's name runs on schedule and its last runs were completed. */
export const readsBySchedule = ({ workloads }: KubernetesState, { group }: ConsumerGroup): boolean =>
  workloads.some(({ kind, name: own, suspended }) => kind === 'CronJob' && !suspended && alike(own, group)) &&
  !workloads.some(
    (one) => one.kind === 'Job' && alike(one.name.replace(/-\d+$/, ''), group) && (one.job.failed ?? 0) > 0,
  );

const alike = (own: string, group: string): boolean => {
  const [one, two] = [own, group].map((text) =>
    text.toLowerCase().replace(/[-_.](?:consumer|group|job|cron)s?\b/g, ''),
  );
  return one === two;
};

type Told = Pick<Diagnosis, 'kind' | 'statement' | 'confidence' | 'depth'>;

function make(state: KubernetesState, group: ConsumerGroup, parts: Told): Diagnosis {
  const component = consumerOf(state, group);
  const { log } = group;
  return diagnosis({
    ...parts,
    class: 'application',
    component,
    namespace: log.namespace,
    touches: [component, group.group, group.topic, writerOf(log)],
    evidence: [log.evidence],
    actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    prevention: ['Alert on the lag of each consumer group and on groups without members.'],
  });
}

/** The workload that reads for a group: by the address or client of its members, else by the name of group or topic. */
function consumerOf(state: KubernetesState, { group, topic, partitions }: ConsumerGroup): string {
  const { names, addresses } = nameBook(state);
  const members = partitions.flatMap(({ host, client }: GroupPartition) => [
    host ? addresses.get(host) : undefined,
    client ? names.get(client.replace(/-\d+$/, '').toLowerCase()) : undefined,
  ]);
  const known = members.find((one) => one !== undefined);
  const words = new Set([...group.toLowerCase().split(/[-_.]/), ...topic.toLowerCase().split(/[-_.]/)]);
  const alike = [...names].find(([own]) => [...words].some((word) => isAlike(own, word)))?.[1];
  return known ?? names.get(group.toLowerCase()) ?? alike ?? group;
}

/** `dye` and `dyer` are alike, and so are `order` and `orders-service`. */
const isAlike = (workload: string, word: string): boolean =>
  word.length >= 3 &&
  !/^(?:consumer|group|service|kafka|events?|topic)s?$/.test(word) &&
  workload.split(/[-.]/).some((part) => part.startsWith(word) && part.length - word.length <= 2);
