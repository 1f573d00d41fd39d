import type { ChangeEffect } from './change-effect.ts';
import { asksMore, doesMore } from './demand.ts';
import type { Consequence } from './harms/harm.ts';
import type { IncidentPicture } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';

/** A change that runs in one service, the harms of it that show, and the incident in which another service may have been noticed first. */
type Felt = { live: LiveChange; shown: Consequence[]; first: string; picture: IncidentPicture };

/** Why the service where the trouble was noticed first feels what a change does in another one; null where nothing tells that it does. */
export function feltElsewhere(
  live: LiveChange,
  { consequences }: ChangeEffect,
  said: string,
  picture: IncidentPicture,
): string | null {
  const first = picture.failing[0]?.service;
  if (first === undefined) return null;
  const felt: Felt = { live, shown: consequences.filter(({ shows }) => shows.test(said)), first, picture };
  return feltByReaders(felt) ?? feltByAsked(felt) ?? feltByHeld(felt);
}

/** Who reads what the change writes in another form. */
const feltByReaders = ({ shown, first }: Felt): string | null =>
  shown.some(({ feltByReaders: isFelt }) => isFelt) ? `${first} complains about what it writes` : null;

/** Whom it asks again and again; null where those who run it are seen to ask no more than before. */
function feltByAsked({ live: { services }, shown, first, picture: { shifts } }: Felt): string | null {
  const asks = shifts.some((shift) => services.includes(shift.service) && (asksMore(shift) || doesMore(shift)));
  return shown.some(({ feltByAsked: isFelt }) => isFelt) && asks
    ? `it makes ${services.slice(0, 2).join(', ')} ask ${first} more than before`
    : null;
}

/** Whose connections it holds; null where those who run it are not seen to hold more and more since the change. */
function feltByHeld({ live: { services, at }, shown, first, picture: { shifts } }: Felt): string | null {
  const holds = shown.filter(({ holdsOthers }) => holdsOthers);
  const held = shifts.find(
    ({ service, metric, before, since, at: from, step }) =>
      services.includes(service) &&
      since > before &&
      from + step >= (at ?? Number.POSITIVE_INFINITY) &&
      holds.some(({ shows }) => shows.test(metric)),
  );
  return held ? `${held.metric} of ${held.service} grows since then, at the cost of ${first}` : null;
}
