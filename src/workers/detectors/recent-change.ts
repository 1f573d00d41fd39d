import type { Action, Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { evidenceOf } from './support/evidence-of.ts';
import { isKubernetesName } from './support/names.ts';
import { type KubernetesEvent, relatedEvents } from './support/pods.ts';
import { isRecent } from './support/relation.ts';
import { shellCommand } from './support/shell.ts';
import { isoTime, oneLine, utcText } from './support/text.ts';

/** A rollout brings up a new replica set from nothing; autoscaling starts from more. */
const ROLLOUT = /^Scaled up replica set (?<set>[a-z0-9.-]{1,253}) from 0 to \d{1,5}$/;
/** Objects by which clusters are configured, and the words of the tools that change them. */
const CONFIGURED = /^(?:ConfigMap|Secret|HelmRelease|Kustomization|Application|NetworkPolicy|Ingress)$/;
const CHANGED = /updat|upgrad|chang|roll(?:ed)?back|sync(?:ed|succeeded)|operationcompleted/i;

/**
 * Finds what was changed shortly before: rollouts of the alert's workload and changed configuration. A change alone is only a
 * lead; `concludeFindings` names it beside the cause when it came just before the trouble.
 */
export const recentChange: Detector = (input) => {
  const events = [...relatedEvents(input), ...clusterEvents(input)];
  const found = events.flatMap(({ event, evidence }) => changeOf(event, evidence, input) ?? []);
  const distinct = found.filter(
    ({ statement }, index) => found.findIndex((other) => other.statement === statement) === index,
  );
  return distinct.sort((left, right) => startOf(right) - startOf(left)).slice(0, 3);
};

/** What configures the cluster itself concerns everybody, where somebody asked for it. */
function clusterEvents({ evidence }: DetectorInput): { event: KubernetesEvent; evidence: number }[] {
  return evidenceOf(evidence, 'events.list').flatMap(({ data, number }) =>
    data.events
      .filter(({ namespace, kind }) => namespace === 'kube-system' && CONFIGURED.test(kind))
      .map((event) => ({ event, evidence: number })),
  );
}

const startOf = ({ timeline }: Finding) => Date.parse(timeline[0]?.at ?? '');

function changeOf(event: KubernetesEvent, evidence: number, input: DetectorInput): Finding | null {
  const at = isoTime(event.firstSeen);
  if (!at || event.type !== 'Normal' || !isRecent(at, input)) return null;
  if (event.kind === 'Deployment') return rolloutOf(event, at, evidence, input);
  if (!CONFIGURED.test(event.kind) || !CHANGED.test(`${event.reason} ${event.message}`)) return null;
  const what = `${event.kind} ${oneLine(event.name, 120)} was changed`;
  const statement = `${what} at ${utcText(at)}: ${oneLine(event.message, 160)}`;
  return { ...common(event.name), statement, evidence: [evidence], timeline: [{ at, what, evidence: [evidence] }] };
}

function rolloutOf(event: KubernetesEvent, at: string, evidence: number, input: DetectorInput): Finding | null {
  const set = ROLLOUT.exec(event.message)?.groups?.set;
  if (!set) return null;
  const image = imageOf(set, input);
  const version = image ? `, image ${oneLine(image.name, 160)}` : '';
  const cited = image && image.evidence !== evidence ? [evidence, image.evidence] : [evidence];
  const what = `${oneLine(event.name, 120)} was rolled out`;
  return {
    ...common(event.name),
    statement: `${what} at ${utcText(at)} (replica set ${set}${version})`,
    evidence: cited,
    timeline: [{ at, what: `${what} (replica set ${set})`, evidence: [evidence] }],
    actions: rolloutActions({ name: event.name, namespace: event.namespace }),
  };
}

function imageOf(set: string, { evidence }: DetectorInput): { name: string; evidence: number } | null {
  for (const { data, number } of evidenceOf(evidence, 'pods.status')) {
    const name = data.pods.find((pod) => pod.name.startsWith(`${set}-`))?.containers[0]?.image;
    if (name) return { name, evidence: number };
  }
  return null;
}

type RolledOut = { name: string; namespace: string; kind?: string };

/** What to do about a rollout, of a deployment unless told otherwise: see it, and go back; nothing for names that Kubernetes would not accept. */
export function rolloutActions({ name, namespace, kind = 'Deployment' }: RolledOut): Action[] {
  if (!isKubernetesName(name) || !isKubernetesName(namespace)) return [];
  const where = [`${kind.toLowerCase()}/${name}`, '--namespace', namespace];
  return [
    {
      title: 'See whether a rollout shortly before changed something',
      command: shellCommand('kubectl', 'rollout', 'history', ...where),
      risk: null,
    },
    {
      title: 'Go back to the version before, if that rollout is to blame',
      command: shellCommand('kubectl', 'rollout', 'undo', ...where),
      risk: 'Replaces the pods by those of the version before; see first that no migration stands against it.',
    },
  ];
}

/** Below what counts as a reason to doubt that all is well: most changes do no harm. */
const CONFIDENCE = 0.25;

function common(component: string): Omit<Finding, 'statement' | 'evidence' | 'timeline'> {
  return {
    detector: 'recent-change',
    class: 'application',
    component,
    confidence: CONFIDENCE,
    cause: false,
    actions: [],
    prevention: ['Roll out step by step with a check of errors and latency between the steps, and go back by itself.'],
    metrics: [],
  };
}
