import type { AlertClass } from '../../shared/alert.ts';
import { oneLine } from '../detectors/support/text.ts';
import type { ChangeEffect } from './change-effect.ts';
import type { Consequence } from './harms/harm.ts';
import type { LiveChange } from './live-changes.ts';
import type { Symptoms } from './symptoms.ts';
import { speaksOfTable } from './told-statements.ts';
import { tellingWords } from './words.ts';

/** How one condition is met, 0 to 1, with the reason as a clause. */
export type Fit = {
  score: number;
  why: string;
  class?: AlertClass;
  /** Where that stands which the reason quotes of what goes wrong. */
  evidence?: number[];
};

type Words = Map<string, { written: string; weight: number }>;

/** Words with what they weigh: what the lines themselves say counts more than title and path. */
export function changeWords({ title, files }: LiveChange['change'], effect: ChangeEffect): Words {
  const words: Words = new Map();
  for (const [word, written] of tellingWords(`${title} ${files.join(' ')}`)) words.set(word, { written, weight: 0.5 });
  for (const [word, written] of tellingWords(effect.text)) words.set(word, { written, weight: 1 });
  return words;
}

/** A word that many changes have tells nothing of one of them. */
export function rarityOf(all: Words[]): (word: string) => number {
  const counts = new Map<string, number>();
  for (const word of all.flatMap((words) => [...words.keys()])) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.log(all.length + 1);
  return (word) => (most === 0 ? 1 : Math.log((all.length + 1) / (counts.get(word) ?? 1)) / most);
}

/** So much of matching words is half of what can be expected of a mechanism. */
const HALF_MATCH = 1;
/** In such words complaints of every kind are put; sharing one is next to nothing. */
const SAID_OF_ALL = new Set(
  tellingWords(
    'timeout connection cpu queue slow wait latency worker thread cache query statement database index store send read event 500',
  ).keys(),
);
const FAINT = 0.4;
/** Where no harm is read from its lines, a word that was used before the trouble as well is how its service always speaks. */
const USUAL = 0.15;
/** A single word may stand on both sides by chance. */
const ALONE = 0.5;
const EFFECT_SCORE = { behaviour: 1, unseen: 0.5, preserving: 0.1, inert: 0 } as const;
/** A limit that was lowered fits complaints about limits, by whatever name they call it. */
const TIGHTENED = 0.35;
/** What makes room seldom does harm. */
const LOOSENS = 0.5;
/** Of added code nobody can tell what it does to what runs. */
const ADDS_ONLY = 0.8;
/** Where not even a harm of its kind is known, added code that speaks of the same things is no more than near. */
const ADDS_WORDS = 0.3;
const doubt = ({ loosens, why }: ChangeEffect, harm: Consequence | undefined) =>
  loosens ? LOOSENS : why === 'it adds code' ? (harm ? ADDS_ONLY : ADDS_WORDS) : 1;
/** What changes of its kind are known to do is what goes wrong. */
const KNOWN_HARM = 1.2;
/** What its lines say plainly is what goes wrong. */
const PLAIN_HARM = 2;

/** What could show the harm of one change, as one text, and all that the change itself says. */
type Shown = Symptoms & { said: string; written: string };

/** How well what a change does explains what goes wrong: by the harm that its lines are known to do, else by the words that both share. */
export function mechanismFit(
  words: Words,
  effect: ChangeEffect,
  symptoms: Shown,
  rarity: (word: string) => number,
): Fit {
  const harm = mostShown(effect.consequences, symptoms);
  if (!harm && (effect.effect === 'inert' || effect.effect === 'preserving'))
    return { score: EFFECT_SCORE[effect.effect], why: effect.why };
  const tells = (word: string): number =>
    (SAID_OF_ALL.has(word) ? FAINT : 1) * (!harm && symptoms.usual.has(word) ? USUAL : 1);
  const shared = [...words]
    .map(([word, { written, weight }]) => ({
      word: written,
      amount: weight * (symptoms.words.get(word) ?? 0) * rarity(word) * tells(word),
    }))
    .filter(({ amount }) => amount > 0)
    .sort((left, right) => right.amount - left.amount || (left.word < right.word ? -1 : 1));
  const tightened = effect.tightens && symptoms.runsOut;
  const known = (harm ? weightOf(harm, symptoms) : 0) + (tightened ? TIGHTENED : 0);
  const summed = shared.reduce((sum, { amount }) => sum + amount, 0);
  const match = known + (!harm && shared.length === 1 ? ALONE * summed : summed);
  const possible =
    harm && isNamed(harm, symptoms) ? EFFECT_SCORE.behaviour : EFFECT_SCORE[effect.effect] * doubt(effect, harm);
  const score = possible * (match / (match + HALF_MATCH));
  if (harm) {
    const sign = shownBy(harm, symptoms.said);
    const why = `${whyOf(effect, harm)}, which shows as "${sign}"`;
    return { score, why, evidence: evidenceOf([sign], symptoms), ...(harm.class && { class: harm.class }) };
  }
  if (shared.length === 0 && tightened)
    return { score, why: `${effect.why}, and what goes wrong is that something runs out` };
  if (shared.length === 0) return { score: 0, why: `${effect.why}, and nothing of that is in what goes wrong` };
  const told = shared.slice(0, 4).map(({ word }) => oneLine(word, 30));
  const quoted = told.map((word) => `"${word}"`).join(', ');
  return {
    score,
    why: `${effect.why}, and what goes wrong speaks of ${quoted} too`,
    evidence: evidenceOf(told, symptoms),
  };
}

/** The evidence in which each of these words stands, the first for each. */
const evidenceOf = (told: string[], { sources }: Shown): number[] => [
  ...new Set(
    told.flatMap((word) => {
      const lower = word.replace(/…$/, '').toLowerCase();
      return sources.find(({ text }) => text.toLowerCase().includes(lower))?.evidence ?? [];
    }),
  ),
];

/** Kinds that name what stands in the lines; the others are told beside the lines. */
const TELLS_LINES = /["(]|\d/;

/** The change in its own words where there are any, with the kind of it. */
const whyOf = ({ effect, why }: ChangeEffect, { why: kind, isPlain, line = '' }: Consequence): string =>
  (!isPlain || !TELLS_LINES.test(kind)) &&
  effect === 'behaviour' &&
  why !== 'it adds code' &&
  why !== 'it changes settings'
    ? `${why} (${kind})`
    : `${kind}${line}`;

/** So shows nearly everything that goes wrong. */
const SHOWN_BY_ALL =
  /^[_\W]*(?:slow|latenc|took|p9\d|duration|time[sd]?[ _-]?out|exceeded|cpu|busy|reject|saturat|deadline|throttl|wait|queue|block|abort|cancel|50[34]|49\d|requests?_?per|calls|connection[s_]*$|database|db$|sql$|quer(?:y|ies)$|statement$|restart|too many$|rate$)/i;
const MOST_SIGNS = 40;

/** A word of the complaints by which this harm shows and others seldom do. */
function specificSign({ shows }: Consequence, said: string): RegExpMatchArray | null {
  const signs = said.matchAll(new RegExp(shows.source, `${shows.flags}g`)).take(MOST_SIGNS);
  return signs.find(([sign]) => !SHOWN_BY_ALL.test(sign)) ?? null;
}

/** The harm that shows best; what its lines say plainly before what is only known of its kind. */
function mostShown(consequences: Consequence[], symptoms: Shown): Consequence | undefined {
  const shown = consequences.filter(({ shows }) => shows.test(symptoms.said));
  return shown.toSorted((left, right) => weightOf(right, symptoms) - weightOf(left, symptoms))[0];
}

/** Where troubles are called by their names, and none of them is what the harm does, the rest shows too little of it. */
const UNNAMED = 0.3;

function weightOf(harm: Consequence, symptoms: Shown): number {
  if (!isNamed(harm, symptoms)) return KNOWN_HARM * UNNAMED;
  return harm.isPlain && specificSign(harm, symptoms.said) !== null ? PLAIN_HARM : KNOWN_HARM;
}

/** False where the troubles that are told by name, or the tables of the statements that are told, are others than those of this harm. */
function isNamed(harm: Consequence, { told, tables, written }: Shown): boolean {
  // Whatever else is told follows from statements that take long.
  if (harm.ofStatements && tables.size > 0) return speaksOfTable(tables, written);
  return told.length === 0 || told.some((line) => specificSign(harm, line) !== null);
}

/** The whole word of the complaints by which a consequence shows, one that tells something before others. */
function shownBy(harm: Consequence, said: string): string {
  const match = specificSign(harm, said) ?? harm.shows.exec(said);
  if (!match) return '';
  const [sign, index = 0] = [match[0], match.index];
  const [start, end] = [/\w*$/.exec(said.slice(0, index))![0], /^\w*/.exec(said.slice(index + sign.length))![0]];
  return oneLine(`${start}${sign}${end}`, 60);
}
