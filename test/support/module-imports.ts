import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** One import of a file: what it names, whether only its types are meant, and in which line it stands. */
export type ModuleImport = { specifier: string; typeOnly: boolean; line: number };

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** The forms our files use; Biome keeps static imports and re-exports at the start of a line. */
const FORMS: { form: RegExp; typeOnly: (match: RegExpExecArray) => boolean }[] = [
  {
    form: /^(?:import|export)\s+(type\s)?[^'"`;=()]*?\bfrom\s+['"]([^'"]+)['"]/gm,
    typeOnly: (match) => Boolean(match[1]),
  },
  { form: /^import()\s+['"]([^'"]+)['"]/gm, typeOnly: () => false },
  { form: /\bimport()\(\s*['"]([^'"]+)['"]/g, typeOnly: () => false },
  // Files that are run as a worker thread.
  { form: /new URL()\(\s*['"](\.{1,2}\/[^'"]+\.ts)['"],\s*import\.meta\.url/g, typeOnly: () => false },
];

/** Every import of a TypeScript text. */
export function importsOf(text: string): ModuleImport[] {
  const code = withoutComments(text);
  return FORMS.flatMap(({ form, typeOnly }) =>
    [...code.matchAll(form)].map((match) => ({
      specifier: match[2]!,
      typeOnly: typeOnly(match),
      line: code.slice(0, match.index).split('\n').length,
    })),
  );
}

/** Comments blanked out where they fill whole lines, so that an example in one is no import; line numbers stay. */
function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replace(/[^\n]/g, ' ');
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, blank).replace(/^\s*\/\/.*$/gm, blank);
}

/** Every `*.ts` file below a folder of the repository, as paths relative to its root, sorted. */
export function sourceFiles(folder: string): string[] {
  const names = readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** The imports of a file of the repository. */
export function importsOfFile(file: string): ModuleImport[] {
  return importsOf(readFileSync(join(REPOSITORY, file), 'utf8'));
}

/** The file of the repository that a relative import names; null for a package or a built-in module. */
export function importedFile(file: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return relative(REPOSITORY, resolve(REPOSITORY, dirname(file), specifier));
}

/** The package behind a bare import (`@scope/name/path` is `@scope/name`); null for a file or a built-in module. */
export function importedPackage(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || builtinModules.includes(specifier)) return null;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Every file and package that runs when these files are run, types left out. Throws when a file does not exist. */
export function importClosure(entries: string[]): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    if (!existsSync(join(REPOSITORY, file))) throw new Error(`${file} does not exist`);
    files.add(file);
    for (const { specifier, typeOnly } of importsOfFile(file)) {
      const next = importedFile(file, specifier);
      const name = importedPackage(specifier);
      if (next && !typeOnly && next.endsWith('.ts')) visit(next);
      if (name && !typeOnly) packages.add(name);
    }
  };
  for (const entry of entries) visit(entry);
  return { files: [...files].sort(), packages: [...packages].sort() };
}
