import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import type { Workload } from './kubernetes-state.ts';
import { purposeOf } from './purpose.ts';
import { name } from './quote.ts';

/** What shows that the workloads of the alert rest because somebody wants it so; null where one of them should run. */
export function meantSo(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, subjects, diagnoses } = diagnose(input);
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  const own = context.state.workloads.filter(
    ({ name: one, kind }) => kind !== 'ReplicaSet' && kind !== 'Job' && subjects.names.has(one.toLowerCase()),
  );
  const [first] = own;
  const purpose = first && purposeOf(first);
  if (!first || !purpose || !own.every((workload) => rests(workload) && purposeOf(workload) !== null)) return null;
  return {
    statement: `${first.kind} ${name(first.name)} is ${first.suspended ? 'suspended' : 'scaled to zero'} on purpose, as its annotation ${name(purpose)} says`,
    evidence: own.flatMap(({ evidence }) => evidence),
  };
}

const rests = ({ suspended, desired }: Workload): boolean => suspended || desired === 0;
