import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Suspect } from '../../../src/workers/localisation/suspect.ts';
import { indexedCases } from '../cases/recorded-case.ts';

/** What a stress run compares with; the analysis never sees it. */
export type CaseTruth = { suspects: string[]; classes: string[]; commit: string | null };

type Written = {
  root_cause_service?: string;
  first_alerting_entities?: string[];
  class: string;
  also_ok?: string[];
  root_cause_commit?: string;
};

/** Whether the first suspect's place and class are right; the place alone where only requests are measured, which tell no class. */
export function isRight(
  first: Suspect | undefined,
  { suspects, classes }: Pick<CaseTruth, 'suspects' | 'classes'>,
): boolean {
  const isClassRight = first?.support?.requestsOnly || classes.includes(first?.class ?? '');
  return isClassRight && suspects.includes(first?.service.toLowerCase() ?? '');
}

/** The answers of a suite's cases by id. */
export function caseTruths(casesFolder: string, suite: string): Map<string, CaseTruth> {
  return new Map(indexedCases(casesFolder, suite).map(({ id, folder }) => [id, truthOf(id, folder)]));
}

function truthOf(id: string, folder: string): CaseTruth {
  const path = folder.split('#')[0]!;
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  const written: Written = isFolder
    ? read(join(path, 'truth.json'))
    : read(join(dirname(path), 'truth.json')).truth[id];
  const suspects = written.first_alerting_entities ?? [written.root_cause_service ?? ''];
  return {
    suspects: suspects.map((name) => name.toLowerCase()),
    classes: [written.class, ...(written.also_ok ?? [])],
    commit: written.root_cause_commit ?? null,
  };
}
