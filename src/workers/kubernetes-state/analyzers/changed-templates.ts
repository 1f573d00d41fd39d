import { sameName } from '../../detectors/support/names.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Pod } from '../kubernetes-state.ts';
import { logsOfWorkload, type Said, saidBy } from '../logs/pod-log.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name } from '../quote.ts';
import { sameNamespace, workloadName } from '../relations.ts';
import { lastRollout, type Owner, revisionOwners } from '../revisions.ts';
import { type Difference, differences } from '../template-differences.ts';
import { secondsSince } from './changed-configuration.ts';
import { undoActions } from './rollouts.ts';

/** So many differences a sentence can bear. */
const MOST_TOLD = 3;

/** Finds what pods lost, or got otherwise, with the last rollout of a workload of which something fails since. */
export const changedTemplates: Analyzer = ({ state, input }) =>
  revisionOwners(state).flatMap((owner) => {
    const rollout = lastRollout(state, owner);
    const trouble = rollout && troubleOf(state, owner, input.now);
    if (!rollout || !trouble) return [];
    const found = differences(rollout)
      .map((one) => ({ one, confidence: confidenceOf(one, trouble) }))
      .toSorted((left, right) => right.confidence - left.confidence);
    const [best] = found;
    if (!best) return [];
    const evidence = [...rollout.now.evidence, ...rollout.before.evidence, ...trouble.evidence];
    return [toDiagnosis(owner, `revision ${rollout.before.number}`, found, { ...trouble, evidence })];
  });

/** What fails of a workload: what it says itself, what others say of it, and its pods that are not well; and whether these came with a rollout of late. */
type Trouble = {
  own: Said | null;
  words: string;
  pods: Pod[];
  ill: boolean;
  outOfMemory: boolean;
  old: boolean;
  evidence: number[];
};

function troubleOf(state: KubernetesState, owner: Owner, now: Date): Trouble | null {
  const pods = state.pods.filter(
    (pod) => !pod.deleting && sameNamespace(pod.namespace, owner.namespace) && sameName(workloadName(pod), owner.name),
  );
  const ill = pods.filter(
    (pod) => pod.phase !== 'Succeeded' && (pod.ready === false || pod.reason === 'CrashLoopBackOff'),
  );
  const own = presentWords(saidBy(logsOfWorkload(state, owner).filter(({ command }) => !command)));
  const others = own || ill.length > 0 ? null : saidOf(state, owner);
  const said = own ?? others;
  if (!said && ill.length === 0) return null;
  const ends = ill.flatMap(({ template }) => template.containers.flatMap(({ status, last }) => [status, last]));
  return {
    own,
    words: [said?.line.text, said?.line.also, said?.line.setting, ...ends.map((end) => end?.message)]
      .filter(Boolean)
      .join('\n'),
    pods,
    ill: ill.length > 0,
    outOfMemory: ends.some((end) => end?.reason === 'OOMKilled') || said?.line.kind?.name === 'out-of-memory',
    old: pods.length > 0 && pods.every((pod) => (secondsSince(pod, now) ?? 0) > LONG),
    evidence: [...(said ? [said.log.evidence] : []), ...ill.flatMap(({ evidence }) => evidence)],
  };
}

const presentWords = (said: Said | null): Said | null => (said && !said.line.past && said.line.level > 0 ? said : null);

/** What another program complains about this one. */
function saidOf(state: KubernetesState, { name: own, namespace }: Owner): Said | null {
  const book = nameBook(state);
  const logs = state.logs.filter(
    (log) => !log.command && sameNamespace(log.namespace, namespace) && !sameName(writerOf(log), own),
  );
  const complaints = logs.flatMap((log) => presentWords(saidBy([log])) ?? []);
  return complaints.find(({ line }) => namedIn(line.text, book).some((one) => sameName(one, own))) ?? null;
}

/** After this time (in seconds) a rollout would have shown what it did. */
const LONG = 2 * 86_400;
/** Shorter words stand in texts by chance. */
const TELLING = 4;

/** Lost things explain more than other ones, and what the failure itself speaks of explains most. */
function confidenceOf(
  { lost, words, class: is }: Difference,
  { words: told, own, ill, outOfMemory, old }: Trouble,
): number {
  if (is === 'resource') return outOfMemory ? 0.86 : 0.3;
  if (words.some((word) => word.length >= TELLING && told.includes(word))) return lost ? 0.92 : 0.88;
  if (old) return 0.3;
  const kind = own?.line.kind ?? null;
  const ofItself = own !== null && (kind?.class ?? 'application') === 'application';
  if (lost) return ofItself || ill ? 0.8 : 0.68;
  return ofItself || ill ? 0.66 : 0.5;
}

function toDiagnosis(
  { kind, name: own, namespace }: Owner,
  before: string,
  found: { one: Difference; confidence: number }[],
  { pods, evidence }: Trouble,
): Diagnosis {
  const [best] = found;
  const told = found
    .filter(({ confidence, one }) => confidence >= (best?.confidence ?? 0) - 0.12 || one.lost)
    .slice(0, MOST_TOLD)
    .map(({ one }) => one.text(before));
  return diagnosis({
    kind: 'rollout-changed-template',
    class: best?.one.class ?? 'application',
    statement: `Since the last rollout of ${kind} ${name(own)} ${told.join('; ')}`,
    component: own,
    namespace,
    touches: [own, ...pods.map((pod) => pod.name)],
    confidence: best?.confidence ?? 0,
    evidence,
    actions: undoActions({ kind, name: own, namespace }),
    prevention: [
      'Let every change of a workload go through the manifests in version control, and let its program refuse to start without a setting that it needs.',
    ],
  });
}
