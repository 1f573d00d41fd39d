import { isRecord, recordAt, textAt } from '../raw.ts';
import { ageSeconds } from './ages.ts';
import { readCutDocument } from './cut-documents.ts';
import { headerlessEvents, readCutPage } from './cut-pages.ts';
import { readDescribe } from './describe-object.ts';
import { kindOf } from './kind-names.ts';
import { type KubectlCommand, NO_COMMAND, parseKubectl } from './kubectl-command.ts';
import { readEnvironment } from './printed-environment.ts';
import { readQueryAnswer } from './query-answers.ts';
import { rawEvents } from './raw-events.ts';
import { dataIn, readDocuments } from './read-documents.ts';
import { readLogs } from './read-logs.ts';
import { joinReadings, nothingRead, type Reading } from './reading.ts';
import { readRolloutHistory } from './rollout-history.ts';
import { readRolloutStatus } from './rollout-status.ts';
import { readRolloutTree } from './rollout-tree.ts';
import { readTool } from './shell-tools.ts';
import { headerlessTable, parseTables, type Table } from './table.ts';
import { tableEvents, tableObjects } from './table-objects.ts';
import { plainText, printedCommands } from './terminal-text.ts';
import { toldMessages } from './told-messages.ts';

const MAX_OUTPUT = 1_000_000;

/** Reads what a command printed, by the command and by the looks of the text; never throws, reads nothing from what it does not know. */
export function readCommand(command: string, output: string): Reading {
  const text = plainText(withoutStreams(output).slice(0, MAX_OUTPUT));
  const parts = printedCommands(command, text);
  const several = parts.length > 1 || parts.some((part) => part.command !== command);
  return several ? joinReadings(parts.map((part) => readOne(part.command, part.output))) : readOne(command, text);
}

/** Collectors of the logs of several pods, and tools whose name tells that they fetch logs. */
const LOG_TOOL =
  /^(?:stern|kubetail|kail)\b|^logs? (?:of|for|from) \S|\b(?:get|fetch|read|tail|query)_?\w{0,20}logs?\b/i;

function readOne(command: string, text: string): Reading {
  const kubectl = parseKubectl(command);
  const missing = notFound(text, kubectl);
  if (missing.length > 0) return { ...nothingRead(), missing };
  const environment = kubectl?.verb === 'exec' ? readEnvironment(kubectl, text) : null;
  if (environment) return { ...nothingRead(), objects: [environment] };
  // Who asks Prometheus from inside a container gets the same answer.
  const inside = kubectl?.verb === 'exec' ? readQueryAnswer(command, text) : null;
  if (inside) return inside;
  if (kubectl?.verb === 'logs' || kubectl?.verb === 'exec') return readLogs(kubectl, text);
  const tree = readRolloutTree(command, text, kubectl && placeOf(kubectl));
  if (tree) return tree;
  const history = kubectl ? readRolloutHistory(command, text, placeOf(kubectl)) : [];
  if (history.length > 0) return { ...nothingRead(), objects: history };
  const rollout = /\srollout\s+status\b/.test(command) && kubectl ? readRolloutStatus(text, placeOf(kubectl)) : null;
  if (rollout) return { ...nothingRead(), objects: [rollout] };
  if (kubectl && /\s(?:drain|rollout|apply|create|delete|scale|evict)\s/.test(command) && !/^NAME/.test(text))
    return readLogs({ ...kubectl, kinds: [], name: null }, text);
  const answer = kubectl ? null : readQueryAnswer(command, text);
  if (answer) return answer;
  if (!kubectl && LOG_TOOL.test(command)) return readLogs(namedIn(command), text, /^stern\b/.test(command));
  const tool = kubectl ? null : readTool(command, text);
  if (tool) return tool;
  if (!kubectl || isChained(command)) return readMixed(command, text);
  if (/^Name:\s+\S/m.test(text) && kubectl?.verb !== 'get') {
    const described = readDescribe(text, kubectl?.kinds[0] ?? null);
    if (described.objects.length > 0) return described;
  }
  if (kubectl.verb === 'describe' && !/^Name:\s/m.test(text)) return readCutPage(kubectl, text);
  const documents = readDocuments(text);
  if (documents.length > 0) return documentsReading(documents, kubectl);
  const cut = readCutDocument(kubectl, text);
  if (cut) return { ...nothingRead(), objects: [cut], events: toldMessages(kubectl, text) };
  const data = kubectl.kinds[0] === 'ConfigMap' && kubectl.name ? dataIn(text) : null;
  if (isRecord(data)) return documentsReading([{ kind: 'ConfigMap', metadata: { name: kubectl.name }, data }], kubectl);
  return tablesReading(text, kubectl);
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

/** Several commands in one line print one text. */
const isChained = (command: string): boolean => /\bkubectl\b.*(?:;|&&).*\bkubectl\b/.test(command);

/** What a tool other than kubectl was asked for, by its parameters (`service=x`, `pod_name=y`) or by its flags. */
function namedIn(command: string): KubectlCommand {
  const of = (names: string) =>
    new RegExp(`\\b(?:${names})[=:]\\s*["']?([a-z0-9][\\w.-]*)`, 'i').exec(command)?.[1] ?? null;
  const flag = parseKubectl(`kubectl ${command}`);
  const pod = of('pod|pod_name|podname');
  return {
    ...(flag ?? NO_COMMAND),
    verb: 'logs',
    kinds: pod ? ['Pod'] : ['Service'],
    name:
      pod ??
      of('service|service_name|deployment|workload|app') ??
      /^logs? (?:of|for|from) ([a-z0-9][\w.-]*)/i.exec(command)?.[1] ??
      null,
    namespace: of('namespace|ns') ?? flag?.namespace ?? null,
  };
}

/** A text of unknown making: describe pages, tables and documents, one after the other. */
function readMixed(command: string, text: string): Reading {
  const kubectl = parseKubectl(command.split(/;|&&/)[0] ?? '');
  const base = { ...(kubectl ?? NO_COMMAND), kinds: [], name: null, narrowed: true };
  const parts = text.split(/^(?=Name:\s{2,}\S|NAMESPACE\s{2,}|NAME\s{2,}|LAST SEEN\s{2,}|apiVersion:\s|\{\s*$)/m);
  const cut = kubectl && parts.length > 1 ? readCutDocument(kubectl, parts[0] ?? '') : null;
  const readings = parts.map((part) => {
    if (/^Name:\s/.test(part)) return readDescribe(part, null);
    const documents = readDocuments(part);
    if (documents.length > 0) return documentsReading(documents, kubectl && base);
    return /^(?:NAMESPACE|NAME|LAST SEEN)\s/.test(part) ? tablesReading(part, base) : nothingRead();
  });
  return joinReadings([...(cut ? [{ ...nothingRead(), objects: [cut] }] : []), ...readings]);
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
  const namespace = kubectl && placeOf(kubectl);
  const asked = kubectl?.kinds.length === 1 && kubectl.kinds[0] !== 'all' ? (kubectl.kinds[0] ?? null) : null;
  const found = parseTables(text);
  if (found.length === 0 && kubectl) {
    const events = asked === 'Event' || kubectl.verb === 'events' ? headerlessEvents(text, namespace) : [];
    // Columns of one's own without a header are no table of a known kind.
    const ownForm = /^(?:jsonpath|go-template|template|custom-columns)/.test(kubectl.output ?? '');
    if (ownForm || asked === 'Event' || kubectl.verb === 'events')
      return { ...nothingRead(), events: events.length > 0 ? events : toldMessages(kubectl, text) };
  }
  const tables = found.length === 0 && asked ? [headerless(text, asked, kubectl)] : found;
  const readings = tables.map((table) =>
    isEvents(table, asked)
      ? { ...nothingRead(), events: tableEvents(table, namespace, ageSeconds) }
      : { ...nothingRead(), objects: tableObjects(table, asked, namespace) },
  );
  const empty = /^No resources found/m.test(text) || tables.length > 0;
  return { ...joinReadings(readings), listed: empty ? listedBy(kubectl) : [] };
}

/** The namespace of a command; null where it is not told, or all of them. */
const placeOf = ({ namespace }: KubectlCommand): string | null => (namespace === '*' ? null : namespace);

const isEvents = (table: Table, asked: string | null): boolean =>
  asked === 'Event' || (table.columns.includes('REASON') && table.columns.includes('MESSAGE'));

function headerless(text: string, kind: string, kubectl: KubectlCommand | null): Table {
  return headerlessTable(text, kind, kubectl?.namespace === '*');
}

/** A list that nothing cut down shows what is not there, too. */
function listedBy(kubectl: KubectlCommand | null): string[] {
  if (kubectl?.verb !== 'get' || kubectl.narrowed) return [];
  return kubectl.kinds
    .flatMap((kind) => (kind === 'all' ? OF_ALL : [kind]))
    .map((kind) => `${kind}|${kubectl.namespace ?? 'default'}`);
}

/** What `kubectl get all` lists. */
const OF_ALL =
  'Pod Service DaemonSet Deployment ReplicaSet StatefulSet Job CronJob HorizontalPodAutoscaler ReplicationController'.split(
    ' ',
  );
