import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const ROOT = resolve(import.meta.dirname, '../../../..');

/** A parsed YAML or JSON tree; the tests look into it by path. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are checked against Kubernetes' own models, not against types of ours
export type Tree = any;

/** A file of the repository as text. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every document of a YAML file, by its absolute path; throws with the file's name when it is not valid YAML. */
export function readYaml(path: string): Tree[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true }).map((document) => {
    const [fault] = document.errors;
    if (fault) throw new Error(`${path}: ${fault.message}`);
    return document.toJS();
  });
}

/** The source of everything that reads the environment. */
export const CONFIG_SOURCE = [
  'config-fields.ts',
  'config.ts',
  'llm-config.ts',
  'prometheus-config.ts',
  'redis-config.ts',
  'tracing-config.ts',
]
  .map((file) => readText(`src/shared/${file}`))
  .join('\n');

/** The variables that the configuration reads. */
export function configVariables(): string[] {
  const schemas = [
    ...CONFIG_SOURCE.matchAll(/const (?:environmentSchema = z\.object\(|[a-z]+Environment = )\{(.+?)\n\}/gs),
  ];
  return schemas.flatMap(([, schema = '']) =>
    [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, name]) => name!),
  );
}
