import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import type { LogText } from './kubernetes-state.ts';
import { answerRows } from './logs/answer-rows.ts';
import { partitionsIn } from './logs/answers/kafka-partitions.ts';
import { consumerGroups, keepsUp } from './logs/consumer-groups.ts';

/** True: a tool says that every member and copy is there; false: it says that one is missing; null: it does not tell of that. */
type Answer = boolean | null;
/** A kind of cluster: the words of alerts about its members and copies, and what the answers of its own tools say of them. */
type Kind = { about: RegExp; shown: string; answer: (logs: LogText[]) => Answer };

const ONLY_ILL = /--(?:under-replicated|unavailable|under-min-isr)-partitions/;

/** `kafka-topics --describe` and `kcat -L`; a list of nothing but ill partitions that is empty counts where a healthy one was printed beside it. */
export function partitions(logs: LogText[]): Answer {
  const asked = logs.filter(({ command }) =>
    /\bkafka-topics\b.*--describe|\bk(?:af)?kacat\b.*-L|\bkcat\b.*-L/.test(command ?? ''),
  );
  const ill = asked.filter(({ command }) => ONLY_ILL.test(command ?? ''));
  const all = asked.flatMap(({ lines, command }) =>
    partitionsIn(lines).map((partition) => ({ partition, onlyIll: ONLY_ILL.test(command ?? '') })),
  );
  if (all.length === 0) return null;
  const whole = all.every(
    ({ partition: { led, replicas, isr }, onlyIll }) => !onlyIll && led && isr.length >= replicas.length,
  );
  if (!whole) return false;
  const everything = asked.some(
    ({ command }) => !ONLY_ILL.test(command ?? '') && !/--topic\b|\s-t\s/.test(command ?? ''),
  );
  return ill.length > 0 || everything ? true : null;
}

const textOf = (logs: LogText[], command: RegExp): string =>
  logs
    .filter((log) => command.test(log.command ?? ''))
    .flatMap(({ lines }) => lines.slice(0, 500))
    .join('\n')
    .slice(0, 100_000);

/** `rpk cluster health` of Redpanda. */
function redpanda(logs: LogText[]): Answer {
  const text = textOf(logs, /\brpk cluster health\b/);
  return text === ''
    ? null
    : /^Healthy:\s+true/m.test(text) && !/^(?:Under-replicated|Leaderless) partitions \([1-9]/m.test(text);
}

/** `_cluster/health` and `_cat/health` of Elasticsearch and OpenSearch. */
function shards(logs: LogText[]): Answer {
  const text = textOf(logs, /_cluster\/health|_cat\/health/);
  const status = /"status"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? /\b(green|yellow|red)\b/.exec(text)?.[1];
  return status === undefined ? null : status === 'green' && !/"unassigned_shards"\s*:\s*[1-9]/.test(text);
}

/** `nodetool status` of Cassandra and Scylla. */
function ring(logs: LogText[]): Answer {
  const nodes = [...textOf(logs, /\bnodetool\b.*\bstatus\b/).matchAll(/^([UD][NLJM])\s+\S/gm)];
  return nodes.length === 0 ? null : nodes.length > 1 && nodes.every(([, state]) => state === 'UN');
}

/** Of fewer members one may have been left out. */
const QUORATE = 3;

/** `etcdctl endpoint health`, and the table of `endpoint status`: members without errors, one of them the leader. */
function members(logs: LogText[]): Answer {
  const told = [...textOf(logs, /\betcdctl\b.*\bendpoint health\b/).matchAll(/\bis (healthy|unhealthy)\b/g)];
  if (told.length > 0) return told.every(([, health]) => health === 'healthy');
  const text = textOf(logs, /\betcdctl\b.*\bendpoint status\b/);
  const rows = answerRows(text).filter((row) => row['is leader'] !== undefined);
  if (rows.length === 0) return null;
  const leaders = rows.filter((row) => row['is leader'] === 'true').length;
  if (/Failed to get the status|context deadline exceeded/.test(text)) return false;
  return rows.length >= QUORATE && leaders === 1 && rows.every((row) => row.errors === undefined || row.errors === '');
}

const KINDS: readonly Kind[] = [
  {
    about:
      /under-?\s?replicated|under ?min ?isr|\bisr\b|in-sync|offline ?partitions?|brokers? .{0,30}(?:down|restart|missing|left)/i,
    shown: 'every partition that was printed has a leader and all of its replicas in sync',
    answer: (logs) => partitions(logs) ?? redpanda(logs),
  },
  {
    about: /\bshards?\b|cluster ?(?:status|health)|(?:yellow|red)\b|\bnodes? .{0,30}(?:left|missing|down|restart)/i,
    shown: 'the cluster says itself that it is green, with every shard in its place',
    answer: shards,
  },
  {
    about: /cassandra|scylla|\bring\b|\bnodes? .{0,30}(?:left|missing|down|restart)/i,
    shown: 'every node of the ring is up and normal (UN)',
    answer: ring,
  },
  {
    about: /\betcd\w*\b.{0,80}\bmembers?\b|\betcd(?:members|insufficient|noleader)/i,
    shown: 'every endpoint says that it is healthy, and there is a leader',
    answer: members,
  },
];

/** Troubles that a whole cluster may have all the same. */
const MORE =
  /\berrors?\b|latenc|\bslow|time[sd]? ?-?out|\blag\b|\bdisk|\bfull\b|\bmemory|\bheap|\brejected|\bcannot|\bfail(?:s|ed|ing)? to\b|los(?:t|es|s)\b/i;

/**
 * What shows that a cluster whose members or copies an alert misses is whole again: its own tools, asked now, say so, and nothing else
 * raises a doubt.
 */
export function wholeCluster(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  const kinds = KINDS.filter(({ about }) => about.test(alert));
  if (kinds.length === 0 || MORE.test(alert)) return null;
  const { context, diagnoses } = diagnose(input);
  const { state } = context;
  const asked = state.logs.filter(({ command }) => command != null);
  const answers = kinds.map((kind) => ({ kind, answer: kind.answer(asked) }));
  const whole = answers.find(({ answer }) => answer === true);
  if (!whole || answers.some(({ answer }) => answer === false)) return null;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  if (flaps(state.logs)) return null;
  if (consumerGroups(state).length > 0 && !keepsUp(state)) return null;
  return {
    statement: `whoever was missed is back: ${whole.kind.shown}`,
    evidence: [...new Set(asked.map(({ evidence }) => evidence))],
  };
}

const SHRINKS = /\bshrinking isr\b|\bisr shr(?:ink|unk)/i;
const OFTEN = 4;

/** Copies that leave and come back again and again are no restart that is over. */
const flaps = (logs: LogText[]): boolean =>
  logs.some(({ lines, command }) => {
    const at = lines.findLastIndex((line) => SHRINKS.test(line.slice(0, 1500)));
    const often = lines.filter((line) => SHRINKS.test(line.slice(0, 1500))).length >= OFTEN;
    const back = lines.slice(at + 1).some((line) => /\bexpanding isr\b|\bisr expan/i.test(line.slice(0, 1500)));
    return !/\bkafka-topics\b/.test(command ?? '') && at !== -1 && (often || !back);
  });
