import { tellsEnd, tellsFailure } from '../../detectors/support/work-words.ts';
import { extent, median } from '../statistics/robust.ts';
import { clarityOfSurprise, surpriseOfFewer } from '../statistics/surprise.ts';
import type { LogLine } from '../telemetry/read-logs.ts';
import type { Series } from '../telemetry/read-series.ts';
import type { Symptom } from './symptom.ts';

/**
 * Services whose series all end while those of others go on: missing telemetry is a sign of trouble, never of health. A service
 * is looked at as a whole, as a new instance with a new name is no loss; who said that its work is done went by itself. Amounts are nats.
 */
export function vanishedServices(series: Series[], lines: LogLine[] = []): Symptom[] {
  const named = series.filter(({ component, points }) => component && points.length > 0);
  const byService = Map.groupBy(named, ({ component }) => component!.service);
  const step = median(named.flatMap(({ points }) => points.slice(1).map(([at], index) => at - points[index]![0])));
  if (byService.size < 2 || !(step > 0)) return [];
  const [, end] = extent(timesOf(named));
  const goOn = new Set(
    [...byService]
      .filter(([, members]) => extent(timesOf(members))[1] > end - GONE_STEPS * step)
      .map(([name]) => stemOf(name)),
  );
  return [...byService].flatMap(([service, members]) => {
    // A trial that ends was promoted or withdrawn, as long as what it stands beside goes on.
    if (VARIANT.test(service) && goOn.has(stemOf(service))) return [];
    if (saidDone(service, lines)) return [];
    const surprise = surpriseOfEnd(timesOf(members), end, step) - Math.log(byService.size);
    return surprise > 0 ? [symptomOf(service, members, surprise, step)] : [];
  });
}

/** True where the last that a service said is that it has done what it was started for. */
function saidDone(service: string, lines: LogLine[]): boolean {
  const last = lines.findLast(({ component }) => component.service === service)?.body;
  return last !== undefined && tellsEnd(last) && !tellsFailure(last);
}

const timesOf = (series: Series[]) => series.flatMap(({ points }) => points.map(([at]) => at));

/** A second release of a service beside the first, for a time. */
const VARIANT = /[-_.](?:canary|preview|green|blue|stable|shadow|baseline|candidate|experiment)$/i;
const stemOf = (service: string) => service.replace(VARIANT, '');

/** So many steps without a value are no late delivery. */
const GONE_STEPS = 2;

/** Services that go on with fewer instances: the series of one end, those of another go on. A rollout does that, too. */
export function reducedServices(series: Series[]): Set<string> {
  const named = series.filter(({ component, points }) => component?.instance && points.length > 1);
  const step = median(named.flatMap(({ points }) => points.slice(1).map(([at], index) => at - points[index]![0])));
  const [, end] = extent(timesOf(named));
  const isGone = (members: Series[]) => extent(timesOf(members))[1] <= end - GONE_STEPS * step;
  const byService = Map.groupBy(named, ({ component }) => component!.service);
  return new Set(
    [...byService].flatMap(([service, members]) => {
      const instances = [...Map.groupBy(members, ({ component }) => component!.instance).values()];
      return instances.some(isGone) && !instances.every(isGone) ? service : [];
    }),
  );
}

/** How surprising it is that nothing came from the last of these times to the end, by how regularly something came before. */
function surpriseOfEnd(times: number[], end: number, step: number): number {
  const [first, last] = extent(times);
  const missing = Math.floor((end - last) / step);
  const hits = new Set(times.map((at) => Math.round((at - first) / step))).size;
  const tries = Math.round((last - first) / step) + 1;
  return missing > 0 ? surpriseOfFewer({ hits, tries }, { hits: 0, tries: missing }) : 0;
}

function symptomOf(service: string, members: Series[], surprise: number, step: number): Symptom {
  const [, last] = extent(timesOf(members));
  return {
    component: { service, instance: null },
    amount: surprise,
    clarity: clarityOfSurprise(surprise),
    onset: last + step,
    class: 'infrastructure',
    reason: `no series of ${service} goes on after ${new Date(last).toISOString()}, those of others do`,
    evidence: [...new Set(members.flatMap((one) => one.evidence))],
  };
}
