import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { diagnose } from './diagnose.ts';
import { wellWorkloads } from './healthy-state.ts';
import { BUSINESS, isHarmless, LEVEL_WORDS } from './logs/failure-words.ts';
import { isHabitual } from './logs/habitual.ts';
import { messageOf } from './logs/message-of.ts';
import { isWork } from './logs/served.ts';
import { writerOf } from './mentions.ts';
import { name, quote } from './quote.ts';

/** An alert or a question about errors that a program writes into its log, and about nothing that its users see. */
const COUNTS_ERRORS =
  /\b(?:errors?|exceptions?)\b[^\n]{0,60}\b(?:logs?|logged|lines?|messages?)\b|\b(?:logs?|logged|logging|lines?|messages?)\b[^\n]{0,60}\b(?:errors?|exceptions?)\b/i;
const MORE =
  /\bslow|latenc|time[sd]? ?-?out|\b5\d\d\b|5xx|unavailable|\bdown\b|\bcrash|\brestart|(?:users|customers|requests) (?:see|get|fail|cannot|can't|report|complain)/i;
/** From here on a word says that a line tells of an error. */
const ERROR = 0.8;
/** So many refusals, and so much ordinary work beside them. */
const [REFUSALS, WORK] = [2, 2];
const MAX_LINE = 1500;

/**
 * What shows that the errors which an alert counts are a shop's refusals of its customers (a declined card, an article that is sold out): every
 * line that calls itself an error tells of one, and the program goes on with its work beside them. Null where anything else is told.
 */
export function refusedCustomers(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  if (!COUNTS_ERRORS.test(alert) || MORE.test(alert)) return null;
  const { context, subjects } = diagnose(input);
  const logs = context.state.logs.filter((log) => !log.command && log.lines.length > 0);
  const own = logs.filter((log) => subjects.names.has(writerOf(log).toLowerCase()));
  const lines = own.flatMap((log) => log.lines.map((line) => line.slice(0, MAX_LINE)));
  const errors = lines.filter(isError);
  const refusals = errors.filter((line) => BUSINESS.test(line));
  const others = errors.filter((line) => !BUSINESS.test(line) && !isHarmless(line) && !isHabitual(line));
  const worked = lines.filter((line) => !isError(line) && isWork(line));
  if (refusals.length < REFUSALS || others.length > 0 || worked.length < WORK) return null;
  const well = wellWorkloads(input);
  const first = own[0];
  if (!well || !first) return null;
  return {
    statement: `the errors that ${name(writerOf(first))} logs are refusals of its customers (${quote(messageOf(refusals[0]!), 120)}), and it goes on with its work beside them`,
    evidence: [...new Set([...well.evidence, ...own.map(({ evidence }) => evidence)])],
  };
}

const isError = (line: string): boolean =>
  LEVEL_WORDS.some(({ pattern, weight }) => weight >= ERROR && pattern.test(line));
