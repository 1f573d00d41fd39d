import { unique, utcText } from '../detectors/support/text.ts';
import { actsElsewhere } from './acts-elsewhere.ts';
import { type ChangeEffect, effectOf } from './change-effect.ts';
import { climbsSince } from './climbing-series.ts';
import { areAskedForMore } from './demand.ts';
import { actsOnOthers, feltElsewhere } from './felt-elsewhere.ts';
import type { Consequence } from './harms/harm.ts';
import { type IncidentPicture, notable } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';
import { changeWords, type Fit, mechanismFit, rarityOf } from './mechanism-fit.ts';
import type { OperationalCause } from './operational-cause.ts';
import { type PlaceFit, placeFit } from './place-fit.ts';
import { ownSigns, saidAgainst, sourceOf, symptomsOf } from './symptoms.ts';

/** A change measured by the three conditions; only one that meets all of them can be the cause. */
export type JudgedChange = {
  live: LiveChange;
  effect: ChangeEffect;
  /** Where it runs, and who feels it where that is elsewhere. */
  affects: string[];
  /** True where its lines plainly make a reason that otherwise needs no change: a disk that it fills, or may no longer write to. */
  makesReason: boolean;
  time: Fit;
  place: PlaceFit;
  mechanism: Fit;
  score: number;
};

/** The evidence of a change and of everything by which it fits. */
export const evidenceOfChange = ({
  live,
  ...fits
}: Pick<JudgedChange, 'live' | 'time' | 'place' | 'mechanism'>): number[] =>
  unique([...live.evidence, ...[fits.time, fits.place, fits.mechanism].flatMap(({ evidence = [] }) => evidence)]).sort(
    (left, right) => left - right,
  );

const HOUR_MS = 3_600_000;
/** Most changes that do harm do it soon; some need the right load or data. */
const HALF_LIFE_MS = 2 * HOUR_MS;
const LONGEST_MS = 24 * HOUR_MS;
const SHORTLY_MS = HOUR_MS / 2;

/**
 * Measures every change against the picture of the incident. Where a reason is seen that needs no change, what changes of a kind are known
 * to do counts nothing, as the same is to be seen without them, unless it plainly makes the very reason.
 */
export function judgeChanges(
  changes: LiveChange[],
  picture: IncidentPicture,
  reason: OperationalCause | null = null,
): JudgedChange[] {
  const effects = changes.map(({ change, services }) => {
    const effect = effectOf(change);
    const passesOn = areAskedForMore(services, picture.shifts);
    return reason ? { ...effect, consequences: makersOf(reason, effect, passesOn) } : effect;
  });
  const words = changes.map(({ change }, index) => changeWords(change, effects[index]!));
  const rarity = rarityOf(words);
  const symptoms = symptomsOf(picture);
  const blind = changes.every(({ change }) => change.kind === 'deploy' && change.detail === '');
  return changes.map((live, index) => {
    const effect = effects[index]!;
    const time = climbFit(live, effect, picture) ?? timeFit(live, picture);
    const runs = placeFit(live, picture);
    const own = actsOnOthers(effect) ? ownSigns(live, picture) : [];
    const said = [saidAgainst(symptoms, live.services), ...own.map(({ metric }) => metric)].join('\n');
    const sources = [...symptoms.sources, ...own.map(sourceOf)];
    const read = { ...symptoms, said, sources, written: writtenIn(live) };
    const fit = blind ? coincidence(time, runs) : mechanismFit(words[index]!, effect, read, rarity);
    const told = coincidenceOf(live, effect, runs, picture);
    const mechanism = told && fit.score < told.score ? told : fit;
    const elsewhere =
      runs.score < 1 && shownPlainly(effect, said)
        ? (actsElsewhere(live, picture) ?? feltElsewhere(live, effect, said, picture))
        : null;
    const place: PlaceFit = elsewhere === null ? runs : { score: 1, ...elsewhere };
    const isFelt = elsewhere !== null || runs.feltByOthers;
    const feeling = !isFelt ? [] : notable(picture.failing).map(({ service }) => service);
    const affects = [...new Set([...live.services, ...feeling])];
    const makesReason = reason !== null && effect.consequences.length > 0;
    return {
      live,
      effect,
      affects,
      makesReason,
      time,
      place,
      mechanism,
      score: time.score * place.score * mechanism.score,
    };
  });
}

/**
 * A disk that is full or read-only may have been made so, and more requests than usual may meet less room than there was, or be made by who
 * asks and does not only pass them on; what expires, fails over or is used up comes by itself.
 */
function makersOf(
  { kind, statement }: OperationalCause,
  { consequences }: ChangeEffect,
  passesOn: boolean,
): Consequence[] {
  if (kind === 'demand')
    return consequences.filter(({ takesRoom, feltByAsked: asks }) => takesRoom || (asks && !passesOn));
  return kind === 'storage' ? consequences.filter(({ isPlain, shows }) => isPlain && shows.test(statement)) : [];
}

const writtenIn = ({ change: { title, files, detail } }: LiveChange): string => [title, ...files, detail].join('\n');

function timeFit({ at }: LiveChange, { onset }: IncidentPicture): Fit {
  if (at === null) return { score: 0, why: 'it was not deployed before the trouble' };
  const age = onset - at;
  const when = utcText(new Date(at).toISOString());
  if (age < 0) return { score: 0, why: `it came after the trouble had begun, at ${when}` };
  if (age > LONGEST_MS) return { score: 0, why: `it had run long without trouble, since ${when}` };
  const shortly = age <= SHORTLY_MS ? 'shortly ' : '';
  return { score: 0.5 ** (age / HALF_LIFE_MS), why: `it came ${shortly}before the trouble began, at ${when}` };
}

/** What climbs from the very change on is known to come from it, however long it takes until somebody suffers. */
function climbFit({ services, at }: LiveChange, { consequences }: ChangeEffect, picture: IncidentPicture): Fit | null {
  const holds = consequences.some(({ holdsOthers }) => holdsOthers);
  if (at === null || !holds || at > picture.onset) return null;
  const climbing = picture.open?.find((one) => services.includes(one.service) && climbsSince(one, at, picture.alertAt));
  if (!climbing) return null;
  const when = utcText(new Date(at).toISOString());
  const why = `${climbing.metric} of ${climbing.service} has climbed since it came, at ${when}`;
  return { score: CLIMBS, why, evidence: [climbing.evidence] };
}

const CLIMBS = 0.9;

const shownPlainly = ({ consequences }: ChangeEffect, said: string): boolean =>
  consequences.some(({ isPlain, shows }) => isPlain && shows.test(said));

/** Where only rollouts are known and not what is in them, that a service got into trouble right after its own is all there is to go by. */
function coincidence(time: Fit, place: Fit): Fit {
  const fits = place.score === 1 && time.score >= RIGHT_AFTER;
  return fits
    ? { score: COINCIDENCE, why: 'what it brought is not at hand, but its service got into trouble right after it' }
    : { score: 0, why: 'its service did not get into trouble right after it' };
}

const AT_ONCE_MS = 60_000;
const SWITCHED: Fit = {
  score: 0.32,
  why: 'it switches something on or off where the trouble began within the same minute',
};

const IN_TURN: Fit = {
  score: 0.32,
  why: 'what it does is not plain from its lines, but one service after the other got into trouble right after its own deploy of it',
};

/** What a time and a place tell by themselves, where they coincide as they hardly do by chance. */
function coincidenceOf(
  live: LiveChange,
  { effect }: ChangeEffect,
  runs: PlaceFit,
  picture: IncidentPicture,
): Fit | null {
  if (runs.inTurn && effect !== 'inert') return IN_TURN;
  return actsAtOnce(live, runs, picture) ? SWITCHED : null;
}

/** A flag acts at once, and nothing is rolled out for it: what goes wrong in the same minute at the same place is hardly chance. */
const actsAtOnce = ({ change, at }: LiveChange, { score }: Fit, { onset }: IncidentPicture): boolean =>
  change.kind === 'flag' && score === 1 && at !== null && at <= onset && onset - at < AT_ONCE_MS;

/** Half an hour after a change at most. */
const RIGHT_AFTER = 0.5 ** 0.25;
const COINCIDENCE = 0.6;
