import type { Alert } from '../../shared/alert.ts';
import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { SYMPTOM_OF_USERS, seenIn } from './complaints.ts';
import type { MetricSeries } from './database-state.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { lentHostMemory, OF_PAGES, speaksOfFreeMemory } from './lent-host-memory.ts';
import { profileSeries, type SeriesProfile, valueText } from './profile-series.ts';
import { workloadCause } from './workload-causes.ts';

/** The words of an alert about how busy a host is; room on disks and in memory has a level that no course tells. */
const SPEAKS_OF_LOAD = /\bload\b|load\d+|load ?average|(?:node|host|high)load|loadhigh|cpu/i;
/** What a host itself measures, by the names of the common exporters. */
const OF_HOST = /^(?:irate\(|rate\()?(?:node_|system\.|mem_|host_)/;
const LOAD = /load\d+/;
/** A load of about one busy processor is none; so is one that has fallen this far from its peak. */
const ONE_BUSY = 1.5;
const FALLEN = 0.5;
/** So many times its beginning another metric has risen to; so little of the memory is left. */
const RISEN = 2;
const SHRUNK = 0.5;
/** A number of processes below this is no queue. */
const QUEUE = 4;
const ENOUGH = 3;

/** Alerts about what the disks of a host do, and the metrics of that. */
const OF_DISKS: readonly [about: RegExp, metric: RegExp][] = [
  [/disk[ _-]?reads?|read (?:throughput|bytes|iops|rate)/i, /disk_read/],
  [/disk[ _-]?writ(?:es?|ten)|write (?:throughput|bytes|iops|rate)/i, /disk_writ/],
];

/** True for an alert of whoever watches how busy a host is, whose load was recorded beside the workload of its database. */
export function concernsHost(input: DetectorInput): boolean {
  const { state } = diagnoseDatabase(input);
  const text = alertText(input.alerts);
  const own = state.series.filter(({ metric }) => OF_HOST.test(metric));
  if (SYMPTOM_OF_USERS.test(text)) return false;
  if (own.length > 0 && speaksOfFreeMemory(text) && lentHostMemory(state)) return true;
  return own.some(({ metric }) => LOAD.test(metric)) && (SPEAKS_OF_LOAD.test(text) || diskIsAsBefore(input, own));
}

/** True for an alert about a disk that tells itself of its end, where just that was measured to be as before beside a known workload. */
function diskIsAsBefore(input: DetectorInput, own: MetricSeries[]): boolean {
  const text = alertText(input.alerts);
  const topics = OF_DISKS.filter(([about]) => about.test(text));
  const { workload } = diagnoseDatabase(input).state;
  if (topics.length === 0 || workload.length === 0 || !input.alerts.every(isOverBySaying)) return false;
  return topics.every(([, metric]) => {
    const profiles = own.filter((one) => metric.test(one.metric)).flatMap((one) => profileSeries(one) ?? []);
    return profiles.length > 0 && profiles.every(({ before, after }) => after <= RISEN * before);
  });
}

const isOverBySaying = ({ status, title, description }: Alert): boolean =>
  status === 'resolved' || /\b(?:resolved|recovered|back to normal)\b/i.test(seenIn(`${title}\n${description}`));

/** What shows that the host of a database is well: none of its metrics is pressed at the end, and no statement is to blame; null otherwise. */
export function healthyHost(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { state, stories } = diagnoseDatabase(input);
  const host = state.series.filter(({ metric }) => OF_HOST.test(metric)).flatMap((one) => profileSeries(one) ?? []);
  const blamed = (workloadCause(state)?.confidence ?? 0) >= DOUBT || stories.some(({ score }) => score >= DOUBT);
  const lent = speaksOfFreeMemory(alertText(input.alerts)) ? lentHostMemory(state) : null;
  const felt = lent ? host.filter(({ series }) => !OF_PAGES.test(series.metric)) : host;
  if (felt.length < ENOUGH || blamed || !felt.every(isAtRest)) return null;
  const shown = host
    .slice(0, 3)
    .map(
      ({ series, last, max }) =>
        `${series.metric} ${valueText(last, null)} at the end, ${valueText(max, null)} at most`,
    );
  return {
    statement: `no failure: the host of the database is not under pressure (${shown.join(', ')}), and no statement of its workload is slow${lent ? `; ${lent.statement}` : ''}`,
    evidence: [
      ...new Set([
        ...(lent?.evidence ?? []),
        ...host.map(({ series }) => series.evidence),
        ...state.workload.map(({ evidence }) => evidence),
      ]),
    ],
  };
}

function isAtRest({ series: { metric }, before, after, max }: SeriesProfile): boolean {
  if (LOAD.test(metric)) return after <= Math.max(ONE_BUSY, FALLEN * max);
  if (/avail|free/i.test(metric)) return after >= SHRUNK * before;
  if (/procs_(?:running|blocked)/.test(metric)) return after < Math.max(QUEUE, RISEN * before);
  return after <= Math.max(RISEN * before, FALLEN * max);
}
