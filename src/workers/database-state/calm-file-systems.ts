import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';

/** File systems that are made once, just as large as what they hold, and never written: they are full by nature. */
const IMAGE = /^(?:squashfs|iso9660|udf|cramfs|erofs|romfs)$/;
/** From here on a file system that is written is nearly full, percent. */
const NEARLY_FULL = 90;

const MOST_LINES = 400;
/** `df -T`: the device, its type, three sizes, the share and the place. */
const TYPED = /^(\S+)\s+([a-z][\w.]{1,20})\s+\S+\s+\S+\s+\S+\s+(\d{1,3})%\s+(\/\S*)$/;
/** `df` and `df -i`, without a type. */
const UNTYPED = /^(\S+)\s+[\d.]+\w?\s+[\d.]+\w?\s+[\d.]+\w?\s+(\d{1,3})%\s+(\/\S*)$/;
/** `mount`. */
const MOUNTED = /^\S+ on (\/\S*) type (\w+) \(ro\b/;

type Line = { place: string; type: string | null; used: number; evidence: number };

function linesIn(text: string, evidence: number): Line[] {
  return text.split('\n', MOST_LINES).flatMap((line): Line[] => {
    const row = line.slice(0, 300).trimEnd();
    const [, , type, used, place] = TYPED.exec(row) ?? [];
    if (type && place) return [{ place, type, used: Number(used), evidence }];
    const [, , share, where] = UNTYPED.exec(row) ?? [];
    if (where) return [{ place: where, type: null, used: Number(share), evidence }];
    const [, at, kind] = MOUNTED.exec(row) ?? [];
    return at && kind ? [{ place: at, type: kind, used: Number.NaN, evidence }] : [];
  });
}

/**
 * The full file system that an alert names is the image of a package or of a medium, which is read only and always full, and none that is
 * written is nearly full; null where it is not so.
 */
export function imageIsFull({ notes }: PrintedState, alert: string): Calm | null {
  const lines = notes.flatMap(({ text, evidence }) => linesIn(text, evidence));
  const images = lines.filter(({ type }) => type !== null && IMAGE.test(type));
  const own = images.find(({ place }) => place.length > 1 && isNamed(place, alert));
  const written = lines.filter(({ place, used }) => !Number.isNaN(used) && !images.some((one) => one.place === place));
  if (!own || written.length === 0 || written.some(({ used }) => used >= NEARLY_FULL)) return null;
  return {
    statement: `no failure: ${own.place} is a read-only image (${own.type}), which is full by nature, and every file system that is written has room`,
    evidence: [own, ...written].map(({ evidence }) => evidence),
  };
}

const isNamed = (place: string, alert: string): boolean =>
  new RegExp(`(?<![\\w/.-])${place.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w/-])`).test(alert);
