/** A partition as `kafka-topics --describe` and `kcat -L` print it; without a leader it is offline. */
export type TopicPartition = {
  line: string;
  topic: string | null;
  led: boolean;
  replicas: string[];
  isr: string[];
  /** How many must be in sync for a write that asks for all of them; NaN where the topic does not tell. */
  least: number;
};

const PARTITION =
  /^\s*Topic:\s*(\S+)\s+Partition:\s*\d+\s+Leader:\s*(\S+)\s+Replicas:\s*([\d,]+)\s+Isr:\s*([\d,]*)|^\s*partition \d+, leader (\S+), replicas: ([\d,]+), isrs: ([\d,]*)/;
const LEAST = /^\s*Topic:\s*\S+\s.{0,400}\bmin\.insync\.replicas=(\d+)/;

const listed = (text: string | undefined): string[] => (text ?? '').split(',').filter((one) => one !== '');

/** The partitions that the lines of an answer list. */
export function partitionsIn(lines: readonly string[]): TopicPartition[] {
  let least = Number.NaN;
  return lines.flatMap((raw) => {
    const line = raw.slice(0, 2000);
    const match = PARTITION.exec(line);
    if (!match) {
      if (/^\s*Topic:/.test(line)) least = Number(LEAST.exec(line)?.[1]);
      return [];
    }
    const [, topic, leader, replicas, isr, kLeader, kReplicas, kIsr] = match;
    const led = !/^(?:none|-1),?$/i.test(leader ?? kLeader ?? 'none');
    return [
      {
        line: line.trim().replace(/\s+/g, ' '),
        topic: topic ?? null,
        led,
        replicas: listed(replicas ?? kReplicas),
        isr: listed(isr ?? kIsr),
        least,
      },
    ];
  });
}

const partitionsOf = (text: string): TopicPartition[] => partitionsIn(text.split('\n', 5000));

/** A partition that nobody leads. */
export const leaderless = (text: string): string | null => partitionsOf(text).find(({ led }) => !led)?.line ?? null;

/** A partition with too few replicas in sync for writes that ask for all. */
export function belowLeast(text: string): string | null {
  const found = partitionsOf(text).find(({ isr, least }) => isr.length < least);
  return found ? `${found.line} with min.insync.replicas=${found.least}` : null;
}

/** A partition that misses a replica, and the one broker that all of them miss. */
export function underReplicated(text: string): string | null {
  const found = partitionsOf(text).filter(({ isr, replicas }) => isr.length < replicas.length);
  const missing = new Set(found.flatMap(({ isr, replicas }) => replicas.filter((one) => !isr.includes(one))));
  const [broker] = missing;
  if (!found[0]) return null;
  return `${missing.size === 1 ? `broker ${broker} is missing: ` : ''}${found[0].line}`;
}
