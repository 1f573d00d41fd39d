import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EFFECTS } from '../../../src/workers/database-state/story.ts';
import { DETECTORS } from '../../../src/workers/detectors/index.ts';
import { REPOSITORY } from '../../support/module-imports.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/analysis.md'), 'utf8');
/** The columns in which the page explains a method. */
const EXPLAINING = /^(?:inputs|reads|source|source of the idea|limits)$/;

type Row = Record<string, string>;

/** The rows of the tables whose first column is called so, by the names of their columns. */
function rowsOf(firstColumn?: string): Row[] {
  const tables = [...PAGE.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => table);
  return tables.flatMap((table) => {
    const [names = [], , ...rows] = table.trimEnd().split('\n').map(cellsOf);
    if (firstColumn !== undefined && names[0] !== firstColumn) return [];
    return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));
  });
}

const cellsOf = (line: string) =>
  line
    .replace(/^\||\|$/g, '')
    .split(' |')
    .map((cell) => cell.trim());

/** The files and folders that the page names, those of commands included; what stands beside the repository is not ours. */
function namedPaths(): string[] {
  const words = [...PAGE.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[\s'"]+/));
  const isPath = (word: string) =>
    /^[\w.-]+\.ts$/.test(word) || /^[\w-]+\/(?:[\w.*-]+\/)*(?:[\w*-]+\.[\w.-]+)?$/.test(word);
  return [...new Set(words.filter(isPath))];
}

describe('docs/analysis.md', () => {
  it('names only files and folders that are there', () => {
    const all = ['src', 'scripts', 'test', 'docs'].flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `/${folder}/${name.replaceAll('\\', '/')}`,
      ),
    );
    const isThere = (path: string) => {
      const [bare = ''] = path.split('*');
      const end = `/${bare.replace(/\/$/, '')}`;
      return existsSync(join(REPOSITORY, bare)) || all.some((name) => name.endsWith(end));
    };
    const paths = namedPaths();
    expect(paths).to.include.members(['detectors/index.ts', 'changes/harms/', 'scripts/eval/learn-signatures.ts']);
    expect(paths.filter((path) => !isThere(path))).to.deep.equal([]);
  });

  it('has a row for every detector, and for no other', () => {
    const rows = rowsOf('detector').map(({ detector }) => detector?.replaceAll('`', ''));
    expect(rows.sort()).to.deep.equal(Object.keys(DETECTORS).sort());
  });

  it('has a row for every kind of database story', () => {
    const told = new Set(rowsOf('story').flatMap(({ story }) => story?.split(', ') ?? []));
    expect(Object.keys(EFFECTS).filter((kind) => !told.has(kind))).to.deep.equal([]);
  });

  it('leaves no input, source or limit of a method empty', () => {
    const empty = rowsOf().flatMap((row) =>
      Object.entries(row).flatMap(([name, cell]) =>
        EXPLAINING.test(name) && cell === '' ? [Object.values(row)[0]] : [],
      ),
    );
    expect(empty).to.deep.equal([]);
  });
});
