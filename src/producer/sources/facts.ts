import { firstText, isRecord, type JsonRecord, textMembers, textOf } from './read-json.ts';
import { pairsOf, tagsOf } from './read-tags.ts';

/** What a body of an unknown sender says, by plain member names (lower-case letters and digits only). */
export type Facts = {
  /** Members of the body and of what carries the alert in it; the shallowest of a name wins. */
  members: Map<string, unknown>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
};

/** Members that hold the alert or a part of it: their own members speak of the alert. */
const CARRIERS = new Set(
  (
    'alert alerts alertpayload event events incident incidents issue data payload body detail details notification problem ' +
    'monitor check checkresult result rule essentials alertcontext condition message object violation violations agentalert ' +
    'eventdefinition heartbeat triggeredrule metricalert incidentdetails attachments embeds record'
  ).split(' '),
);
const LABELS = new Set(
  (
    'labels commonlabels grouplabels tags customdetails customproperties dimensions fields attributes metadata extra facts ' +
    'extraproperties details context resource userlabels metriclabels systemlabels alerttags'
  ).split(' '),
);
const ANNOTATIONS = new Set(['annotations', 'commonannotations', 'documentation']);
const MAX_DEPTH = 4;
const MAX_RECORDS = 200;

type Place = { record: JsonRecord; depth: number };

/** `alert_name`, `alertName` and `Alert-Name` are one name. */
export function plainName(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** Walks what carries the alert, level by level. */
export function collectFacts(body: JsonRecord): Facts {
  const facts: Facts = { members: new Map(), labels: {}, annotations: {} };
  const places: Place[] = [{ record: body, depth: 0 }];
  for (let at = 0; at < places.length && at < MAX_RECORDS; at++) {
    const { record, depth } = places[at]!;
    for (const [name, value] of Object.entries(record)) takeMember(name, value, depth, facts, places);
  }
  return facts;
}

function takeMember(name: string, value: unknown, depth: number, facts: Facts, places: Place[]): void {
  const plain = plainName(name);
  const text = textOf(value);
  if (LABELS.has(plain)) addMissing(facts.labels, labelsIn(value));
  if (ANNOTATIONS.has(plain)) addMissing(facts.annotations, textMembers(value));
  if (text !== null) {
    if (!facts.members.has(plain)) facts.members.set(plain, value);
    if (!LABELS.has(plain)) addMissing(facts.labels, { [name]: text });
    return;
  }
  const inner = Array.isArray(value) ? value.find(isRecord) : value;
  if (!isRecord(inner)) return;
  if (CARRIERS.has(plain) && depth < MAX_DEPTH) places.push({ record: inner, depth: depth + 1 });
  else if (!LABELS.has(plain)) addNamed(name, inner, facts);
}

/** `service: { id, name }` is worth its name. */
function addNamed(name: string, record: JsonRecord, facts: Facts): void {
  const named = firstText(record.name, record.slug, record.summary, record.title, record.displayName);
  if (named !== null) addMissing(facts.labels, { [name]: named });
}

function labelsIn(value: unknown): Record<string, string> {
  if (typeof value === 'string') return value.includes(':') ? tagsOf(value) : {};
  if (!Array.isArray(value)) return textMembers(value);
  return value.some((entry) => typeof entry === 'object') ? pairsOf(value) : tagsOf(value);
}

function addMissing(target: Record<string, string>, entries: Record<string, string>): void {
  for (const [name, value] of Object.entries(entries)) {
    if (name !== '__proto__' && !Object.hasOwn(target, name)) target[name] = value;
  }
}
