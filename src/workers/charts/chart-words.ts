import type { ChartUnit } from '../../shared/chart.ts';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const LARGE: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
];

/** A value as a chart says it: "512 MiB", "1.2 s", "85 %", "12.5k". */
export function valueWords(value: number, unit: ChartUnit): string {
  switch (unit) {
    case 'percent':
      return `${short(value)} %`;
    case 'bytes':
      return bytesWords(value);
    case 'milliseconds':
      return timeWords(value);
    case 'seconds':
      return timeWords(value * 1000);
    case 'number':
      return numberWords(value);
    default:
      return unit satisfies never;
  }
}

/** At most three digits that count. */
const short = (value: number) => String(Number(value.toPrecision(3)));

function numberWords(value: number): string {
  const size = Math.abs(value);
  const [divisor, sign] = LARGE.find(([least]) => size >= least) ?? [1, ''];
  return `${short(value / (sign === 'k' ? 1e3 : divisor))}${sign}`;
}

function bytesWords(value: number): string {
  const power = Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10));
  return `${short(value / 1024 ** power)} ${BINARY[power]}`;
}

function timeWords(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return '0';
  if (size < 0.1) return `${short(ms * 1000)} µs`;
  if (size < 1000) return `${short(ms)} ms`;
  if (size < 120_000) return `${short(ms / 1000)} s`;
  return size < 7_200_000 ? `${short(ms / 60_000)} min` : `${short(ms / 3_600_000)} h`;
}

/** A time of day in UTC; with seconds where they count. */
export function clockWords(at: number): string {
  const iso = new Date(at).toISOString();
  return at % 60_000 === 0 ? iso.slice(11, 16) : iso.slice(11, 19);
}
