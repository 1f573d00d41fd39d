import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { readsBySchedule } from './analyzers/consumer-lag.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';
import type { KubernetesState } from './kubernetes-state.ts';
import { type ConsumerGroup, consumerGroups, LATE, readsFromTimeToTime } from './logs/consumer-groups.ts';
import { saidBy } from './logs/pod-log.ts';
import { writerOf } from './mentions.ts';
import { name } from './quote.ts';
import { partitions } from './whole-clusters.ts';

const OF_CONSUMERS = /\bkafka|\bconsumer|\btopics?\b|\blag(?:s|ging)?\b|rebalanc/i;
/** What is wrong with records although somebody reads them all. */
export const SPEAKS_OF_RECORDS =
  /los(?:t|es|s|ing)\b|miss(?:ing|ed)\b|duplicat|twice|wrong (?!with\b)|stale|outdated|corrupt|poison|dead.?letter|\bdlq\b|schema|deseriali[sz]/i;
/** What is wrong with those who write them, or with the brokers. */
const MORE =
  /\berrors?\b|\bslow|latenc|time[sd]? ?-?out|\b5\d\ds?\b|\bdisk|\bfull\b|\bmemory|\bheap|\brejected|\bcannot|\bcan't|\bfail(?:s|ed|ing)?\b|\bold\b|produc|publish|\bwrit(?:e|es|ing)\b|\bempty\b/i;
/** A run that has read everything there was says so. */
const TO_THE_END =
  /\blag"?\s{0,2}[=:]\s{0,2}0\b|caught up|no (?:more|new) (?:records|messages)|reached (?:the )?end|end of (?:partition|topic)/i;
/** So many of the last lines of a run are its end. */
const LAST = 5;

/**
 * What shows that nothing is wrong with a topic or its consumers: every group that was asked for keeps up, or reads from time to time and
 * then reads everything; its partitions are whole, and pods and logs say nothing else.
 */
export function readTopics(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  if (!OF_CONSUMERS.test(alert) || MORE.test(alert) || SPEAKS_OF_RECORDS.test(alert)) return null;
  const { context, diagnoses } = diagnose(input);
  const { state, text } = context;
  const groups = consumerGroups(state);
  if (!groups.some(({ group, topic }) => text.includes(group.toLowerCase()) || text.includes(topic.toLowerCase())))
    return null;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input)) return null;
  const told = groups.map((group) => howRead(state, group));
  const asked = state.logs.filter(({ command }) => command != null);
  if (told.includes(null) || partitions(asked) === false || !podsAreWell(state)) return null;
  const own = state.logs.filter((log) => !log.command && log.lines.length > 0);
  const said = saidBy(own);
  // A topic on which nothing is written has no lag either: somebody must be seen at work.
  if (own.length === 0 || (said !== null && !said.line.past)) return null;
  return {
    statement: `${[...new Set(told)].join('; ')}; the pods are well and the logs hold no error`,
    evidence: [
      ...new Set([
        ...groups.map(({ log }) => log.evidence),
        ...[...own, ...state.series].map(({ evidence }) => evidence),
        ...[...state.pods, ...state.workloads].flatMap(({ evidence }) => evidence),
      ]),
    ],
  };
}

function howRead(state: KubernetesState, group: ConsumerGroup): string | null {
  const who = `the consumer group ${name(group.group)}`;
  if (group.rebalancing) return null;
  const read = group.partitions.every(({ lag }) => lag < LATE);
  if (!group.empty && read && group.partitions.every(({ consumer }) => consumer !== null))
    return `${who} keeps up with the topic ${name(group.topic)} on every partition`;
  const comesBack = readsFromTimeToTime(state, group);
  const runs = readsBySchedule(state, group) && !state.series.some(({ asked }) => /lag/i.test(asked));
  return comesBack || (runs && lastRunReadAll(state, group))
    ? `${who} reads the topic ${name(group.topic)} from time to time and everything that has gathered until then`
    : null;
}

/** True where the log of a run of the group says at its end that nothing was left. */
function lastRunReadAll({ logs }: KubernetesState, { group }: ConsumerGroup): boolean {
  const own = logs.filter((log) => !log.command && writerOf(log).toLowerCase().startsWith(group.toLowerCase()));
  return own.length > 0 && own.every(({ lines }) => lines.slice(-LAST).some((line) => TO_THE_END.test(line)));
}

const podsAreWell = ({ pods, workloads }: KubernetesState): boolean =>
  pods.length > 0 &&
  pods.every(({ phase, ready, deleting }) => deleting || phase === 'Succeeded' || ready === true) &&
  workloads.every(({ desired, ready, available }) => desired === null || (ready ?? available ?? desired) >= desired);
