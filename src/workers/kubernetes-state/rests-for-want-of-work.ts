import { alertText } from '../alert-facts.ts';
import { complains } from '../database-state/complaints.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import { name } from './quote.ts';
import { wantedRest } from './wanted-rest.ts';

/** Work that waits, and whoever waits for it. */
const WORK_WAITS =
  /\b(?:backlog|unprocessed|messages?|waiting|waits?|queued|lag|growing|grows|pil(?:es|ing) up|uploads? (?:are|is)|not (?:processed|consumed|scaling|scaled up)|nothing (?:is|gets)|does not scale|won't|doesn't)\b/i;

/** Workloads that their autoscaler may take to zero, by the objects as they are wanted, where nobody says that work waits. */
export function restsForWantOfWork(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const told = alertText(input.alerts);
  if (complains(told) || WORK_WAITS.test(told)) return null;
  const { context, subjects, diagnoses } = diagnose(input);
  const { state } = context;
  if (!state.desiredOnly || diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  const own = state.workloads.filter(
    ({ name: one, kind }) => kind !== 'ReplicaSet' && kind !== 'Job' && subjects.names.has(one.toLowerCase()),
  );
  const reasons = own.map((workload) => wantedRest(state, workload));
  const [[first], [reason]] = [own, reasons];
  if (!first || !reason || reasons.includes(null)) return null;
  return {
    statement: `${first.kind} ${name(first.name)} is at zero replicas by design: ${reason.why}`,
    evidence: [...new Set([...own, ...reasons.flatMap((one) => one ?? [])].flatMap(({ evidence }) => evidence))],
  };
}
