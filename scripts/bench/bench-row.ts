import type { BenchBackend } from './bench-backends.ts';

/** What a value is held to. */
export type Bar = { atLeast: number } | { atMost: number };

/** One line of the table: one number, in its unit, with its bar where it has one. */
export type BenchRow = {
  bench: string;
  backend: BenchBackend;
  what: string;
  value: number;
  unit: 'ratio' | 'ms' | 'MB' | 'per s' | 'KB';
  bar: Bar | null;
  /** Null without a bar. */
  met: boolean | null;
  /** The numbers that the value was made of. */
  detail: string;
};

/** Makes a row and holds its value to the bar. */
export function benchRow(row: Omit<BenchRow, 'met' | 'bar'> & { bar?: Bar }): BenchRow {
  const { bar = null, ...rest } = row;
  return { ...rest, bar, met: bar && isMet(row.value, bar) };
}

function isMet(value: number, bar: Bar): boolean {
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}
