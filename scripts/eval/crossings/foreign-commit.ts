import type { EvidenceFormData } from '../../../src/shared/evidence-forms.ts';
import type { RecordedCase } from '../../../test/fixtures/recorded-cases/recorded-case.ts';

export type Change = EvidenceFormData<'changes.list'>['changes'][number];

/** A commit that did harm in one recorded incident, and the services that it was deployed to. */
export type Donor = { from: string; commit: Change; services: string[] };

const MINUTE_MS = 60_000;
/** When the foreign commit was deployed, and how long before that it was written. */
const DEPLOYED_BEFORE_MS = 8 * MINUTE_MS;
const WRITTEN_BEFORE_MS = 5 * MINUTE_MS;
/** No commit of a recorded case has this id. */
const FOREIGN_ID = 'f0'.repeat(20);

/** The commit that did it in a recorded incident; null where none did. */
export function commitIn({ id: from, culprit, telemetry = [] }: RecordedCase): Donor | null {
  const changes = telemetry.flatMap((one) => (one.capability === 'changes.list' ? listed(one.data) : []));
  const commit = changes.find(({ kind, id }) => kind === 'commit' && id === culprit);
  if (!commit || commit.detail === '') return null;
  const carried = changes.filter(({ kind, id }) => kind === 'deploy' && id === commit.id);
  return { from, commit, services: [...new Set(carried.flatMap(({ service }) => service ?? []))] };
}

/**
 * The incident with another one's commit deployed to `service` shortly before `onset` (epoch ms), in its names: where the commit spells
 * the service that it came from, it spells this one.
 */
export function withCommit(
  recorded: RecordedCase,
  { commit, services }: Donor,
  service: string | null,
  onset: number,
): { recorded: RecordedCase; id: string } {
  const renamed = (text: string) =>
    service === null ? text : services.reduce((current, name) => respelt(current, name, service), text);
  const deployed = onset - DEPLOYED_BEFORE_MS;
  const iso = (ms: number) => new Date(ms).toISOString();
  const changed = withChanges(recorded, (changes) => {
    const foreign: Change = {
      ...commit,
      id: FOREIGN_ID,
      at: iso(deployed - WRITTEN_BEFORE_MS),
      title: renamed(commit.title),
      detail: renamed(commit.detail),
      files: commit.files.map(renamed),
    };
    // Where no deploys are told, a commit runs from its own time on, in the service that it names.
    if (changes.every(({ kind }) => kind !== 'deploy')) return [...changes, { ...foreign, service }];
    const deploy: Change = {
      kind: 'deploy',
      id: FOREIGN_ID,
      service,
      at: iso(deployed),
      title: `release of ${service}`,
      detail: '',
      files: [],
    };
    return [...changes, foreign, deploy];
  });
  return { recorded: changed, id: FOREIGN_ID };
}

/** The incident without a commit and without the deploys that carried it. */
export const withoutCommit = (recorded: RecordedCase, { id }: Change): RecordedCase =>
  withChanges(recorded, (changes) => changes.filter((one) => one.id !== id));

function withChanges(recorded: RecordedCase, change: (changes: Change[]) => Change[]): RecordedCase {
  const telemetry = recorded.telemetry?.map((one) =>
    one.capability === 'changes.list' ? { ...one, data: { changes: change(listed(one.data)) } } : one,
  );
  return { ...recorded, telemetry: telemetry ?? [] };
}

const listed = (data: unknown): Change[] => (data as EvidenceFormData<'changes.list'>).changes;

/** The usual spellings of a name of several words. */
const SPELLINGS: readonly ((words: string[]) => string)[] = [
  (words) => words.join('-'),
  (words) => words.join('_'),
  (words) => words.map(capital).join(''),
  (words) => words.map((word, index) => (index === 0 ? word : capital(word))).join(''),
];
const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const wordsOf = (name: string) =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

const respelt = (text: string, name: string, other: string): string =>
  SPELLINGS.reduce((current, spell) => current.replaceAll(spell(wordsOf(name)), spell(wordsOf(other))), text);
