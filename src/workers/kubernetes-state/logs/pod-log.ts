import { sameName, workloadOf } from '../../detectors/support/names.ts';
import type { KubernetesState, LogText, Meta } from '../kubernetes-state.ts';
import { sameNamespace } from '../relations.ts';
import { type DecisiveLine, decisiveLine } from './decisive-line.ts';

/** The logs of a pod, the one of the ended container first. */
export function logsOfPod(state: KubernetesState, pod: Pick<Meta, 'name' | 'namespace'>): LogText[] {
  const own = state.logs.filter((log) => log.pod === pod.name && sameNamespace(log.namespace, pod.namespace));
  return own.sort((left, right) => Number(right.previous) - Number(left.previous));
}

/** The logs that belong to a workload: of its pods, or fetched by its name. */
export function logsOfWorkload(state: KubernetesState, workload: Pick<Meta, 'name' | 'namespace'>): LogText[] {
  return state.logs.filter((log) => {
    if (!sameNamespace(log.namespace, workload.namespace)) return false;
    return [log.pod && workloadOf(log.pod), log.pod, log.service].some(
      (name) => name !== null && name !== undefined && sameName(name, workload.name),
    );
  });
}

export type Said = { line: DecisiveLine; log: LogText };

/** What the logs say went wrong: the best line of all; null where no line tells of a failure. */
export function saidBy(logs: LogText[]): Said | null {
  const found = logs.flatMap((log) => {
    const line = decisiveLine(log.lines);
    return line ? [{ line, log }] : [];
  });
  return found.toSorted((left, right) => right.line.score - left.line.score)[0] ?? null;
}

/** A line that complains without saying of what. */
const UNEASY = /warn|deprecat|err|fail|exit|abort|kill|signal/i;

/** How a log ends that holds no decisive line: its last uneasy line, else its last one; null for logs without lines. */
export function lastLineOf(logs: LogText[]): { text: string; log: LogText } | null {
  const log = logs.find(({ lines, command }) => lines.length > 0 && !command);
  const lines = log?.lines.slice(-40).filter((line) => line.trim().length > 8 && !/^\s+at\s/.test(line)) ?? [];
  const text = lines.findLast((line) => UNEASY.test(line.slice(0, 500))) ?? lines.at(-1);
  return log && text ? { text, log } : null;
}
