import type { AlertClass } from '../../shared/alert.ts';
import { oneLine, utcText } from '../detectors/support/text.ts';
import { isStore } from '../kubernetes-state/logs/store-of.ts';
import { actsElsewhere } from './acts-elsewhere.ts';
import { type ChangeEffect, effectOf } from './change-effect.ts';
import { asksMore } from './demand.ts';
import type { Consequence } from './harms/harm.ts';
import { type IncidentPicture, notable } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';
import { tellingWords } from './words.ts';

/** How one condition is met, 0 to 1, with the reason as a clause. */
export type Fit = { score: number; why: string; class?: AlertClass };

/** A change measured by the three conditions; only one that meets all of them can be the cause. */
export type JudgedChange = {
  live: LiveChange;
  effect: ChangeEffect;
  /** Where it runs, and who feels it where that is elsewhere. */
  affects: string[];
  time: Fit;
  place: Fit;
  mechanism: Fit;
  score: number;
};

const HOUR_MS = 3_600_000;
/** Most changes that do harm do it soon; some need the right load or data. */
const HALF_LIFE_MS = 2 * HOUR_MS;
const LONGEST_MS = 24 * HOUR_MS;
const SHORTLY_MS = HOUR_MS / 2;

/**
 * Measures every change against the picture of the incident. Where a reason is seen that needs no change (`explained`), what changes
 * of a kind are known to do counts nothing: the same is to be seen without them.
 */
export function judgeChanges(changes: LiveChange[], picture: IncidentPicture, explained = false): JudgedChange[] {
  const effects = changes.map(({ change }) => {
    const effect = effectOf(change);
    return explained ? { ...effect, consequences: [] } : effect;
  });
  const words = changes.map(({ change }, index) => changeWords(change, effects[index]!));
  const rarity = rarityOf(words);
  const symptoms = symptomWords(picture);
  const said = saidText(picture);
  const runsOut = picture.problems.some(({ body }) => RUNS_OUT.test(body));
  const blind = changes.every(({ change }) => change.kind === 'deploy' && change.detail === '');
  return changes.map((live, index) => {
    const effect = effects[index]!;
    const time = timeFit(live, picture);
    const runs = placeFit(live, picture);
    const mechanism = blind
      ? coincidence(time, runs)
      : mechanismFit(words[index]!, effect, { words: symptoms, runsOut, said }, rarity);
    const elsewhere =
      runs.score < 1 && shownPlainly(effect, said)
        ? (actsElsewhere(live, picture) ??
          feltByReaders(effect, said, picture) ??
          feltByAsked(live, effect, said, picture))
        : null;
    const place = elsewhere === null ? runs : { score: 1, why: elsewhere };
    const feeling = elsewhere === null ? [] : notable(picture.failing).map(({ service }) => service);
    const affects = [...new Set([...live.services, ...feeling])];
    return { live, effect, affects, time, place, mechanism, score: time.score * place.score * mechanism.score };
  });
}

function timeFit({ at }: LiveChange, { onset }: IncidentPicture): Fit {
  if (at === null) return { score: 0, why: 'it was not deployed before the trouble' };
  const age = onset - at;
  const when = utcText(new Date(at).toISOString());
  if (age < 0) return { score: 0, why: `it came after the trouble had begun, at ${when}` };
  if (age > LONGEST_MS) return { score: 0, why: `it had run long without trouble, since ${when}` };
  const shortly = age <= SHORTLY_MS ? 'shortly ' : '';
  return { score: 0.5 ** (age / HALF_LIFE_MS), why: `it came ${shortly}before the trouble began, at ${when}` };
}

/** What the first failing service runs counts fully; what others run that fail or that the complaints name, less. */
const ELSEWHERE_IN_TROUBLE = 0.5;

function placeFit({ services, change }: LiveChange, { failing, named, alerted }: IncidentPicture): Fit {
  const first = failing[0]?.service;
  const works = change.kind === 'config' ? 'is used by' : 'runs in';
  if (services.length === 0) {
    const unknown = change.kind === 'config' ? 'nothing says who uses it' : 'nothing says where it runs';
    return { score: ELSEWHERE_IN_TROUBLE, why: unknown };
  }
  if (first && services.includes(first)) return { score: 1, why: `it ${works} ${first}, where the trouble began` };
  const inTrouble = notable(failing);
  // A store does what it is asked to: where it suffers, who asks it is the place.
  const asks =
    first && isStore(first) ? services.find((service) => !isStore(service) && alerted.has(service)) : undefined;
  const asking = first && isStore(first) ? inTrouble.find((other) => !isStore(other.service))?.service : undefined;
  if (asks) return { score: 1, why: `it ${works} ${asks}, which the alert is about, and which uses ${first}` };
  if (asking && services.includes(asking)) return { score: 1, why: `it ${works} ${asking}, which uses ${first}` };
  const troubled = services.find(
    (service) => named.has(service) || inTrouble.some((other) => other.service === service),
  );
  if (troubled) return { score: ELSEWHERE_IN_TROUBLE, why: `it ${works} ${troubled}, which is in trouble too` };
  return { score: 0, why: `it ${works} ${services.slice(0, 2).join(', ')}, which is not in trouble` };
}

const shownPlainly = ({ consequences }: ChangeEffect, said: string): boolean =>
  consequences.some(({ isPlain, shows }) => isPlain && shows.test(said));

/** Who reads what the change writes in another form; null where that is not what goes wrong. */
function feltByReaders({ consequences }: ChangeEffect, said: string, { failing }: IncidentPicture): string | null {
  const first = failing[0]?.service;
  const isFelt = consequences.some((one) => one.feltByReaders && one.shows.test(said));
  return first && isFelt ? `${first} complains about what it writes` : null;
}

/** Whom it asks again and again; null where those who run it are seen to ask no more than before, or nobody is asked. */
function feltByAsked(
  { services }: LiveChange,
  { consequences }: ChangeEffect,
  said: string,
  { failing, shifts }: IncidentPicture,
): string | null {
  const first = failing[0]?.service;
  const isFelt = consequences.some((one) => one.feltByAsked && one.shows.test(said));
  const asks = shifts.some((shift) => services.includes(shift.service) && asksMore(shift));
  return first && isFelt && asks ? `it makes ${services.slice(0, 2).join(', ')} ask ${first} more than before` : null;
}

/** Where only rollouts are known and not what is in them, that a service got into trouble right after its own is all there is to go by. */
function coincidence(time: Fit, place: Fit): Fit {
  const fits = place.score === 1 && time.score >= RIGHT_AFTER;
  return fits
    ? { score: COINCIDENCE, why: 'what it brought is not at hand, but its service got into trouble right after it' }
    : { score: 0, why: 'its service did not get into trouble right after it' };
}

type Words = Map<string, { written: string; weight: number }>;

/** Words with what they weigh: what the lines themselves say counts more than title and path. */
function changeWords({ title, files }: LiveChange['change'], effect: ChangeEffect): Words {
  const words: Words = new Map();
  for (const [word, written] of tellingWords(`${title} ${files.join(' ')}`)) words.set(word, { written, weight: 0.5 });
  for (const [word, written] of tellingWords(effect.text)) words.set(word, { written, weight: 1 });
  return words;
}

/** A word that many changes have tells nothing of one of them. */
function rarityOf(all: Words[]): (word: string) => number {
  const counts = new Map<string, number>();
  for (const word of all.flatMap((words) => [...words.keys()])) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.log(all.length + 1);
  return (word) => (most === 0 ? 1 : Math.log((all.length + 1) / (counts.get(word) ?? 1)) / most);
}

/** What the complaints say (1), what metrics of failing services moved (0.7), what the alert says (0.5); names of services are places. */
function symptomWords({ problems, shifts, failing, named }: IncidentPicture): Map<string, number> {
  const troubled = new Set(failing.map(({ service }) => service));
  const words = new Map<string, number>();
  const note = (text: string, weight: number) => {
    for (const word of tellingWords(text).keys()) words.set(word, Math.max(weight, words.get(word) ?? 0));
  };
  for (const { metric, service } of shifts) if (troubled.has(service)) note(metric, 0.7);
  for (const { body, attributes } of fewOfEach(problems)) note(`${body} ${Object.values(attributes).join(' ')}`, 1);
  for (const service of [...troubled, ...named]) for (const word of tellingWords(service).keys()) words.delete(word);
  return words;
}

const MAX_SAID = 20_000;

/** The complaints and the names of the metrics of failing services that moved, as one text. */
function saidText({ problems, shifts, failing }: IncidentPicture): string {
  const troubled = new Set(failing.map(({ service }) => service));
  const moved = shifts.filter(({ service }) => troubled.has(service)).map(({ metric }) => metric);
  return [...fewOfEach(problems).map(({ body }) => body), ...moved].join('\n').slice(0, MAX_SAID);
}

const ALIKE = 5;

/** Lines of one template say the same; a few show what their values are like. */
const fewOfEach = (problems: IncidentPicture['problems']) =>
  [...Map.groupBy(problems, ({ service, template }) => `${service} ${template}`).values()].flatMap((lines) =>
    lines.slice(0, ALIKE),
  );

/** Half an hour after a change at most. */
const RIGHT_AFTER = 0.5 ** 0.25;
const COINCIDENCE = 0.6;
/** So much of matching words is half of what can be expected of a mechanism. */
const HALF_MATCH = 1;
const EFFECT_SCORE = { behaviour: 1, unseen: 0.5, preserving: 0.1, inert: 0 } as const;
/** A limit that was lowered fits complaints about limits, by whatever name they call it. */
const TIGHTENED = 0.5;
const RUNS_OUT =
  /\b(?:exceed\w*|exhaust\w*|limit\w*|too many|timed? ?out|deadline|reject\w*|saturat\w*|full|no free|out of|429|503|throttl\w*|oom\w*)\b/i;
/** What makes room seldom does harm. */
const LOOSENS = 0.5;
/** Of added code nobody can tell what it does to what runs. */
const ADDS_ONLY = 0.8;
const doubt = ({ loosens, why }: ChangeEffect) => (loosens ? LOOSENS : why === 'it adds code' ? ADDS_ONLY : 1);
/** What changes of its kind are known to do is what goes wrong. */
const KNOWN_HARM = 1.2;
/** What its lines say plainly is what goes wrong. */
const PLAIN_HARM = 2;

function mechanismFit(
  words: Words,
  effect: ChangeEffect,
  symptoms: { words: Map<string, number>; runsOut: boolean; said: string },
  rarity: (word: string) => number,
): Fit {
  const harm =
    effect.consequences.find((one) => one.isPlain && specificSign(one, symptoms.said) !== null) ??
    effect.consequences.find(({ shows }) => shows.test(symptoms.said));
  if (!harm && (effect.effect === 'inert' || effect.effect === 'preserving'))
    return { score: EFFECT_SCORE[effect.effect], why: effect.why };
  const shared = [...words]
    .map(([word, { written, weight }]) => ({
      word: written,
      amount: weight * (symptoms.words.get(word) ?? 0) * rarity(word),
    }))
    .filter(({ amount }) => amount > 0)
    .sort((left, right) => right.amount - left.amount || (left.word < right.word ? -1 : 1));
  const tightened = effect.tightens && symptoms.runsOut;
  const known = (harm ? weightOf(harm, symptoms.said) : 0) + (tightened ? TIGHTENED : 0);
  const match = shared.reduce((sum, { amount }) => sum + amount, known);
  const possible = harm ? EFFECT_SCORE.behaviour : EFFECT_SCORE[effect.effect] * doubt(effect);
  const score = possible * (match / (match + HALF_MATCH));
  if (harm) {
    const why = `${whyOf(effect, harm)}, which shows as "${shownBy(harm, symptoms.said)}"`;
    return { score, why, ...(harm.class && { class: harm.class }) };
  }
  if (shared.length === 0 && tightened)
    return { score, why: `${effect.why}, and what goes wrong is that something runs out` };
  if (shared.length === 0) return { score: 0, why: `${effect.why}, and nothing of that is in what goes wrong` };
  const told = shared
    .slice(0, 4)
    .map(({ word }) => `"${oneLine(word, 30)}"`)
    .join(', ');
  return { score, why: `${effect.why}, and what goes wrong speaks of ${told} too` };
}

/** The change in its own words where there are any, with the kind of it. */
const whyOf = ({ effect, why }: ChangeEffect, { why: kind, isPlain }: Consequence): string =>
  !isPlain && effect === 'behaviour' && why !== 'it adds code' && why !== 'it changes settings'
    ? `${why} (${kind})`
    : kind;

/** So shows nearly everything that goes wrong. */
const SHOWN_BY_ALL =
  /^[_\W]*(?:slow|latenc|took|p9\d|duration|time[sd]? ?out|exceeded|cpu|busy|reject|saturat|deadline|throttl)/i;
const MOST_SIGNS = 40;

/** A word of the complaints by which this harm shows and others seldom do. */
function specificSign({ shows }: Consequence, said: string): RegExpMatchArray | null {
  const signs = said.matchAll(new RegExp(shows.source, `${shows.flags}g`)).take(MOST_SIGNS);
  return signs.find(([sign]) => !SHOWN_BY_ALL.test(sign)) ?? null;
}

const weightOf = (harm: Consequence, said: string): number =>
  harm.isPlain && specificSign(harm, said) !== null ? PLAIN_HARM : KNOWN_HARM;

/** The whole word of the complaints by which a consequence shows, one that tells something before others. */
function shownBy(harm: Consequence, said: string): string {
  const match = specificSign(harm, said) ?? harm.shows.exec(said);
  if (!match) return '';
  const [sign, index = 0] = [match[0], match.index];
  const [start, end] = [/\w*$/.exec(said.slice(0, index))![0], /^\w*/.exec(said.slice(index + sign.length))![0]];
  return oneLine(`${start}${sign}${end}`, 60);
}
