import type { Bar, BenchRow } from './bench-row.ts';

/** The rows of one run, with what is needed to read them later. */
export type BenchResults = { startedAt: string; seconds: number; node: string; cpus: number; rows: BenchRow[] };

const HEAD = ['bench', 'backend', 'what', 'value', 'bar', '', 'made of'];

/** The table for a terminal, columns aligned. */
export function renderText({ rows }: BenchResults): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const aligned = lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return aligned.map((line) => line.trimEnd()).join('\n');
}

/** The same as a Markdown document. */
export function renderMarkdown(results: BenchResults): string {
  const { startedAt, seconds, node, cpus, rows } = results;
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))];
  return ['# Bench', '', `${startedAt}, ${Math.round(seconds)} s, Node ${node}, ${cpus} CPUs.`, '', ...table, ''].join(
    '\n',
  );
}

function cellsOf({ bench, backend, what, value, unit, bar, met, detail }: BenchRow): string[] {
  return [bench, backend, what, numberText(value, unit), bar ? barText(bar) : '', verdict(met), detail];
}

function numberText(value: number, unit: BenchRow['unit']): string {
  if (unit === 'ratio') return value.toFixed(value < 0.1 ? 4 : 2);
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

const barText = (bar: Bar) => ('atLeast' in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`);
const verdict = (met: boolean | null) => (met === null ? '' : met ? 'met' : 'NOT MET');
