import type { AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { cleanLine } from './clean-text.ts';
import { collectFacts, type Facts, plainName } from './facts.ts';
import { type AlertDraft, makeAlert } from './make-alert.ts';
import { type JsonRecord, recordsOf, requireFewAlerts, textOf } from './read-json.ts';
import { readStatus, readStatusText, type StatusWord, sameWords, withoutStatus } from './read-status.ts';
import { ignoredBody, joinBodies, type ParseContext } from './source.ts';

/** What senders call the same thing, best first; names are plain (lower-case letters and digits). */
const names = (text: string): string[] => text.split(' ');
const TITLE = names(
  'title alerttitle eventtitle alertname alertrule rulename policyname conditionname monitorname checkname eventname triggername ' +
    'eventdefinitiontitle problemtitle subject headline summary shortdescription name monitor msg message text description ' +
    'resultdescription output reason error dagid',
);
const RULE = names(
  'alertname rulename alertrule policyname monitorname checkname eventdefinitiontitle triggername conditionname name',
);
const DESCRIPTION = names(
  'description message body text details summary output longoutput resultdescription reason errormessage error content ' +
    'eventmessage msg note alertmessage culprit',
);
const STEP = names('action alertaction eventaction notificationtype eventtype alerttransition transition');
const STATUS = names(
  'status state alertstatus alertstate currentstate newstate newstatus currentstatus monitorcondition incidentstatus event',
);
const SEVERITY = names(
  'severity alertseverity severitylabel priority alertpriority opsgeniepriority level alertlevel urgency criticality impact loglevel',
);
const QUERY = names('query expr expression promql ruleexpression alertquery checkcommand metric metricname condition');
const STARTED = names(
  'startsat startedat starttime triggeredat firedat fireddatetime datestart datestartzoned createdat occurredat opentime eventtime ' +
    'timestampiso timestamp time date createdon longdatetime datetime',
);
const ENDED = names('endsat endedat endtime resolvedat resolveddatetime closedat dateend dateendzoned closetime');
const LINK = names(
  'url alerturl link htmlurl weburl incidenturl issueurl monitorurl ruleurl eventurl permalink targeturl externalurl viewurl clienturl logurl',
);
const PROBLEM_ID = names(
  'fingerprint dedupkey deduplicationkey alias incidentid incidentkey problemid issueid alertid',
);
const RULE_ID = names('monitorid ruleid checkid conditionid alertruleid policyid');
const DELIVERY_ID = names('deliveryid eventid notificationid messageid');
/** Members that are the alert's own words and would only repeat themselves as labels. */
const NO_LABEL = new Set(
  [...TITLE, ...DESCRIPTION, ...LINK].filter((name) => name !== 'monitor' && name !== 'alertname'),
);

/**
 * Reads an object of any sender by common member names; one that holds a list of alerts, as many. Null where it finds no
 * words that could be an alert's title.
 */
export function readAnyBody(body: JsonRecord, context: ParseContext, source: string): ParsedBody | null {
  const entries = entriesOf(body);
  requireFewAlerts(entries, 'the list');
  const parts = entries.map((entry) => readOne(entry, context, source));
  const found = parts.filter((part) => part !== null);
  if (found.length === 0) return null;
  const unread = parts.length - found.length;
  const note = {
    alerts: [],
    ignored: [{ reason: `${unread} entries of the list hold no title, name, summary or message` }],
  };
  return joinBodies(unread > 0 ? [...found, note] : found);
}

function entriesOf(body: JsonRecord): JsonRecord[] {
  for (const name of ['alerts', 'incidents', 'events', 'violations', 'problems']) {
    const list = recordsOf(body[name]);
    if (list.length > 1) return list;
  }
  return [body];
}

function readOne(entry: JsonRecord, context: ParseContext, source: string): ParsedBody | null {
  const facts = collectFacts(entry);
  const rule = find(facts, RULE) ?? labelNamed(facts, 'alertname');
  const title = find(facts, TITLE) ?? rule ?? find(withAnnotations(facts), TITLE);
  if (title === null) return null;
  const step = readStatus(find(facts, STEP));
  if (step === 'other') return ignoredBody(`"${find(facts, STEP)?.slice(0, 60)}" changes no alert`);
  return { alerts: [makeAlert(draftOf(facts, title, rule, step, source), context)], ignored: [] };
}

function draftOf(
  facts: Facts,
  title: string,
  rule: string | null,
  step: StatusWord | null,
  source: string,
): AlertDraft {
  const status = statusOf(facts, title, step);
  const description = descriptionOf(facts, title);
  const delivery = find(facts, DELIVERY_ID);
  const query = find(facts, QUERY) ?? find(withAnnotations(facts), QUERY);
  return {
    source,
    status,
    name: rule ?? withoutStatus(title),
    title: tellingTitle(withoutStatus(title), description),
    description,
    severityTexts: severitiesOf(facts),
    labels: labelsOf(facts),
    annotations: { ...facts.annotations, ...(query === null ? {} : { query }) },
    startsAt: raw(facts, STARTED),
    endsAt: raw(facts, ENDED),
    url: linkOf(facts),
    identity: identityOf(facts, rule ?? title),
    delivery: delivery === null ? null : [delivery, status],
  };
}

/** A bare name ("api") tells nothing; with the first line of the message it does. */
function tellingTitle(title: string, description: string): string {
  const message = withoutStatus(description.split('\n', 1)[0] ?? '');
  if (cleanLine(title, 300) === '') return message;
  return /\s/.test(title) || message === title || message === '' ? title : `${title}: ${message}`;
}

function raw(facts: Facts, wanted: string[]): unknown {
  const name = wanted.find((candidate) => facts.members.has(candidate));
  return name === undefined ? null : facts.members.get(name);
}

function find(facts: Facts, wanted: string[]): string | null {
  return textOf(raw(facts, wanted));
}

function withAnnotations(facts: Facts): Facts {
  const members = new Map<string, unknown>(
    Object.entries(facts.annotations).map(([name, value]) => [plainName(name), value]),
  );
  return { ...facts, members };
}

function labelNamed(facts: Facts, wanted: string): string | null {
  const name = Object.keys(facts.labels).find((label) => plainName(label) === wanted);
  return name === undefined ? null : (facts.labels[name] ?? null);
}

/** A step that opens says less than a status that says it is over; no word at all means firing. */
function statusOf(facts: Facts, title: string, step: StatusWord | null): AlertStatus {
  const state = STATUS.map((name) => readStatus(find(facts, [name]))).find(
    (word) => word === 'firing' || word === 'resolved',
  );
  if (step === 'resolved' || state === 'resolved') return 'resolved';
  if (step === 'firing' || state === 'firing') return 'firing';
  return readStatusText(title) ?? readStatusText(find(facts, DESCRIPTION) ?? '') ?? 'firing';
}

/** Every text beside the title, so that nothing the sender said is lost to the classifier and the reader. */
function descriptionOf(facts: Facts, title: string): string {
  const annotated = withAnnotations(facts);
  const texts = [
    ...DESCRIPTION.map((name) => find(facts, [name])),
    ...DESCRIPTION.map((name) => find(annotated, [name])),
  ];
  const said = [...new Set(texts.filter((text) => text !== null && text !== title))];
  return said.slice(0, 6).join('\n') || title;
}

/** Azure Monitor counts from Sev0; its words are taken instead of ours for SEV1 and the rest. */
const AZURE_SEVERITIES = new Map([
  ['Sev0', 'critical'],
  ['Sev1', 'error'],
  ['Sev2', 'warning'],
  ['Sev3', 'informational'],
  ['Sev4', 'verbose'],
]);

function severitiesOf(facts: Facts): (string | null)[] {
  if (facts.members.has('schemaid')) return [AZURE_SEVERITIES.get(find(facts, ['severity']) ?? '') ?? null];
  return [...SEVERITY.map((name) => find(facts, [name])), ...SEVERITY.map((name) => labelNamed(facts, name))];
}

function labelsOf(facts: Facts): Record<string, string> {
  const kept = Object.entries(facts.labels).filter(
    ([name, value]) => !NO_LABEL.has(plainName(name)) && !value.startsWith('$') && value.length <= 1000,
  );
  return Object.fromEntries(kept);
}

function linkOf(facts: Facts): string | null {
  const links = LINK.map((name) => find(facts, [name]));
  return links.find((link) => link !== null && /^https?:\/\//.test(link)) ?? null;
}

function identityOf(facts: Facts, name: string): unknown {
  const problem = find(facts, PROBLEM_ID);
  if (problem !== null) return problem;
  const about = [
    labelNamed(facts, 'host'),
    labelNamed(facts, 'hostname'),
    labelNamed(facts, 'instance'),
    labelNamed(facts, 'service'),
  ];
  return [find(facts, RULE_ID) ?? sameWords(name), ...about];
}
