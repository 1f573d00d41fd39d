import { alertTime } from '../../changes/problem-lines.ts';
import { looksLikeError } from '../../localisation/telemetry/log-templates.ts';
import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isSelected } from './propagation.ts';
import { isRelatedService } from './relation.ts';
import { tellsSuccess } from './scheduled-work.ts';
import { type Input, inputsIn, tellsDeath, tellsReturn, tellsStart } from './taken-up.ts';
import { countsNone, tellsEnd, tellsFailure } from './work-words.ts';

/** A line with what it names of what its program works on. */
type Line = { at: number; service: string; severity: string | null; body: string; number: number; inputs: Input[] };

/** A program that dies or fails each time right after it took up the same piece of work. */
export type RepeatedInput = {
  service: string;
  /** What the piece is called by, the most telling name first. */
  names: Input[];
  /** True where the process dies, false where it goes on after the failure. */
  dies: boolean;
  /** True where something says that the piece comes back. */
  returns: boolean;
  takenUp: Line[];
  ends: Line[];
};

/** So many deaths, or failures that leave the process alive, are no chance; nearly all have to follow the same piece of work. */
const [DEATHS, FAILURES, NEARLY_ALL] = [3, 4, 0.8];
/** Instances that live work off others meanwhile, so the piece need not be the last one named before each end; what only starts name rarely is. */
const OFTEN_LAST = 0.4;
/** So long after it is taken up a piece does its harm at most; ends within so short a time are one. */
const [WITHIN_MS, SAME_MS] = [3 * 60_000, 5000];
/** So many other pieces are worked off. */
const OTHERS = 3;
/** What is named in far more lines than anything ends is a setting. */
const PER_END = 6;
/** The last end is no longer before the alert than this. */
const RECENT_MS = 15 * 60_000;

/** The piece of work after which a program of the evidence dies or fails each time while others pass; null where there is none. */
export function repeatedInput(input: DetectorInput): RepeatedInput | null {
  const lines = linesOf(input);
  const known = [...new Set(lines.map(({ service }) => service))];
  const services = known.filter((service) => isSelected(input) || isRelatedService(service, input));
  for (const dies of [true, false]) {
    for (const service of services) {
      const own = lines.filter((line) => line.service === service);
      const ends = dies ? deathsOf(service, lines, known) : failuresOf(own);
      const isLate = (ends.at(-1)?.at ?? 0) < alertTime(input) - RECENT_MS;
      const names = ends.length < (dies ? DEATHS : FAILURES) || isLate ? [] : sameBefore(ends, own);
      const takenUp = own.filter(({ inputs }) => inputs.some(({ value }) => value === names[0]?.value));
      const returns =
        takenUp.some(({ body }) => tellsReturn(body)) ||
        lines.some(({ at, body }) => tellsReturn(body) && ends.some((end) => Math.abs(end.at - at) <= SAME_MS));
      if (names.length > 0 && (dies || returns)) return { service, names, dies, returns, takenUp, ends };
    }
  }
  return null;
}

/** Each line once, oldest first: several questions may bring the same one. */
function linesOf({ evidence }: DetectorInput): Line[] {
  const seen = new Set<string>();
  const lines = evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.flatMap(({ at, service, severity, body }): Line[] => {
      const [ms, key] = [Date.parse(at), `${at} ${service} ${body}`];
      if (!service || Number.isNaN(ms) || seen.has(key)) return [];
      seen.add(key);
      return [{ at: ms, service, severity, body, number, inputs: inputsIn(body) }];
    }),
  );
  return lines.sort((one, other) => one.at - other.at);
}

/** The deaths of a service by its own last words, or by those of the platform about a pod of it. */
function deathsOf(service: string, lines: Line[], services: string[]): Line[] {
  const told = lines.filter(({ body }) => tellsDeath(body));
  return apart(told.filter((line) => line.service === service || podOf(line, services) === service));
}

/** The service that a line names, or a pod of which it names; of several names that fit the longest. */
const podOf = ({ body }: Line, services: string[]): string | undefined => {
  const words = body.slice(0, MAX_BODY).split(/[^\w.-]+/);
  const named = services.filter((service) => words.some((word) => word === service || word.startsWith(`${service}-`)));
  return named.toSorted((one, other) => other.length - one.length)[0];
};
const MAX_BODY = 600;

const failuresOf = (own: Line[]): Line[] =>
  apart(own.filter(({ severity, body }) => looksLikeError(severity, body) && !countsNone(body)));

/** Of lines that follow each other at once the first: they tell of one end. */
const apart = (lines: Line[]): Line[] =>
  lines.filter(({ at }, index) => index === 0 || at - lines[index - 1]!.at > SAME_MS);

/** What the pieces are called that nearly all ends follow, where they never came to a good end and others did; none where there is no such piece. */
function sameBefore(ends: Line[], own: Line[]): Input[] {
  const pieces = piecesOf(ends, own);
  const harmful = pieces.filter(
    ({ lines, followed, last }) =>
      followed.size >= Math.max(DEATHS, NEARLY_ALL * ends.length) &&
      last >= OFTEN_LAST * ends.length &&
      lines[0]!.at >= ends[0]!.at - WITHIN_MS &&
      lines.length <= PER_END * ends.length &&
      !lines.some(({ body }) => passes(body) || tellsStart(body)),
  );
  const passed = pieces.filter(({ followed }) => followed.size <= 1);
  return passed.length >= OTHERS ? harmful.map(({ input }) => input) : [];
}

/** A piece of work with the lines that name it, the ends (by their place) that followed it, and before how many it was the last one named. */
type Piece = { input: Input; lines: Line[]; followed: Set<number>; last: number };

function piecesOf(ends: Line[], own: Line[]): Piece[] {
  const pieces = new Map<string, Piece>();
  const lasts = new Map<number, Line>();
  let next = 0;
  for (const line of own) {
    while (next < ends.length && ends[next]!.at < line.at) next++;
    const end = ends[next];
    const isBefore = end !== undefined && end.at - line.at <= WITHIN_MS;
    if (isBefore && line.inputs.length > 0) lasts.set(next, line);
    for (const input of line.inputs) {
      const piece = pieces.get(input.value) ?? { input, lines: [], followed: new Set(), last: 0 };
      pieces.set(input.value, piece);
      piece.lines.push(line);
      if (isBefore) piece.followed.add(next);
    }
  }
  for (const line of lasts.values()) for (const { value } of line.inputs) pieces.get(value)!.last++;
  return [...pieces.values()];
}

/** True for a line that tells a good end of what it names. */
const passes = (body: string): boolean => (tellsEnd(body) || tellsSuccess(body)) && !tellsFailure(body);
