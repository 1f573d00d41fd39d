import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './module-imports.ts';

/**
 * A block of TypeScript of a page: a whole file (`file=PATH`), or entries of a table in a file that is there (`into=PATH
 * table=NAME`), with the imports that they need.
 */
export type PageBlock = { path: string; table: string | null; code: string };

/** The TypeScript blocks of a page in their order. Throws where one does not say where it belongs. */
export function blocksOf(page: string): PageBlock[] {
  return [...page.matchAll(/^( *)```ts\b(.*)\n([\s\S]*?)^\1```$/gm)].map(([, indent = '', says = '', code = '']) => {
    const { path, into, table } =
      /^ (?:file=(?<path>\S+)|into=(?<into>\S+) table=(?<table>\w+))$/.exec(says)?.groups ?? {};
    const place = path ?? into;
    if (!place) throw new Error(`a block of the page does not say where it belongs: ${code.slice(0, 80)}`);
    return { path: place, table: table ?? null, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}

/** A copy of the sources, and of what tests share, with the blocks in their places; it is the caller's to remove. */
export function sourcesWith(blocks: PageBlock[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-page-'));
  for (const part of ['src', 'test/support', 'package.json'])
    cpSync(join(REPOSITORY, part), join(folder, part), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const block of blocks) place(folder, block);
  const { compilerOptions } = JSON.parse(readFileSync(join(REPOSITORY, 'tsconfig.json'), 'utf8'));
  const files = blocks.map(({ path }) => path);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  return folder;
}

function place(folder: string, { path, table, code }: PageBlock): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, table === null ? code : withEntries(readFileSync(target, 'utf8'), table, code));
}

function withEntries(source: string, table: string, code: string): string {
  const lines = code.split('\n');
  const isImport = (line: string) => line.startsWith('import ');
  const start = new RegExp(`^(?:export )?const ${table}\\b.*= \\{$`, 'm').exec(source);
  if (!start) throw new Error(`there is no table ${table}`);
  const at = start.index + start[0].length;
  const entries = lines.filter((line) => !isImport(line)).join('\n');
  return `${lines.filter(isImport).join('\n')}\n${source.slice(0, at)}\n${entries}${source.slice(at)}`;
}
