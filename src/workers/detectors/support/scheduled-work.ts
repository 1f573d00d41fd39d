import { wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import { unitMs } from './quantities.ts';

/** Programs that start work at its time, by their own names and by what they call it. */
const SCHEDULER =
  /\b(?:celery[. _-]?beat|beat|sidekiq[-_. ]?(?:cron|scheduler)|(?:resque|rq|rufus)[-_ ]scheduler|clockwork|quartz\w*|hangfire|apscheduler|pg_cron|anacron|cron\w*|oban\w*|airflow\w*|dag_?run|shedlock|eventbridge|\w*scheduler|scheduled (?:job|task|command|run|flow|workflow)|recurring[ _]?(?:job|task)|(?:due|periodic) (?:job|task)|systemd timer)\b/i;
const HANDS_ON =
  /\b(?:sending due task|enqueu\w*|queue?ing|trigger\w*|fir(?:ed|ing)|dispatch\w*|execut(?:e|es|ing)|calling|submitt\w*|launch\w*|start\w*|running|begin\w*|created|insert\w*|CMD)\b/i;
const SUCCEEDED =
  /\bsucceeded\b|\bsuccessfully (?:executed|processed|finished|completed)\b|\b(?:execut\w*|processed|finished|completed) successfully\b|\bmarking run\b.{0,160}\bsuccess|\bjob[:. ]stop\b|\bINFO: done$/i;

/** Names that hold more than one word, as those of tasks, classes, jobs and scripts do, and names in quotation marks. */
const NAMES =
  /[A-Za-z][A-Za-z\d]*(?:[._:/-]{1,2}[A-Za-z\d]+)+|\b[A-Z][a-z\d]+(?:[A-Z][a-z\d]+)+\b|(?<=['"`])[A-Za-z]\w{3,}(?=['"`])/g;
/** Words that the names of many jobs share. */
const OF_ALL_JOBS = new Set(
  'task tasks jobs work works worker workers queue queues queued cron crond cronjob schedule scheduled scheduler beat celery sidekiq quartz hangfire airflow oban dagrun default main root local home scripts script bash python ruby java node perform execute running start started done finished nightly hourly daily weekly monthly yearly quarterly month week hour night'.split(
    ' ',
  ),
);
const LEAST_LETTERS = 4;

/** True for a line by which a scheduler hands on what is due. */
export const isHandedOn = (service: string, text: string): boolean =>
  HANDS_ON.test(text) && (SCHEDULER.test(text) || SCHEDULER.test(service));

/** The names of jobs in a line, longest first. */
export const jobNames = (text: string): string[] =>
  [...new Set(text.match(NAMES) ?? [])].sort((left, right) => right.length - left.length);

/** The words by which a job is told from others: `invoices` of `invoices.tasks.run_month`. */
export const jobWords = (text: string): string[] =>
  jobNames(text)
    .flatMap((name) => wordsOf(name).split(' '))
    .filter((word) => word.length >= LEAST_LETTERS && !OF_ALL_JOBS.has(word) && !/\d/.test(word));

/** True for a line by which a scheduler or a worker tells that a job came to a good end. */
export const tellsSuccess = (text: string): boolean => SUCCEEDED.test(text);

/** What work says that is not done by its time. */
const LATE =
  /\b(?:overdue|too late|behind schedule|past (?:its |the )?(?:due|deadline)|deadline (?:missed|exceeded|passed)|missed (?:its |the )?(?:deadline|cut-?off|window|sla)|sla (?:missed|breach\w*|violat\w*)|still running after|exceed(?:s|ed) its (?:window|time))\b/i;

/** True for a line by which somebody tells that work is late. */
export const tellsLateness = (text: string): boolean => LATE.test(text);

const DURATION = /(?<![\w.])(\d{1,9}(?:\.\d{1,6})?) ?(ms|s|secs?|seconds?|mins?|minutes?|hr?s?|hours?)\b/g;
/** After these words stands how long it took another time. */
const OTHER_TIMES = /\b(?:before|previous\w*|last|prior|usual\w*|expected|estimat\w*|eta|typical\w*|average|avg)\b/i;
const LONGER = 1.5;

/** How long work took before by its own lines, ms; null where none tells. */
export function usualDuration(lines: readonly string[]): number | null {
  const told = lines.flatMap((line) => durations(split(line)[1] ?? ''));
  return told.length > 0 ? Math.max(...told) : null;
}

/** True where work took far longer than its own lines say that it took before. */
export function tookLonger(lines: readonly string[]): boolean {
  const usual = usualDuration(lines);
  const own = lines.flatMap((line) => durations(split(line)[0]));
  return usual !== null && Math.max(0, ...own) > LONGER * usual;
}

const split = (text: string): [string, string?] => {
  const at = text.search(OTHER_TIMES);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at)];
};

/** What a line tells of this time, without what it says of other times. */
export const ofThisTime = (text: string): string => split(text)[0];

const durations = (text: string): number[] =>
  [...text.matchAll(DURATION)].map(([, number, unit]) => Number(number) * (unitMs(unit ?? '') ?? 0));
