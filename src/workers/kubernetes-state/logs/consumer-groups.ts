import { oncePer } from '../../detectors/support/once-per.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';

/** One partition as a consumer group stands to it; `consumer` and `host` are null where nobody reads it. */
export type GroupPartition = {
  partition: string;
  /** Where the group stands; null where it never was anywhere. */
  offset: string | null;
  lag: number;
  consumer: string | null;
  client: string | null;
  host: string | null;
};

/** A consumer group of Kafka on one topic. */
export type ConsumerGroup = {
  group: string;
  topic: string;
  partitions: GroupPartition[];
  /** True where the broker itself says that nobody is in the group. */
  empty: boolean;
  rebalancing: boolean;
  log: LogText;
};

const HEAD = /^\s*GROUP\s+TOPIC\s+PARTITION\b.*\bLAG\b/;
const MAX_LINES = 5000;

/** The groups in all tables of `kafka-consumer-groups --describe` that were recorded. */
export const consumerGroups = oncePer((state: KubernetesState): ConsumerGroup[] => state.logs.flatMap(groupsIn));

function groupsIn(log: LogText): ConsumerGroup[] {
  const lines = log.lines.slice(0, MAX_LINES);
  const text = lines.join('\n');
  let columns: string[] = [];
  const rows = lines.flatMap((line) => {
    const cells = line.trim().split(/\s+/);
    if (HEAD.test(line)) {
      columns = cells;
      return [];
    }
    if (columns.length === 0 || cells.length !== columns.length) return [];
    return [Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))];
  });
  return [...Map.groupBy(rows, ({ GROUP, TOPIC }) => `${GROUP} ${TOPIC}`).values()].map((own) => {
    const { GROUP: group = '', TOPIC: topic = '' } = own[0] ?? {};
    const says = (what: string) => text.includes(`Consumer group '${group}' ${what}`);
    return {
      group,
      topic,
      partitions: own.map(toPartition),
      empty: says('has no active members'),
      rebalancing: says('is rebalancing'),
      log,
    };
  });
}

function toPartition(row: Record<string, string>): GroupPartition {
  const told = (column: string) => (row[column] && row[column] !== '-' ? row[column] : null);
  return {
    partition: row.PARTITION ?? '',
    offset: told('CURRENT-OFFSET'),
    lag: Number(told('LAG') ?? 0) || 0,
    consumer: told('CONSUMER-ID'),
    client: told('CLIENT-ID'),
    host: told('HOST')?.replace(/^\//, '') ?? null,
  };
}

/** Fewer records than this wait on any broker that works. */
export const LATE = 1000;

/** True where groups were seen and none of them is behind. */
export const keepsUp = (state: KubernetesState): boolean => {
  const groups = consumerGroups(state);
  return groups.length > 0 && groups.every(({ partitions }) => partitions.every(({ lag }) => lag < LATE));
};

/** The lag falls to at most this share of what it was whenever a group that reads from time to time has read. */
const FALLS_TO = 0.5;
/** Neither what it leaves nor what has gathered before grows by more than this from one time to the next. */
const GROWS_BY = 1.2;

/** True where the measured lag of a group fell back at least twice, to the same level and from the same height. */
export function readsFromTimeToTime({ series }: KubernetesState, { group }: ConsumerGroup): boolean {
  const own = series.filter(
    ({ asked, labels }) =>
      /lag/i.test(asked) && (Object.values(labels).includes(group) || asked.includes(`"${group}"`)),
  );
  const courses = own.map(({ points }) => points.map(Number).filter((point) => !Number.isNaN(point)));
  return courses.length > 0 && courses.every(fallsBack);
}

function fallsBack(points: number[]): boolean {
  const falls = points.flatMap((point, at) => (at > 0 && point <= FALLS_TO * (points[at - 1] ?? 0) ? [at] : []));
  const [first, ...later] = falls;
  if (first === undefined || later.length === 0) return false;
  const [floor, height] = [points[first] ?? 0, points[first - 1] ?? 0];
  const most = Math.max(...points.slice(first));
  return later.every((at) => (points[at] ?? 0) <= Math.max(LATE, GROWS_BY * floor)) && most <= GROWS_BY * height;
}
