import { wordsOf } from '../localisation/telemetry/metric-kind.ts';
import type { IncidentPicture } from './incident-picture.ts';
import { notable } from './incident-picture.ts';
import type { MetricShift } from './metric-shifts.ts';
import type { ProblemLine } from './problem-lines.ts';

/** A service that turns away what others send it, the first of them first, and where that is to be seen. */
export type Refusal = { callers: string[]; callee: string; evidence: number[] };

/** What is turned away for what it is, and not because whoever is asked fails. */
const REFUSES =
  /\b4(?:0[0-3]|09|1[25]|2[0-9]|31)\b|\brefus(?:e[sd]?|ing)\b(?<!connection refused)|\breject\w*|\bdenied\b|\bforbidden\b|unauthori[sz]ed|unauthenticated|\bis (?:required|missing|not allowed)\b|\bmissing (?:required )?(?:header|parameter|field)|invalid[_ ]argument|failed[_ ]precondition/i;
const REFUSED_SHARE =
  /\b4(?:xx|0[0-3]|09|1[25]|2[0-9])\b|\b(?:refused|rejected|unauthori[sz]ed|throttled|client error)\b/;

/** Which of the services in trouble refuses what one of these sends it; null where none does. */
export function refusalOf(services: string[], { failing, problems, shifts, asks }: IncidentPicture): Refusal | null {
  const startOf = (one: string) =>
    Math.min(Number.MAX_VALUE, ...problems.flatMap(({ service, at }) => (service === one ? at : [])));
  for (const { service: callee } of notable(failing)) {
    if (services.includes(callee)) continue;
    const callers = services.filter((one) => asks?.(one, callee) || speakOfEachOther(one, callee, problems));
    const signs = [
      ...problems.filter((line) => line.service === callee && REFUSES.test(line.body)),
      ...shifts.filter((shift) => shift.service === callee && refusesMore(shift)),
    ];
    if (callers.length > 0 && signs.length > 0)
      return {
        callers: callers.toSorted((left, right) => startOf(left) - startOf(right)),
        callee,
        evidence: [...new Set(signs.map(({ evidence }) => evidence))],
      };
  }
  return null;
}

const refusesMore = ({ metric, before, since }: MetricShift): boolean =>
  since > before && REFUSED_SHARE.test(wordsOf(metric));

const speakOfEachOther = (one: string, other: string, problems: ProblemLine[]): boolean =>
  problems.some(
    ({ service, body }) => (service === one && names(body, other)) || (service === other && names(body, one)),
  );

const names = (body: string, service: string): boolean =>
  body
    .toLowerCase()
    .split(/[^a-z\d._-]+/)
    .includes(service.toLowerCase());
