import type { Evidence } from '../../shared/report.ts';
import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { formOf } from './build-state.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';
import { name } from './quote.ts';

/** Alerts and questions about whether a site answers at all. */
const REACHABLE =
  /\b(?:down|offline|unreachable|unavailable|outage)\b|(?:\b(?:not|cannot|never)|n't) (?:be )?(?:reach\w*|load\w*|open\w*|respond\w*|answer\w*|available)|\bup\b[^\n]{0,20}\?/i;
/** What an answer with a good status does not clear up. */
const MORE =
  /\bslow|latenc|\b(?:some|many|few|only|partly|intermittent\w*|sporadic\w*|sometimes)\b|\bvpn\b|\boffice\b|\bregions?\b|\bwrong\b|\bempty\b|\b[45]\d\d\b|5xx|error ?rate|\blog ?-?(?:in|on|ging)\b|\bsign ?-?(?:in|up)\b|\bcheckout|\bpay|\border|\bupload|\bsubmit|\bbuy\b|certificat/i;
const ASKS = /\b(?:curl|wget|http|https|xh|httpx)\b/;
const HOST = /https?:\/\/([a-z0-9][a-z0-9.-]{1,252})/gi;
const STATUS = /^\s*(?:HTTP\/\d\S* )?([1-5]\d\d)\b(?! ?(?:ms|kB|MB|s)\b)|\bHTTP\/\d\S* ([1-5]\d\d)\b/;
/** One good answer may be luck. */
const ENOUGH = 2;
const MAX_LINES = 200;

/** True for an alert or a question about whether a site answers at all, and about nothing more. */
export const asksOfPages = (alert: string): boolean => REACHABLE.test(alert) && !MORE.test(alert);

type Asked = { host: string; number: number; statuses: number[]; good: number; bad: number };

/** What was asked of sites on the command line, and how often the answer was good. */
export const pagesAsked = (evidence: Evidence[], isIt: (host: string) => boolean = () => true): Asked[] =>
  formOf(evidence, 'command.output').flatMap(({ number, data: { command, output } }) => {
    const host = ASKS.test(command)
      ? [...command.matchAll(HOST)].map(([, one = '']) => one.toLowerCase()).find(isIt)
      : undefined;
    if (!host) return [];
    const statuses = statusesIn(output);
    const unanswered = /^curl: \(\d+\)/m.test(output.slice(0, 20_000)) ? 1 : 0;
    const good = statuses.filter((status) => status >= 200 && status < 300).length;
    const bad = statuses.filter((status) => status >= 400 || status < 200).length + unanswered;
    return [{ host, number, statuses, good, bad }];
  });

/** What shows that a site which somebody says is down answers: it was asked under its own name, more than once, and every answer was good. */
export function pagesAnswer(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const alert = alertText(input.alerts);
  const spoken = alert.toLowerCase();
  if (!REACHABLE.test(alert)) return null;
  const asked = pagesAsked(input.evidence, (host) => speaksOf(spoken, host));
  const [first] = asked;
  if (!first || MORE.test(spoken.replaceAll(first.host, ''))) return null;
  const good = asked.reduce((total, one) => total + one.good, 0);
  if (good < ENOUGH || asked.some(({ bad }) => bad > 0)) return null;
  if (diagnose(input).diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input)) return null;
  const statuses = asked.flatMap((one) => one.statuses);
  return {
    statement: `${name(first.host)} answers: it was asked under its own name, and every answer was good (${[...new Set(statuses)].join(', ')})`,
    evidence: asked.map(({ number }) => number),
  };
}

const statusesIn = (output: string): number[] =>
  output
    .split('\n')
    .slice(0, MAX_LINES)
    .flatMap((line) => {
      const [, printed, header] = STATUS.exec(line.slice(0, 400)) ?? [];
      return printed || header ? [Number(printed ?? header)] : [];
    });

/** The whole name, not the end of a longer one. */
function speaksOf(text: string, host: string): boolean {
  const at = text.indexOf(host);
  return (
    at !== -1 &&
    host.includes('.') &&
    !/[\w.-]/.test(text[at - 1] ?? ' ') &&
    !/[\w-]/.test(text[at + host.length] ?? ' ')
  );
}
