import type { Finding } from '../../shared/report.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { buildState } from '../kubernetes-state/build-state.ts';
import type { KubernetesState } from '../kubernetes-state/kubernetes-state.ts';
import { saidBy } from '../kubernetes-state/logs/pod-log.ts';
import { writerOf } from '../kubernetes-state/mentions.ts';
import type { Suspect } from '../localisation/suspect.ts';
import { type JudgedChange, judgeChanges } from './change-fit.ts';
import { configurationChanges } from './configuration-changes.ts';
import { type IncidentPicture, incidentPicture } from './incident-picture.ts';
import type { ProblemLine } from './problem-lines.ts';
import { ENOUGH, LEAST_MECHANISM, looksSuspect, whyNot } from './suspect-change.ts';

/** The change of configuration that fits, and those that came shortly before and do not. */
export type ConfigurationVerdict = {
  culprit: JudgedChange | null;
  ruledOut: { judged: JudgedChange; why: string }[];
};

const DAY_MS = 24 * 60 * 60_000;
const MOST_RULED_OUT = 3;

/**
 * Judges what was changed in ConfigMaps and Secrets within the last day by the same three conditions as deploys and commits: a change came
 * before the trouble, in what a workload in trouble mounts or takes its variables from, and what goes wrong speaks of what was changed.
 * `chain` is the cause with its effects, as found.
 */
export function judgeConfiguration(chain: Finding[], input: DetectorInput): ConfigurationVerdict {
  const state = buildState(input.evidence);
  const changes = configurationChanges(state, input.now);
  if (changes.length === 0) return { culprit: null, ruledOut: [] };
  const picture = pictureWith(chain, state, incidentPicture(input));
  const recent = changes.filter(({ at }) => at !== null && at > picture.onset - DAY_MS);
  const judged = judgeChanges(recent, picture).sort(
    (left, right) => right.score - left.score || (left.live.id < right.live.id ? -1 : 1),
  );
  const [best] = judged;
  const culprit = best && best.score >= ENOUGH && best.mechanism.score >= LEAST_MECHANISM ? best : null;
  const others = judged.filter((one) => one !== culprit && looksSuspect(one) && isRuledOut(one, culprit));
  return {
    culprit,
    ruledOut: others.slice(0, MOST_RULED_OUT).map((one) => ({ judged: one, why: whyNot(one, culprit, null) })),
  };
}

/** A change in the right place before the trouble whose content nobody has seen may be harmless or not: it is no decoy. */
const isRuledOut = ({ time, place, effect }: JudgedChange, culprit: JudgedChange | null) =>
  culprit !== null || time.score === 0 || place.score === 0 || effect.effect !== 'unseen';

/** What metrics and lines of logging systems show, and what was found in the cluster and in the logs of its pods. */
function pictureWith(chain: Finding[], state: KubernetesState, picture: IncidentPicture): IncidentPicture {
  const times = chain.flatMap(({ timeline }) => timeline.map(({ at }) => Date.parse(at)));
  const onset = Math.min(picture.onset, ...times.filter((ms) => !Number.isNaN(ms)));
  const found = chain.flatMap((finding) => suspectOf(finding, onset) ?? []);
  const rest = picture.failing.filter(({ service }) => found.every((one) => one.service !== service));
  const highest = Math.max(1, ...rest.map(({ score }) => score));
  return {
    ...picture,
    onset,
    failing: [...found.map((one) => ({ ...one, score: highest })), ...rest],
    problems: [...picture.problems, ...complaints(state, onset)],
  };
}

function suspectOf({ component, class: alertClass, evidence, statement }: Finding, onset: number): Suspect | null {
  if (component === null) return null;
  return { service: component, instance: null, score: 1, onset, class: alertClass, reasons: [statement], evidence };
}

/** The line of every program that tells best what is wrong. */
function complaints(state: KubernetesState, at: number): ProblemLine[] {
  const byWriter = Map.groupBy(
    state.logs.filter(({ command }) => !command),
    writerOf,
  );
  return [...byWriter].flatMap(([service, logs]) => {
    const said = saidBy(logs);
    if (!said) return [];
    const { text } = said.line;
    return [{ service, at, body: text, template: text, attributes: {}, evidence: said.log.evidence }];
  });
}
