import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { diagnose } from './diagnose.ts';
import { wellWorkloads } from './healthy-state.ts';
import type { LogText } from './kubernetes-state.ts';
import { INFORMS, isHarmless } from './logs/failure-words.ts';
import { isHabitual } from './logs/habitual.ts';
import { messageOf } from './logs/message-of.ts';
import { saidBy } from './logs/pod-log.ts';
import { isWork } from './logs/served.ts';
import { writerOf } from './mentions.ts';
import { name, quote } from './quote.ts';
import { sameNamespace } from './relations.ts';

/** An alert that counts what a program wrote, and tells nothing of what anybody sees. */
const COUNTS_LINES =
  /\b(?:log|logs|logged|lines?|messages?|entries|wrote|writes|prints?)\b[^\n]{0,80}\bwarn\w*|\bwarn\w*\]?[^\n]{0,60}\b(?:log|logs|logged|lines?|messages?|entries)\b|log ?warnings?/i;
const MORE =
  /\bslow|latenc|time[sd]? ?-?out|\b5\d\d\b|5xx|unavailable|\bdown\b|\bcrash|\brestart|\busers?\b|\bcustomers?\b|requests? fail/i;

const COMPLAINS = /\bWARN(?:ING)?\b|\bERR(?:OR)?\b|level=(?:warn|err)|"level":\s?"(?:warn|err)|\[(?:warn|err)/i;
/** Words of a warning that something does not work, or will soon not. */
const TROUBLE =
  /fail|time[sd]? ?-?out|refus|unreach|unavail|critical|\blost\b|losing|no (?:cluster )?leader|unable|cannot|can't|could not|couldn't|denied|corrupt|\bfull\b|exceed|panic|\bdead|\bdown\b|evict|expir|unhealthy|overload|too (?:many|slow|long)|low on|running out|retry|drop|reject|abort|reset|stale|\b5\d\d\b|slow/i;
/** So many lines of ordinary work show that a program goes on, and that it is used. */
const ENOUGH = 2;

/**
 * What shows that the warnings which an alert counts are harmless: none of them tells of anything that fails, the program goes on with
 * its work, and requests are served now.
 */
export function quietWarnings(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  if (!COUNTS_LINES.test(alert) || MORE.test(alert)) return null;
  const well = wellWorkloads(input);
  if (!well) return null;
  const { context, subjects } = diagnose(input);
  const logs = context.state.logs.filter((log) => !log.command && !log.filter && log.lines.length > 0);
  const own = logs.filter((log) => subjects.names.has(writerOf(log).toLowerCase()));
  const warnings = own.flatMap(({ lines }) => lines.map((line) => line.slice(0, 1500)).filter(isWarning));
  const [first] = warnings;
  if (!first || saidBy(own) !== null || warnings.some((line) => TROUBLE.test(messageOf(line)))) return null;
  const routine = own.flatMap(({ lines }) => lines.filter((line) => INFORMS.test(line.slice(0, 120))));
  const served = logs.filter((log) => isNear(log, own) && log.lines.some(isWork) && saidBy([log]) === null);
  const work = served.flatMap(({ lines }) => lines.filter(isWork));
  if (routine.length < ENOUGH || work.length < ENOUGH) return null;
  return {
    statement: `${well.statement}; the warnings of ${name(writerOf(own[0] as LogText))} tell of nothing that fails (${quote(messageOf(first), 120)}), and it goes on with its work`,
    evidence: [...new Set([...well.evidence, ...[...own, ...served].map(({ evidence }) => evidence)])],
  };
}

const isWarning = (line: string): boolean =>
  COMPLAINS.test(line.slice(0, 160)) && !isHarmless(line) && !isHabitual(line);

const isNear = (log: LogText, own: LogText[]): boolean =>
  own.some(({ namespace }) => sameNamespace(namespace, log.namespace));
