/** What a number counts: `base` is in ms for time, bytes for size, a fraction for share, the plain number otherwise. */
export type Dimension = 'plain' | 'time' | 'size' | 'share';

export type Quantity = {
  /** As written, without unit and sign. */
  value: number;
  decimals: number;
  dimension: Dimension;
  /** How much one unit is in the dimension's base. */
  scale: number;
};

const TIME: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  msec: 1,
  msecs: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1e3,
  sec: 1e3,
  secs: 1e3,
  second: 1e3,
  seconds: 1e3,
  min: 6e4,
  mins: 6e4,
  minute: 6e4,
  minutes: 6e4,
  h: 36e5,
  hr: 36e5,
  hrs: 36e5,
  hour: 36e5,
  hours: 36e5,
  d: 864e5,
  day: 864e5,
  days: 864e5,
  week: 6048e5,
  weeks: 6048e5,
};

const SIZE: Record<string, number> = {
  B: 1,
  By: 1,
  byte: 1,
  bytes: 1,
  Bytes: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const SHARE: Record<string, number> = { '%': 0.01, percent: 0.01 };

/** Multipliers of plain numbers, only where they touch the digits (1.2k requests, 128M of memory). */
const MULTIPLIER: Record<string, number> = { k: 1e3, K: 1e3, M: 1e6, G: 1e9 };

const NUMBER = /(\d{1,3}(?:,\d{3})+(?!\d)|\d+)(\.\d+)?(?:[eE]([+-]?\d{1,2})(?![\w]))?(\s?)([A-Za-zµ%]{1,12})?/g;
const COMPOSITE = /\b(?:(\d{1,6})h)?(?:(\d{1,6})m)?(\d{1,6}(?:\.\d{1,9})?)s\b/g;

/** Every number of a text with its unit, in reading order; durations like `1m30s` count as one and by their parts. */
export function quantitiesIn(text: string): Quantity[] {
  const found: Quantity[] = [];
  for (const match of text.matchAll(NUMBER)) found.push(toQuantity(match));
  return found.concat(compositeDurations(text));
}

/** The numbers of a long text, each way of writing one once, in no promised order: telemetry repeats itself. */
export function distinctQuantitiesIn(text: string): Quantity[] {
  return [...new Set(text.match(NUMBER))].flatMap(quantitiesIn).concat(compositeDurations(text));
}

function toQuantity([, whole = '0', fraction = '', exponent, gap = '', word = '']: RegExpExecArray): Quantity {
  const value = Number(whole.replaceAll(',', '') + fraction) * 10 ** Number(exponent ?? 0);
  return { value, decimals: Math.max(0, fraction.length - 1), ...unitOf(word, gap === '') };
}

function unitOf(word: string, touching: boolean): Pick<Quantity, 'dimension' | 'scale'> {
  const time = Object.hasOwn(TIME, word) ? TIME[word] : undefined;
  if (time !== undefined) return { dimension: 'time', scale: time };
  const size = Object.hasOwn(SIZE, word) ? SIZE[word] : undefined;
  if (size !== undefined) return { dimension: 'size', scale: size };
  const share = Object.hasOwn(SHARE, word) ? SHARE[word] : undefined;
  if (share !== undefined) return { dimension: 'share', scale: share };
  const multiplier = touching && Object.hasOwn(MULTIPLIER, word) ? MULTIPLIER[word] : undefined;
  return { dimension: 'plain', scale: multiplier ?? 1 };
}

function compositeDurations(text: string): Quantity[] {
  const found: Quantity[] = [];
  if (!/\d[hm]\d/.test(text)) return found;
  for (const [, hours, minutes, seconds] of text.matchAll(COMPOSITE)) {
    if (hours === undefined && minutes === undefined) continue;
    const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
    found.push({ value: total, decimals: 0, dimension: 'time', scale: 1000 });
  }
  return found;
}

/** A duration as programs write it (`30s`, `1m30s`, `30000ms`, `30,000 ms`, `500 milliseconds`) in ms, null where it is none. */
export function parseDurationMs(text: string): number | null {
  const trimmed = text.trim();
  const [composite] = compositeDurations(trimmed);
  if (composite && /^(?:\d+h)?(?:\d+m)?[\d.]+s$/.test(trimmed)) return composite.value * composite.scale;
  const minutes = /^(\d+(?:\.\d+)?)m$/.exec(trimmed);
  if (minutes) return Number(minutes[1]) * 60_000;
  const [quantity, ...others] = quantitiesIn(trimmed);
  return quantity?.dimension === 'time' && others.length === 0 ? quantity.value * quantity.scale : null;
}

/** How many ms a unit of time is, as programs and servers write it (`ms`, `µs`, `s`, `min`, `h`, `d`); null where it is none. */
export const unitMs = (unit: string): number | null => (Object.hasOwn(TIME, unit) ? (TIME[unit] ?? null) : null);

/** Thousands of computers are powers of two. */
const BINARY = ['', 'K', 'M', 'G', 'T'];

/** A size that a server prints for people in powers of two (`289 GB` of PostgreSQL, `1.5 GiB` of MySQL, `404.91M` of Redis, `1893M` of a JVM), in bytes; NaN where it is none. */
export function binaryBytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(?:([kKMGT])i?B?|B|bytes)?$/.exec(text.trim()) ?? [];
  return number === undefined ? Number.NaN : Number(number) * 1024 ** BINARY.indexOf(unit.toUpperCase());
}

const KUBERNETES_SUFFIX: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes resource quantity (`512Mi`, `250m`, `1e3`, `0.5`) as a number of bytes or cores, null where it is none. */
export function parseKubernetesQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,2})|([numkKMGTPE]i?))?$/.exec(text.trim());
  if (!match) return null;
  const scale = KUBERNETES_SUFFIX[match[3] ?? ''];
  return scale === undefined ? null : Number(match[1]) * 10 ** Number(match[2] ?? 0) * scale;
}
