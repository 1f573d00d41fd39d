import type { Evidence } from '../../shared/report.ts';
import { formOf } from '../kubernetes-state/build-state.ts';
import { isRecord, type Raw, textAt } from '../kubernetes-state/raw.ts';
import type { CloudChange } from './database-state.ts';
import { cloudBodies } from './printed-json.ts';

const MOST = 200;
const MAX_LINE = 4000;
const MAX_DEPTH = 4;

/** An entry of an audit trail in a line of text: a time, and the name of a call that changes something. */
const ENTRY =
  /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*)[^A-Za-z]{1,6}((?:Revoke|Authorize|Modify|Delete|Create|Replace|Update|Reset|Reboot|Failover|Switchover|Promote|Apply|Put|Disassociate|Detach|Remove|Disable|Schedule|Retire|Cancel)[A-Z]\w+)[\t |,]+([\w.@:/-]+)?/;

/** The changes that a cloud's audit trail (CloudTrail) tells, as its interface answers or as its command line prints it; oldest first. */
export function cloudChanges(evidence: Evidence[]): CloudChange[] {
  const bodies = cloudBodies(evidence);
  const structured = bodies.flatMap(({ number, body }) => entriesIn(body, number, 0));
  const known = new Set(structured.map((change) => change.evidence));
  const lines = formOf(evidence, 'command.output')
    .filter(({ number }) => !known.has(number))
    .flatMap(({ number, data }) => data.output.split('\n', MOST).flatMap((line) => changeIn(line, number)));
  return [...structured, ...lines].slice(0, MOST).sort((left, right) => (left.at ?? '').localeCompare(right.at ?? ''));
}

function changeIn(line: string, evidence: number): CloudChange[] {
  const text = line.slice(0, MAX_LINE);
  const [, at = '', name = '', who] = ENTRY.exec(text) ?? [];
  return name === '' ? [] : [{ at, name, who: who ?? null, text, evidence }];
}

/** `{ Events: [{ EventName, EventTime, Username, CloudTrailEvent }] }` or `{ Records: [{ eventName, … }] }`, at any depth. */
function entriesIn(value: unknown, evidence: number, depth: number): CloudChange[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => entriesIn(item, evidence, depth + 1));
  if (!isRecord(value)) return [];
  const change = entryOf(value, evidence);
  return change ? [change] : Object.values(value).flatMap((item) => entriesIn(item, evidence, depth + 1));
}

function entryOf(value: Raw, evidence: number): CloudChange | null {
  const name = textAt(value, 'EventName') ?? textAt(value, 'eventName') ?? textAt(value, 'event_name');
  if (!name || !/^[A-Z]\w+$/.test(name)) return null;
  const who =
    textAt(value, 'Username') ??
    textAt(value, 'username') ??
    textAt(value, 'userIdentity', 'userName') ??
    textAt(value, 'userIdentity', 'arn');
  const at = textAt(value, 'EventTime') ?? textAt(value, 'eventTime') ?? textAt(value, 'event_time');
  return { at: timeIn(at), name, who, text: JSON.stringify(value).slice(0, MAX_LINE), evidence };
}

/** A time as ISO text, from that or from the seconds since 1970 that older command lines print; null for anything else. */
function timeIn(text: string | null): string | null {
  if (text && /^\d{9,10}(?:\.\d{1,6})?$/.test(text)) return new Date(Number(text) * 1000).toISOString();
  return text && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/.test(text) ? text : null;
}
