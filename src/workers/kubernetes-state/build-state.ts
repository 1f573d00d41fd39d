import { EVIDENCE_FORMS, type EvidenceForm, type EvidenceFormData } from '../../shared/evidence-forms.ts';
import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import { type KubernetesState, type Meta, type Service, WORKLOAD_KINDS } from './kubernetes-state.ts';
import { mergeRaw, type Raw, recordsAt, textAt, textMapAt } from './raw.ts';
import { isClusterWide } from './read/kind-names.ts';
import { podOfEvents } from './read/pod-of-events.ts';
import { rawEvents } from './read/raw-events.ts';
import { readEventAnswer, readLogAnswer, readPodAnswer, readServiceAnswer } from './read/read-answers.ts';
import { readCommand } from './read/read-command.ts';
import { flatten } from './read/read-documents.ts';
import { readSnapshot } from './read/read-snapshot.ts';
import { nothingRead, type Reading } from './read/reading.ts';
import { withoutSearchMisses } from './read/search-misses.ts';
import { isNoLongerSaid } from './relations.ts';
import { endpointsOfSlices } from './typed/endpoint-slices.ts';
import { endpointsOf, toClaim, toNode, toService, toWorkload } from './typed/to-objects.ts';
import { toPod } from './typed/to-pod.ts';

/** Everything that the evidence tells of a cluster, as one typed state; several tellings of one object are merged. Never throws. */
export function buildState(evidence: Evidence[]): KubernetesState {
  const readings = readAll(evidence);
  const objects = mergeObjects([...readings, ...podsOfEvents(readings)]);
  const kinds = Map.groupBy(objects, ({ kind }) => kind);
  const of = (kind: string) => kinds.get(kind) ?? [];
  const endpoints = [...of('Endpoints'), ...endpointsOfSlices(of('EndpointSlice'))];
  return {
    pods: of('Pod').map(toPod),
    workloads: WORKLOAD_KINDS.flatMap((kind) => of(kind).map(toWorkload)),
    services: of('Service').map((meta) => withEndpoints(toService(meta), endpoints)),
    claims: of('PersistentVolumeClaim').map(toClaim),
    nodes: of('Node').map(toNode),
    others: kinds,
    events: readings.flatMap(({ number, reading }) => reading.events.map((event) => ({ ...event, evidence: number }))),
    logs: readings.flatMap(({ number, reading }) =>
      reading.logs.map((log) => ({
        ...log,
        lines: log.command ? withoutSearchMisses(log.command, log.lines) : log.lines,
        evidence: number,
      })),
    ),
    series: readings.flatMap(({ number, reading }) => reading.series.map((one) => ({ ...one, evidence: number }))),
    listed: new Set(readings.flatMap(({ reading }) => reading.listed)),
    missing: new Map(readings.flatMap(({ number, reading }) => reading.missing.map((key) => [key, number] as const))),
    desiredOnly: readings.some(({ desired }) => desired),
  };
}

type Numbered = { number: number; reading: Reading; desired: boolean };

const readAll = (evidence: Evidence[]): Numbered[] => evidence.flatMap((item) => readItem(item) ?? []);

/** What one piece of evidence tells; reading text is the most expensive part, and every detector and proof asks for it. */
const readItem = oncePer((item: Evidence): Numbered | null => {
  const reading = readingOf(item);
  const desired = formOf([item], 'kubernetes.objects').some(({ data }) => !data.withStatus);
  return reading ? { number: item.number, reading, desired } : null;
});

function readingOf(item: Evidence): Reading | null {
  const [objects] = formOf([item], 'kubernetes.objects');
  if (objects) return objectReading(objects.data.objects);
  const [printed] = formOf([item], 'command.output');
  if (printed) return readCommand(printed.data.command, printed.data.output);
  const [snapshot] = formOf([item], 'snapshot.json');
  if (snapshot) return readSnapshot(snapshot.data.body);
  const [pods] = evidenceOf([item], 'pods.status');
  if (pods) return readPodAnswer(pods.data);
  const [events] = evidenceOf([item], 'events.list');
  if (events) return readEventAnswer(events.data);
  const [log] = evidenceOf([item], 'pods.logs');
  if (log) return readLogAnswer(log.data);
  const [service] = evidenceOf([item], 'service.health');
  return service ? readServiceAnswer(service.data) : null;
}

function objectReading(objects: Raw[]): Reading {
  const flat = flatten(objects);
  return {
    ...nothingRead(),
    objects: flat.filter(({ kind }) => kind !== 'Event'),
    events: rawEvents(flat.filter(({ kind }) => kind === 'Event')),
  };
}

/** The evidence of one form; what has other data than the form promises is left out. */
export function formOf<F extends EvidenceForm>(
  evidence: Evidence[],
  form: F,
): { number: number; data: EvidenceFormData<F> }[] {
  return evidence.flatMap(({ capability, number, data }) => {
    if (capability !== form) return [];
    const parsed = EVIDENCE_FORMS[form].safeParse(data);
    return parsed.success ? [{ number, data: parsed.data as EvidenceFormData<F> }] : [];
  });
}

/** Pods of which only events tell, where no list of pods says what became of them. */
function podsOfEvents(readings: Numbered[]): Numbered[] {
  const listed = readings.some(
    ({ reading }) =>
      reading.listed.some((key) => key.startsWith('Pod|')) || reading.objects.some(({ kind }) => kind === 'Pod'),
  );
  if (listed) return [];
  return readings.flatMap(({ number, reading, desired }) => {
    const events = reading.events.filter(
      (event) => event.kind === 'Pod' && event.name !== '' && !isNoLongerSaid(event),
    );
    const pods = [...Map.groupBy(events, ({ name }) => name)].map(([name, own]) => podOfEvents(name, own));
    return pods.length > 0 ? [{ number, desired, reading: { ...nothingRead(), objects: pods } }] : [];
  });
}

type Known = { raw: Raw; evidence: number[] };

function mergeObjects(readings: Numbered[]): Meta[] {
  const known = new Map<string, Known>();
  for (const { number, reading } of readings) for (const raw of reading.objects) addObject(known, raw, number);
  return [...known.values()].map(({ raw, evidence }) => toMeta(raw, evidence));
}

function addObject(known: Map<string, Known>, raw: Raw, number: number): void {
  const [kind, name] = [textAt(raw, 'kind') ?? '', textAt(raw, 'metadata', 'name') ?? ''];
  const namespace = isClusterWide(kind) ? '' : (textAt(raw, 'metadata', 'namespace') ?? '');
  const key = [
    `${kind}|${namespace}|${name}`,
    namespace === '' ? anyNamespace(known, kind, name) : `${kind}||${name}`,
  ].find((candidate) => candidate !== null && known.has(candidate));
  const found = key ? known.get(key) : undefined;
  if (key && found) known.delete(key);
  known.set(`${kind}|${namespace || (key?.split('|')[1] ?? '')}|${name}`, {
    raw: found ? mergeRaw(found.raw, raw) : raw,
    evidence: [...new Set([...(found?.evidence ?? []), number])],
  });
}

/** An object told without its namespace is the one of that kind and name, where there is only one. */
function anyNamespace(known: Map<string, Known>, kind: string, name: string): string | null {
  const found = [...known.keys()].filter((key) => key.startsWith(`${kind}|`) && key.endsWith(`|${name}`));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function toMeta(raw: Raw, evidence: number[]): Meta {
  const [owner] = recordsAt(raw, 'metadata', 'ownerReferences');
  const kind = textAt(raw, 'kind') ?? '';
  return {
    kind,
    name: textAt(raw, 'metadata', 'name') ?? '',
    namespace: isClusterWide(kind) ? null : textAt(raw, 'metadata', 'namespace'),
    labels: textMapAt(raw, 'metadata', 'labels'),
    annotations: textMapAt(raw, 'metadata', 'annotations'),
    owner: owner ? { kind: textAt(owner, 'kind') ?? '', name: textAt(owner, 'name') ?? '' } : null,
    deleting: textAt(raw, 'metadata', 'deletionTimestamp') !== null,
    createdAt: textAt(raw, 'metadata', 'creationTimestamp'),
    evidence,
    raw,
  };
}

function withEndpoints(service: Service, endpoints: Meta[]): Service {
  const own = endpoints.filter(
    ({ name, namespace }) => name === service.name && (namespace ?? '') === (service.namespace ?? ''),
  );
  if (own.length === 0) return service;
  const places = own.map(endpointsOf);
  return {
    ...service,
    endpoints: [...new Set([...(service.endpoints ?? []), ...places.flatMap(({ ready }) => ready)])],
    notReady: [...new Set(places.flatMap(({ notReady }) => notReady))],
    evidence: [...new Set([...service.evidence, ...own.flatMap(({ evidence }) => evidence)])],
  };
}
