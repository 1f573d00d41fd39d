import type { CapabilityOutput } from '../capabilities.ts';
import { readPod } from '../servers/kubernetes/read-pod.ts';
import { answerJson, isObject, type Json, labelsOf, listOf, textOf, unreadable } from './answer-json.ts';
import { readYaml } from './read-yaml.ts';
import type { ResultReader } from './tool-mapping.ts';

type Pod = CapabilityOutput<'pods.status'>['pods'][number];
type Event = CapabilityOutput<'events.list'>['events'][number];

/** Pods from Kubernetes objects in JSON or YAML, or from the table that kubernetes-mcp-server prints by default. */
export const kubernetesPods: ResultReader = (result, input) => {
  const text = result.text.trimStart();
  const isTable = /^NAMESPACE\s|^APIVERSION\s/.test(text);
  const pods = isTable
    ? tablePods(text)
    : objectsOf(result.structured ?? text).map((one) => readPod(withDates(one) as never));
  return { pods: pods.filter((pod) => isAsked(pod, input)) };
};

/** Lines of a log; a server's own sentence that there is none is no line. */
export const logLines: ResultReader = ({ text }, { pod, namespace, container, previous, tailLines }) => {
  const lines = text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1);
  const isNone = lines.length <= 1 && /has not logged any message yet|^No logs/i.test(text);
  const kept = isNone ? [] : lines.slice(-Number(tailLines ?? 200));
  return {
    pod: String(pod),
    namespace: textOf(namespace) ?? '',
    container: textOf(container),
    previous: previous === true,
    lines: kept,
    truncated: kept.length < lines.length && !isNone,
  };
};

/** The same out of the { name, logs } of mcp-server-kubernetes. */
export const kubectlLogs: ResultReader = (result, input) => {
  const { logs } = answerJson(result) as Json;
  if (typeof logs !== 'string') throw unreadable('its answer has no "logs"');
  return logLines({ ...result, text: logs }, input);
};

/** Events from the YAML of kubernetes-mcp-server, from Kubernetes objects, or from what mcp-server-kubernetes makes of them. */
export const kubernetesEvents: ResultReader = (result, input) => {
  const all = objectsOf(result.structured ?? result.text).map(readEvent);
  const asked = all
    .filter(({ type }) => input.type === undefined || type === input.type)
    .filter(({ name, message }) => input.object === undefined || `${name} ${message}`.includes(String(input.object)))
    .sort((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
  const limit = Number(input.limit ?? 100);
  return { events: asked.slice(0, limit), truncated: asked.length > limit };
};

/** The objects of a list, a bare array or a single one, in JSON or YAML; comments and a trailing `null` do not matter. */
function objectsOf(answer: unknown): Json[] {
  const value = typeof answer === 'string' ? parseText(answer) : answer;
  if (Array.isArray(value)) return listOf(value);
  if (!isObject(value)) return [];
  const list = value.items ?? value.events;
  return Array.isArray(list) ? listOf(list) : value.kind === undefined ? [] : [value];
}

function parseText(text: string): unknown {
  if (/^\s*[{[]/.test(text)) return answerJson({ isError: false, structured: undefined, text, meta: undefined });
  return readYaml(text.replace(/^\s*#.*$/gm, '').replace(/\nnull\s*$/, '\n'));
}

const TIMES = /(?:Timestamp|^startedAt|^finishedAt|^lastTransitionTime)$/;

/** Times as the Kubernetes library gives them. */
function withDates(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return TIMES.test(key) && !Number.isNaN(Date.parse(value)) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item) => withDates(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withDates(item, name)]));
}

/** Words in the STATUS column that are phases of a pod; any other is the reason why it does not run. */
const PHASES = new Set(['Running', 'Pending', 'Succeeded', 'Failed', 'Unknown', 'Completed']);

/** A table says less than the object: one container stands for all, without its name, image and times. */
function tablePods(text: string): Pod[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '');
  const names = [...head.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], at: match.index }));
  const cell = (row: string, name: string) => {
    const index = names.findIndex((column) => column.name === name);
    return index === -1 ? '' : row.slice(names[index]!.at, names[index + 1]?.at).trim();
  };
  return rows.map((row) => tablePod((name) => cell(row, name)));
}

function tablePod(cell: (name: string) => string): Pod {
  const [ready = '0', all = '0'] = cell('READY').split('/');
  const status = cell('STATUS');
  const reason = PHASES.has(status) ? null : status;
  const isReady = ready === all && all !== '0';
  const labels = cell('LABELS')
    .split(',')
    .map((pair) => pair.split('='))
    .filter(([key]) => key !== '' && key !== '<none>');
  const nothing = { message: null, exitCode: null, startedAt: null, lastTermination: null, limits: {}, requests: {} };
  const state = reason !== null ? 'waiting' : status === 'Running' ? 'running' : 'unknown';
  return {
    name: cell('NAME'),
    namespace: cell('NAMESPACE'),
    phase: reason === null ? status : 'Unknown',
    ready: isReady,
    node: textOf(cell('NODE')),
    createdAt: null,
    labels: Object.fromEntries(labels),
    conditions: [],
    containers: [
      {
        name: '*',
        image: '',
        ready: isReady,
        restarts: Number.parseInt(cell('RESTARTS'), 10) || 0,
        state,
        reason,
        ...nothing,
      },
    ],
  };
}

/** A server that cannot look a service's selector up gives all pods of the namespace. */
function isAsked({ name, labels }: Pod, { pod, service }: Record<string, unknown>): boolean {
  if (pod !== undefined && name !== pod) return false;
  if (service === undefined) return true;
  return (
    name === service ||
    name.startsWith(`${service}-`) ||
    [labels.app, labels['app.kubernetes.io/name']].includes(String(service))
  );
}

function readEvent(event: Json): Event {
  const about = labelsOf(event.InvolvedObject ?? event.involvedObject);
  const { Type, Reason, Message, Namespace, Timestamp } = event;
  const first = event.firstTimestamp ?? event.eventTime ?? Timestamp;
  return {
    type: textOf(Type ?? event.type) ?? '',
    reason: textOf(Reason ?? event.reason) ?? '',
    message: textOf(Message ?? event.message) ?? '',
    kind: about.Kind ?? about.kind ?? '',
    name: about.Name ?? about.name ?? '',
    namespace:
      textOf(Namespace ?? about.namespace ?? (isObject(event.metadata) ? event.metadata.namespace : null)) ?? '',
    count: Number(event.count ?? 1) || 1,
    firstSeen: timeOf(first),
    lastSeen: timeOf(event.lastTimestamp ?? first),
  };
}

/** Go prints times as `2026-11-20 14:29:49 +0000 UTC`. */
function timeOf(value: unknown): string | null {
  const ms = Date.parse(String(value ?? '').replace(/^(\S+) (\S+) \+0000 UTC.*$/, '$1T$2Z'));
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
