import { isStore } from '../kubernetes-state/logs/store-of.ts';
import { metricKind, wordsOf } from '../localisation/telemetry/metric-kind.ts';
import { isAskedFor } from './demand.ts';
import type { IncidentPicture } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';
import type { MetricShift } from './metric-shifts.ts';
import { apartFromStatement, toldTables } from './told-statements.ts';
import { toldTroubles } from './told-troubles.ts';
import { tellingWords } from './words.ts';

/** Of these there can be too little. */
const GOOD =
  /\b(?:hits?|success\w*|available|availability|uptime|apdex|free|left|remaining|ready|healthy|balance|credits?)\b/;

/** False for what fell and is no good by itself: a load that falls follows from a trouble, and shows none by its name. */
const isSign = ({ metric, before, since }: MetricShift): boolean => since > before || GOOD.test(wordsOf(metric));

/** What goes wrong, as changes are compared with it. */
export type Symptoms = {
  /** Telling words, each with how much it tells. */
  words: Map<string, number>;
  /** Of the words those that the system used before the trouble as well. */
  usual: ReadonlySet<string>;
  complaints: string;
  /** Metrics of failing services that show a trouble. */
  signs: MetricShift[];
  /** Where words of what goes wrong stand. */
  sources: { text: string; evidence: number }[];
  /** Of the complaints those that call a trouble by its name. */
  told: string[];
  /** Tables of the statements that complaints tell. */
  tables: ReadonlySet<string>;
  /** True where somebody complains that something runs out. */
  runsOut: boolean;
};

const RUNS_OUT =
  /\b(?:exceed\w*|exhaust\w*|limit\w*|too many|timed? ?out|deadline|reject\w*|saturat\w*|full|no free|out of|429|503|throttl\w*|oom\w*)\b/i;

export const symptomsOf = (picture: IncidentPicture): Symptoms => ({
  words: symptomWords(picture),
  usual: usualIn(picture),
  complaints: complaintsOf(picture),
  signs: signsOf(picture),
  sources: sourcesOf(picture),
  told: toldTroubles(picture.problems),
  tables: toldTables(picture.problems),
  runsOut: picture.problems.some(({ body }) => RUNS_OUT.test(body)),
});

/** So much tells a word of a statement: whatever reads or writes that table has it. */
const OF_STATEMENT = 0.35;
/** Ids of traces and of requests are letters by chance. */
const IS_ID = /^[\da-f-]{16,}$/i;

/** What the complaints say (1), what metrics of failing services moved (0.7); names of services are places. */
function symptomWords(picture: IncidentPicture): Map<string, number> {
  const { problems, failing, named } = picture;
  const words = new Map<string, number>();
  const note = (text: string, weight: number) => {
    for (const word of tellingWords(text).keys()) words.set(word, Math.max(weight, words.get(word) ?? 0));
  };
  for (const { metric } of signsOf(picture)) note(metric, 0.7);
  for (const { body, attributes } of fewOfEach(problems))
    for (const text of [body, ...Object.values(attributes).filter((value) => !IS_ID.test(value))]) {
      const { said, statement } = apartFromStatement(text);
      note(said, 1);
      note(statement, OF_STATEMENT);
    }
  for (const service of [...failing.map((one) => one.service), ...named])
    for (const word of tellingWords(service).keys()) words.delete(word);
  return words;
}

/** What the system always says, and names of what it counts at any time: more of that tells no mechanism, the first of it may. */
const usualIn = ({ usual, shifts }: IncidentPicture): Set<string> => {
  const counted = shifts.filter(({ before }) => before !== 0).flatMap(({ metric }) => [...tellingWords(metric).keys()]);
  return new Set([...(usual ?? []), ...counted]);
};

const MAX_SAID = 20_000;

/** The complaints, without the names of who complains and of whom: a service that is called `price-api` says nothing of prices. */
function complaintsOf({ problems, failing, named }: IncidentPicture): string {
  const names = [...new Set([...failing.map(({ service }) => service), ...named])].filter(
    (name) => !isStore(name) && name.length >= LEAST_LETTERS,
  );
  const text = fewOfEach(problems)
    .map(({ body }) => body)
    .join('\n')
    .slice(0, MAX_SAID);
  return names.reduce((left, name) => left.replaceAll(name, '·'), text);
}

/** Shorter names stand within other words. */
const LEAST_LETTERS = 4;

/** The metrics of failing services that show a trouble. */
function signsOf({ shifts, failing }: IncidentPicture): MetricShift[] {
  const troubled = new Set(failing.map(({ service }) => service));
  return shifts.filter((shift) => troubled.has(shift.service) && isSign(shift));
}

/** The complaints and the names of the metrics that moved, as one text: what could show the harm of a change that runs in `services`. */
export const saidAgainst = ({ complaints, signs }: Symptoms, services: string[]): string =>
  [complaints, ...signs.filter((shift) => !comesFromDemand(shift, services, signs)).map(({ metric }) => metric)].join(
    '\n',
  );

/** What the services of a change show since it, though they are in no trouble themselves: who asks others more may do well. */
export const ownSigns = ({ services, at }: LiveChange, { shifts, failing }: IncidentPicture): MetricShift[] =>
  shifts.filter(
    (shift) =>
      services.includes(shift.service) &&
      !failing.some(({ service }) => service === shift.service) &&
      shift.at + shift.step >= (at ?? Number.POSITIVE_INFINITY) &&
      !isAskedFor(shift) &&
      isSign(shift),
  );

const MORE = 1.2;
/** So much faster than the requests may the load grow that comes from them. */
const STEEPER = 1.5;

/** More requests for a service come from others, and not from what it runs; so does the processor time that they take. */
function comesFromDemand({ service, metric, before, since }: MetricShift, services: string[], signs: MetricShift[]) {
  if (!services.includes(service)) return false;
  if (isAskedFor({ service, metric })) return true;
  const asked = signs.filter((one) => one.service === service && isAskedFor(one));
  const times = Math.max(0, ...asked.map((one) => one.since / one.before));
  return metricKind(metric) === 'cpu' && times >= MORE && since / before <= STEEPER * times;
}

const sourcesOf = (picture: IncidentPicture): Symptoms['sources'] => [
  ...fewOfEach(picture.problems).map(({ body, attributes, evidence }) => {
    return { text: [body, ...Object.values(attributes)].join('\n'), evidence };
  }),
  ...signsOf(picture).map(sourceOf),
];

/** Where the name of a metric stands. */
export const sourceOf = ({ metric, evidence }: MetricShift) => ({ text: metric, evidence });

const ALIKE = 5;

/** Lines of one template say the same; a few show what their values are like. */
const fewOfEach = (problems: IncidentPicture['problems']) =>
  [...Map.groupBy(problems, ({ service, template }) => `${service} ${template}`).values()].flatMap((lines) =>
    lines.slice(0, ALIKE),
  );
