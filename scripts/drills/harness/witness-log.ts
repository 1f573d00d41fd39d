import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WitnessEntry } from '../checker/observed.ts';

/** The sender's log: every line is in the file before the next request goes out. */
export type WitnessLog = {
  file: string;
  entries: WitnessEntry[];
  note(entry: Omit<WitnessEntry, 'at'>): void;
  /** Notes several with one write. */
  noteAll(entries: readonly Omit<WitnessEntry, 'at'>[]): void;
};

/** Starts an empty log in a file of JSON lines. */
export function openWitnessLog(file: string): WitnessLog {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  const entries: WitnessEntry[] = [];
  const noteAll = (noted: readonly Omit<WitnessEntry, 'at'>[]) => {
    const lines = noted.map((entry) => ({ at: Date.now(), ...entry }));
    entries.push(...lines);
    appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  return { file, entries, note: (entry) => noteAll([entry]), noteAll };
}
