import { oncePer } from '../detectors/support/once-per.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { type JudgedChange, judgeChanges } from './change-fit.ts';
import { type IncidentPicture, incidentPicture } from './incident-picture.ts';
import { liveChanges } from './live-changes.ts';
import { type OperationalCause, operationalCause } from './operational-cause.ts';

/** What is held of the changes around an incident. */
export type ChangeVerdict = {
  picture: IncidentPicture;
  /** The change whose time, place and mechanism all fit. */
  culprit: JudgedChange | null;
  /** What explains the trouble without any change. */
  operational: OperationalCause | null;
  /** Changes that look suspect and are not, each with the condition that it fails; the likeliest first. */
  ruledOut: { judged: JudgedChange; why: string }[];
};

/** From here on a change is held to be the cause. */
export const ENOUGH = 0.25;
/** Against a reason that needs no change a change has to speak for itself very clearly. */
const ENOUGH_AGAINST_OTHER_CAUSE = 0.65;
/** A change that shares less with what goes wrong has no mechanism that shows. */
export const LEAST_MECHANISM = 0.3;
const MOST_RULED_OUT = 5;

/** Judges the changes of the evidence; null where no changes are known, so that nothing can be said of them. Pure. */
export const suspectChange = oncePer((input: LocalisationInput): ChangeVerdict | null => {
  const changes = liveChanges(input.evidence);
  if (changes.length === 0) return null;
  const picture = incidentPicture(input);
  const operational = operationalCause(picture);
  const judged = judgeChanges(changes, picture, operational).sort(
    (left, right) => right.score - left.score || (left.live.id < right.live.id ? -1 : 1),
  );
  const best = judged[0];
  const enough = operational && !best?.makesReason ? ENOUGH_AGAINST_OTHER_CAUSE : ENOUGH;
  const culprit = best && best.score >= enough && best.mechanism.score >= LEAST_MECHANISM ? best : null;
  const others = judged.filter((one) => one !== culprit && looksSuspect(one));
  return {
    picture,
    culprit,
    operational: culprit ? null : operational,
    ruledOut: others
      .map((one) => ({ judged: one, why: whyNot(one, culprit, operational) }))
      .sort((left, right) => (right.judged.live.at ?? 0) - (left.judged.live.at ?? 0))
      .slice(0, MOST_RULED_OUT),
  };
});

/** So soon before the trouble that everybody will ask about it. */
const SOON = 0.7;

/** What somebody in a hurry would blame: near in time and place, very near in time, or speaking of the same things. */
export const looksSuspect = ({ time, place, mechanism, live }: JudgedChange) =>
  (time.score > 0 && place.score > 0) ||
  time.score >= SOON ||
  (place.score === 1 && live.at !== null) ||
  mechanism.score >= LEAST_MECHANISM;

/** The condition that a change does not meet, as a clause. */
export function whyNot(
  { time, place, mechanism }: JudgedChange,
  culprit: JudgedChange | null,
  operational: OperationalCause | null,
): string {
  if (time.score === 0) return time.why;
  if (place.score === 0) return place.why;
  if (mechanism.score < LEAST_MECHANISM) return mechanism.why;
  if (culprit) return 'another change fits better';
  return operational ? 'what happened needs no change to be explained' : 'too little speaks for it';
}
