import { sameName } from '../detectors/support/names.ts';
import { isStore } from '../kubernetes-state/logs/store-of.ts';
import { metricKind } from '../localisation/telemetry/metric-kind.ts';
import { OF_PLATFORMS, OF_STORES } from './acts-elsewhere.ts';
import { type IncidentPicture, notable } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';
import type { Fit } from './mechanism-fit.ts';
import type { MetricShift } from './metric-shifts.ts';
import { troubledInTurn } from './own-deploys.ts';

/** What the first failing service runs counts fully; what others run that fail or that the complaints name, less. */
const ELSEWHERE = 0.5;

/** How well a place fits, and what it has to do with those in trouble. */
export type PlaceFit = Fit & {
  /** True where those in trouble are others who feel what is done there. */
  feltByOthers?: boolean;
  /** True where several got into trouble one after the other, as the change came to them. */
  inTurn?: boolean;
  /** Of those who run the change the one by whose doing others are in trouble, though it may be in none itself. */
  by?: string;
};

/** How well the place at which a change runs fits the places that are in trouble. */
export function placeFit(live: LiveChange, picture: IncidentPicture): PlaceFit {
  const { services, change } = live;
  const { failing, named, alerted } = picture;
  const first = failing[0]?.service;
  const works = change.kind === 'config' ? 'is used by' : 'runs in';
  if (services.length === 0) {
    const unknown = change.kind === 'config' ? 'nothing says who uses it' : 'nothing says where it runs';
    return { score: ELSEWHERE, why: unknown };
  }
  const isOne = (other: string): boolean => services.some((service) => sameName(service, other));
  const inTurn = troubledInTurn(live, picture);
  if (inTurn)
    return {
      score: 1,
      why: `${inTurn.join(' and ')} got into trouble in turn, each right after its own deploy of it`,
      inTurn: true,
      by: inTurn[0]!,
    };
  if (first && isOne(first)) return { score: 1, why: `it ${works} ${first}, where the trouble began` };
  const inTrouble = notable(failing);
  // A store does what it is asked to: where it suffers, who asks it is the place.
  const asks =
    first && isStore(first) ? services.find((service) => !isStore(service) && alerted.has(service)) : undefined;
  const asking = first && isStore(first) ? inTrouble.find((other) => !isStore(other.service))?.service : undefined;
  if (asks) return { score: 1, why: `it ${works} ${asks}, which the alert is about, and which uses ${first}` };
  if (asking && isOne(asking)) return { score: 1, why: `it ${works} ${asking}, which uses ${first}` };
  const troubled =
    services.find((service) => named.has(service)) ?? inTrouble.find((other) => isOne(other.service))?.service;
  if (troubled) return { score: ELSEWHERE, why: `it ${works} ${troubled}, which is in trouble too` };
  const elsewhere = ofOthers(live, picture);
  if (elsewhere) return { score: ELSEWHERE, ...elsewhere, feltByOthers: true };
  return { score: 0, why: `it ${works} ${services.slice(0, 2).join(', ')}, which is not in trouble` };
}

/** Why what runs at a place that is in no trouble may concern one that is. */
function ofOthers(live: LiveChange, picture: IncidentPicture): Pick<Fit, 'why' | 'evidence'> | null {
  const { services, at } = live;
  const { shifts, onset } = picture;
  const moved =
    at === null ? null : shifts.find((shift) => services.includes(shift.service) && isOwn(shift, at, onset));
  if (moved)
    return { why: `it runs in ${moved.service}, where ${moved.metric} changed after it`, evidence: [moved.evidence] };
  const why = madeForOthers(live, picture);
  return why === null ? null : { why };
}

function madeForOthers({ services, change }: LiveChange, { seen }: IncidentPicture): string | null {
  const [service = ''] = services;
  const { files } = change;
  if (change.kind !== 'commit' || files.length === 0) return null;
  if (files.every((file) => OF_STORES.test(file))) return 'it changes what stores hold';
  if (files.every((file) => OF_PLATFORMS.test(file))) return 'it changes what others run on';
  if (files.every((file) => OF_MANY.test(file) || IS_TEST.test(file))) return 'it changes what several programs share';
  // Who is never seen at work and is called so makes what others work with.
  const isSeen = services.some((one) => [...(seen ?? [one])].some((other) => sameName(one, other)));
  return !isSeen && services.some((one) => MADE_FOR_OTHERS.test(one))
    ? `nothing was measured of ${service}, whose work others use`
    : null;
}

/** Folders of code that several programs take. */
const OF_MANY = /(?:^|\/)(?:packages|libs?|libraries|crates|shared|common|contracts?|protos?)\//i;
const IS_TEST = /(?:^|\/)(?:tests?|__tests__)\/|[._](?:test|spec)\.\w+$/i;
/** How repositories are called whose content others run with. */
const MADE_FOR_OTHERS =
  /schema|migrations?|infra|terraform|platform|shared|common|\blibs?\b|contracts?|protos?\b|polic(?:y|ies)|templates?|topics|queues|network|mesh|charts?|manifests?|config(?:s|uration)?\b/i;

/** What a service does otherwise since a change and no later than the trouble began; that it fails or is slow may come from others. */
const isOwn = ({ metric, at: since, step }: MetricShift, at: number, onset: number): boolean =>
  ['traffic', 'other'].includes(metricKind(metric)) && since + step >= at && since <= onset + step;
