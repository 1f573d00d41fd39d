import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';
import { idleColour } from './idle-colour.ts';
import type { KubernetesState, Workload } from './kubernetes-state.ts';
import { purposeOf } from './purpose.ts';
import { name } from './quote.ts';

/** Alerts that tell of nothing but that nobody is there. */
const OF_ABSENCE =
  /\b(?:no|zero|0|without|missing|lacks?|absent) (?:\w{1,20} ){0,2}(?:endpoints?|pods?|replicas?|backends?|targets?|instances?)\b|noendpoints|\b(?:endpoints?|replicas?|pods?)\b.{0,40}\b(?:empty|zero|is 0|are 0|= ?0|missing|absent|none)\b|scaled to (?:0|zero)|0\/0|\bis not running\b/i;

/** What shows that the workloads of the alert rest because somebody wants it so; null where one of them should run. */
export function meantSo(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { context, subjects, diagnoses } = diagnose(input);
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  const own = context.state.workloads.filter(
    ({ name: one, kind }) => kind !== 'ReplicaSet' && kind !== 'Job' && subjects.names.has(one.toLowerCase()),
  );
  // Who is named beside one that rests need not rest as well, where all that is missed is the one that does.
  const absent = OF_ABSENCE.test(alertText(input.alerts));
  const missed = absent && !workloadsAreIll(input) ? spokenOf(own, input) : own;
  const reasonOf = (one: Workload) => whyItRests(context.state, one, absent);
  const [first] = missed;
  const why = first && reasonOf(first);
  if (!first || !why || !missed.every((one) => rests(one) && reasonOf(one) !== null)) return null;
  return {
    statement: `${first.kind} ${name(first.name)} is ${first.suspended ? 'suspended' : 'scaled to zero'} on purpose, ${why}`,
    evidence: missed.flatMap(({ evidence }) => evidence),
  };
}

/** The workloads that stand in the words of the alerts, without those whose name is only the beginning of another one there. */
function spokenOf(workloads: Workload[], { alerts }: DetectorInput): Workload[] {
  const text = alerts.map(({ title, description }) => `${title}\n${description}`.toLowerCase()).join('\n');
  const standing = workloads.filter(({ name: one }) =>
    text.split(one.toLowerCase()).some((_, at, parts) => at > 0 && !/^[\w-]/.test(parts[at] ?? '')),
  );
  return standing.length > 0 ? standing : workloads;
}

function whyItRests(state: KubernetesState, workload: Workload, absent: boolean): string | null {
  const purpose = purposeOf(workload);
  if (purpose) return `as its annotation ${name(purpose)} says`;
  return absent ? idleColour(state, workload) : null;
}

const rests = ({ suspended, desired }: Workload): boolean => suspended || desired === 0;
