import { countAt, notationsIn, objectsIn } from './shell-notation.ts';

/** Fewer tickets than this are a server that gives out as many as are asked for. */
const FEW_TICKETS = 8;

/** Operations may enter the storage engine with a ticket only, and none is left. */
export function ticketsUsedUp(text: string): string | null {
  if (!/\btotalTickets\b/.test(text)) return null;
  const found = notationsIn(text)
    .flatMap((value) => objectsIn(value))
    .find(
      ({ own }) =>
        countAt(own, 'totalTickets') >= FEW_TICKETS &&
        countAt(own, 'available') <= 0.02 * countAt(own, 'totalTickets') &&
        countAt(own, 'out') > 0,
    );
  return found
    ? `${found.key} out ${countAt(found.own, 'out')}, available ${countAt(found.own, 'available')}, totalTickets ${countAt(found.own, 'totalTickets')}`
    : null;
}

/** Of so many operations that queue for a lock somebody notices. */
const QUEUE = 50;

/** Operations that queue at the server as a whole. */
export function queuedOperations(text: string): string | null {
  if (!/\bcurrentQueue\b/.test(text)) return null;
  const found = notationsIn(text)
    .flatMap((value) => objectsIn(value))
    .find(({ key, own }) => key === 'currentQueue' && countAt(own, 'total') >= QUEUE);
  return found
    ? `currentQueue total ${countAt(found.own, 'total')}, readers ${countAt(found.own, 'readers')}, writers ${countAt(found.own, 'writers')}`
    : null;
}

/** Shares of the cache, all of it and its changed part, from which on the threads of clients must make room themselves. */
const [TRIGGER, CHANGED] = [0.95, 0.2];

/** A cache of WiredTiger in which the clients must make room before they go on. */
export function cacheUnderPressure(text: string): string | null {
  const of = (name: string): number =>
    Number(new RegExp(`['"]${name}['"]\\s?: ?(?:\\w{0,10}Long\\()?['"]?(\\d+)`).exec(text)?.[1]);
  const [used, most] = [of('bytes currently in the cache'), of('maximum bytes configured')];
  const [changed, byClients] = [of('tracked dirty bytes in the cache'), of('pages evicted by application threads')];
  const pressed = used >= TRIGGER * most || changed >= CHANGED * most;
  return pressed && byClients > 0
    ? `bytes currently in the cache ${used}, maximum bytes configured ${most}, tracked dirty bytes in the cache ${changed}, pages evicted by application threads ${byClients}`
    : null;
}
