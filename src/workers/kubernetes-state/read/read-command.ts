import { recordAt, textAt } from '../raw.ts';
import { ageSeconds } from './ages.ts';
import { readDescribe } from './describe-object.ts';
import { kindOf } from './kind-names.ts';
import { type KubectlCommand, parseKubectl } from './kubectl-command.ts';
import { rawEvents } from './raw-events.ts';
import { readDocuments } from './read-documents.ts';
import { joinReadings, nothingRead, type Reading } from './reading.ts';
import { headerlessTable, parseTables, type Table } from './table.ts';
import { tableEvents, tableObjects } from './table-objects.ts';

const MAX_OUTPUT = 1_000_000;
const MAX_LINES = 20_000;

/** Reads what a command printed, by the command and by the looks of the text; never throws, reads nothing from what it does not know. */
export function readCommand(command: string, output: string): Reading {
  const text = withoutStreams(output).slice(0, MAX_OUTPUT);
  const kubectl = parseKubectl(command);
  const missing = notFound(text, kubectl);
  if (missing.length > 0) return { ...nothingRead(), missing };
  if (kubectl?.verb === 'logs' || kubectl?.verb === 'exec') return logReading(kubectl, text);
  if (/^Name:\s+\S/m.test(text) && kubectl?.verb !== 'get') {
    const described = readDescribe(text, kubectl?.kinds[0] ?? null);
    if (described.objects.length > 0) return described;
  }
  const documents = readDocuments(text);
  if (documents.length > 0) return documentsReading(documents, kubectl);
  return kubectl || /^(?:NAMESPACE|NAME|LAST SEEN)\s/m.test(text) ? tablesReading(text, kubectl) : nothingRead();
}

/** Some recorders keep both streams in one text. */
function withoutStreams(output: string): string {
  return output
    .replace(/^stdout:\n/, '')
    .replace(/\nstderr:\n[\s\S]*$/, (rest) => (rest.trim() === 'stderr:' ? '' : rest));
}

const NOT_FOUND = /\(NotFound\): ([\w.]+) "([^"]+)" not found(?: in namespace "([^"]+)")?/g;

function notFound(text: string, kubectl: KubectlCommand | null): string[] {
  if (text.length > 2000) return [];
  return [...text.matchAll(NOT_FOUND)].flatMap(([, resource = '', name = '', namespace]) => {
    const kind = kindOf(resource);
    return kind ? [`${kind}|${namespace ?? kubectl?.namespace ?? ''}|${name}`] : [];
  });
}

function logReading(kubectl: KubectlCommand, text: string): Reading {
  if (/^(?:error|Error from server)\b.{0,300}$/.test(text.trim())) return nothingRead();
  const workload = kubectl.kinds[0] !== 'Pod';
  const lines = text.split('\n', MAX_LINES).filter((line) => line.trim() !== '');
  const selected = /(?:app|name|app\.kubernetes\.io\/name)=([\w.-]+)/.exec(kubectl.selector ?? '')?.[1] ?? null;
  return {
    ...nothingRead(),
    logs: [
      {
        pod: workload ? null : kubectl.name,
        service: workload ? kubectl.name : selected,
        namespace: kubectl.namespace,
        container: kubectl.container,
        previous: kubectl.previous,
        filter: kubectl.filter,
        lines,
      },
    ],
  };
}

function documentsReading(documents: Reading['objects'], kubectl: KubectlCommand | null): Reading {
  const events = rawEvents(documents.filter(({ kind }) => kind === 'Event'));
  const objects = documents
    .filter(({ kind }) => kind !== 'Event')
    .map((object) =>
      kubectl?.namespace && kubectl.namespace !== '*' && !textAt(object, 'metadata', 'namespace')
        ? { ...object, metadata: { ...recordAt(object, 'metadata'), namespace: kubectl.namespace } }
        : object,
    );
  return { ...nothingRead(), objects, events, listed: listedBy(kubectl) };
}

function tablesReading(text: string, kubectl: KubectlCommand | null): Reading {
  const namespace = kubectl?.namespace && kubectl.namespace !== '*' ? kubectl.namespace : null;
  const asked = kubectl?.kinds.length === 1 && kubectl.kinds[0] !== 'all' ? (kubectl.kinds[0] ?? null) : null;
  const found = parseTables(text);
  const tables = found.length === 0 && asked ? [headerless(text, asked, kubectl)] : found;
  const readings = tables.map((table) =>
    isEvents(table, asked)
      ? { ...nothingRead(), events: tableEvents(table, namespace, ageSeconds) }
      : { ...nothingRead(), objects: tableObjects(table, asked, namespace) },
  );
  const empty = /^No resources found/m.test(text) || tables.length > 0;
  return { ...joinReadings(readings), listed: empty ? listedBy(kubectl) : [] };
}

const isEvents = (table: Table, asked: string | null): boolean =>
  asked === 'Event' || (table.columns.includes('REASON') && table.columns.includes('MESSAGE'));

function headerless(text: string, kind: string, kubectl: KubectlCommand | null): Table {
  return headerlessTable(text, kind, kubectl?.namespace === '*');
}

/** A list that nothing cut down shows what is not there, too. */
function listedBy(kubectl: KubectlCommand | null): string[] {
  if (kubectl?.verb !== 'get' || kubectl.narrowed) return [];
  return kubectl.kinds.map((kind) => `${kind}|${kubectl.namespace ?? 'default'}`);
}
