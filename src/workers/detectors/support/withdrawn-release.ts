import { alertTime, problemLines } from '../../changes/problem-lines.ts';
import { median } from '../../localisation/statistics/robust.ts';
import { serviceIn } from '../../localisation/telemetry/component.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { coursesOf, isOfTime } from './courses.ts';
import { evidenceOf, seriesOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';

/** What is measured of the steps of a release, and not of those who serve. */
const OF_RELEASE = /\b(?:gate|canary|canaries|rollout|release|promotion|analysis|bake)\b/;
/** What was given to a few is taken back, and those before it serve all again. */
const WITHDRAWN =
  /\b(?:withdrawn|withdrew|aborted|cancell?ed|halted|rolled back|rollback (?:complete\w*|done|finished)|not promoted)\b|\bweight\b[^\n]{0,20}(?:->|to|=) ?0\b|\bscal(?:ed|ing) (?:the )?canary[^\n]{0,20} to 0\b/i;
/** Nobody found it bad: there was too little to tell, or somebody thought better of it. */
const UNDECIDED =
  /\binconclusive\b|\b(?:not enough|too few|insufficient|no|missing) (?:data|samples|requests|traffic|measurements|values|points|metrics)\b|\b(?:aborted|cancell?ed|withdrawn|stopped) (?:by|on request of) (?!the (?:gate|analysis|check))|\bsuperseded\b|\bnewer (?:version|release|revision)\b/i;
/** Steps of a release are told around its alert, ms. */
const AROUND_MS = 60 * 60_000;
/** What a few of the requests show is as good up to so many times what the others show. */
const AS_GOOD = 1.3;

/**
 * Proof for a release that was taken back before anybody met it: its gate could not decide (too few samples) or somebody cancelled it, what was
 * measured of it is as good as what runs beside it, and nobody feels anything. One that was found bad is a fault of what it brought.
 */
export function withdrawnRelease(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || !OF_RELEASE.test(wordsOf(measured.metric))) return null;
  const { service, metric } = measured;
  const told = toldOf(input, service);
  const withdrawn = told.find(({ body }) => WITHDRAWN.test(body));
  const undecided = told.find(({ body }) => UNDECIDED.test(body));
  const complains = problemLines(input).some((line) => isTrialOf(line.service, service));
  const felt = unfelt(input, { service, metric });
  if (!withdrawn || !undecided || complains || !felt || !isAsGood(input, service)) return null;
  return {
    statement: `the release of ${service} was taken back (${oneLine(withdrawn.body, 160)}) without having been found bad (${oneLine(undecided.body, 160)}), and what ran before it answers as fast and as well as before`,
    evidence: [...new Set([withdrawn.number, undecided.number, ...felt])],
  };
}

/** A part of a service that gets some of its requests on trial. */
const isTrialOf = (name: string, service: string): boolean =>
  name.toLowerCase().startsWith(`${service.toLowerCase()}-`) &&
  /^(?:canary|candidate|preview|next|new|trial|beta|blue|green|baseline)\b/i.test(name.slice(service.length + 1));

/** What is said around the alert of the service and its releases. */
function toldOf(input: DetectorInput, service: string): { body: string; number: number }[] {
  const alertAt = alertTime(input);
  const isOf = (writer: string | null, body: string): boolean =>
    body.includes(service) || (writer !== null && (sameName(writer, service) || isTrialOf(writer, service)));
  return evidenceOf(input.evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows
      .filter(({ at, service: writer, body }) => Math.abs(Date.parse(at) - alertAt) <= AROUND_MS && isOf(writer, body))
      .map(({ body }) => ({ body, number })),
  );
}

/** False where anything that was measured of a trial is worse than the same of those beside it. */
function isAsGood(input: DetectorInput, service: string): boolean {
  const beside = coursesOf(input).filter((one) => sameName(one.service, service));
  return seriesOf(input.evidence).every(({ data: { metric, series } }) => {
    const own = beside.filter((one) => one.metric === metric);
    const isBad = isOfTime(metric) || metricKind(metric) === 'failures';
    return series.every(({ labels, points }) => {
      if (!isBad || !isTrialOf(serviceIn(labels) ?? '', service) || points.length === 0) return true;
      const value = median(points.map(([, one]) => one));
      return own.length > 0 && own.some(({ before, bound }) => value <= Math.max(AS_GOOD * before, before + bound / 2));
    });
  });
}
