import { weigh } from './cut-text.ts';
import { type Part, renderSlices, type Slice } from './part.ts';

/** Parts divided over messages: what the first shows, what follows in the thread, and how much no message has room for. */
export type Packed = { first: Slice[]; following: Slice[][]; left: { part: Part; count: number }[] };

/** Room in weight: of the first message, of each following one, and how many may follow. */
export type Room = { first: number; following: number; messages: number };

/**
 * Fills the first message in three rounds (what is reserved, a fair share of every part, then all that still fits), each
 * by rank; what is left flows into the following messages in the order of the parts.
 */
export function packParts(parts: Part[], room: Room): Packed {
  const filled = parts.filter((part) => part.items.length > 0);
  const first = packFirst(filled, room.first);
  let rest = first.map(after).filter(isFilled);
  const following: Slice[][] = [];
  while (rest.length > 0 && following.length < room.messages) {
    const message = takeSlices(rest, room.following);
    following.push(message.taken);
    rest = message.rest;
  }
  const shown = (part: Part) => rest.find((slice) => slice.part === part)?.from ?? part.items.length;
  const left = filled.map((part) => ({ part, count: part.total - shown(part) })).filter(({ count }) => count > 0);
  return { first: first.filter(isFilled), following, left };
}

/** One slice of every part, from its beginning; some may be empty. */
function packFirst(parts: Part[], room: number): Slice[] {
  const slices = parts.map((part) => ({ part, from: 0, to: 0 }));
  const byRank = slices.toSorted((a, b) => a.part.rank - b.part.rank);
  const rounds = [(part: Part) => part.reserved, (part: Part) => part.fair, (part: Part) => part.items.length];
  for (const share of rounds) {
    for (const slice of byRank) {
      const most = Math.min(share(slice.part), slice.part.items.length);
      const tried = (to: number) => slices.map((other) => (other === slice ? { ...slice, to } : other));
      slice.to = largest(slice.to, most, (to) => fitInto(room, tried(to)));
    }
  }
  return slices;
}

/** As much of the slices, in order, as one message holds; every entry is small enough to fit into an empty one. */
function takeSlices(slices: Slice[], room: number): { taken: Slice[]; rest: Slice[] } {
  const taken: Slice[] = [];
  for (const [index, slice] of slices.entries()) {
    const to = largest(slice.from, slice.to, (tried) => fitInto(room, [...taken, { ...slice, to: tried }]));
    taken.push({ ...slice, to });
    if (to < slice.to)
      return { taken: taken.filter(isFilled), rest: [{ ...slice, from: to }, ...slices.slice(index + 1)] };
  }
  return { taken, rest: [] };
}

function fitInto(room: number, slices: Slice[]): boolean {
  return weigh(renderSlices(slices.filter(isFilled))) <= room;
}

/** The largest number from `least` (which is good) to `most` that is good, when all below a good one are. */
function largest(least: number, most: number, isGood: (count: number) => boolean): number {
  if (least >= most || isGood(most)) return Math.max(least, most);
  let [good, bad] = [least, most];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

function after({ part, to }: Slice): Slice {
  return { part, from: to, to: part.items.length };
}

function isFilled({ from, to }: Slice): boolean {
  return to > from;
}
