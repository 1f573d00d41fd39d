import { RULES } from '../checker/index.ts';
import type { DrillResult } from './run-drill.ts';

/** All results of one run, with what is needed to read them later. */
export type DrillResults = {
  startedAt: string;
  seconds: number;
  node: string;
  cpus: number;
  /** The machine's load average of the last minute at the end. */
  load: number;
  seed: string;
  version: 'short' | 'long';
  results: DrillResult[];
};

const HEAD = ['drill', 'backend', 'result', 'rules held', 'alerts', 'answers', 'recovery', 'took', 'largest process'];

/** The table for a terminal, columns aligned, with every broken rule below it. */
export function renderDrillsText({ results }: DrillResults): string {
  const lines = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const table = lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...results.flatMap(brokenRules)].join('\n');
}

/** The same as a Markdown document. */
export function renderDrillsMarkdown(all: DrillResults): string {
  const { startedAt, seconds, node, cpus, load, seed, version, results } = all;
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...results.map((result) => line(cellsOf(result)))];
  const about = `${startedAt}, ${version} version, seed ${seed}, ${Math.round(seconds)} s, Node ${node}, ${cpus} CPUs, load ${load.toFixed(1)}.`;
  return ['# Drills', '', about, '', ...table, '', ...results.flatMap(brokenRules).map((text) => `- ${text}`), ''].join(
    '\n',
  );
}

function cellsOf(result: DrillResult): string[] {
  const broken = result.violations.filter(({ rule }) => rule in RULES).length;
  return [
    result.drill,
    result.backend,
    result.held ? 'held' : 'BROKEN',
    `${Math.max(0, result.rules - broken)} of ${result.rules}`,
    String(result.alerts),
    Object.entries(result.statuses)
      .map(([status, count]) => `${count} x ${status}`)
      .join(', '),
    result.recoverySeconds === null ? '' : `${result.recoverySeconds.toFixed(1)} s`,
    `${Math.round(result.seconds)} s`,
    `${result.largestMb} MB`,
  ];
}

const SHOWN = 6;

function brokenRules({ drill, backend, violations }: DrillResult): string[] {
  return violations.flatMap(({ rule, found }) => {
    const more = found.length > SHOWN ? [`... and ${found.length - SHOWN} more`] : [];
    return [...found.slice(0, SHOWN), ...more].map((one) => `${drill} on ${backend}: ${rule}: ${one}`);
  });
}
