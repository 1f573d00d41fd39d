import type { Database, Row } from '../database/database.ts';
import { FINAL_STATES, type Incident } from '../incident.ts';
import type { Report } from '../report.ts';
import { conditions } from './conditions.ts';
import { epochMs, isoTime, isUuid } from './iso-time.ts';
import { storableText } from './storable-json.ts';

/** An incident as the list of the API shows it. */
export type IncidentItem = Pick<
  Incident,
  | 'id'
  | 'state'
  | 'reason'
  | 'agent'
  | 'class'
  | 'severity'
  | 'service'
  | 'title'
  | 'alertCount'
  | 'createdAt'
  | 'finishedAt'
> & {
  verdict: Report['verdict'] | null;
  conclusion: string | null;
  slack: { channel: string | null; threadTs: string | null; messageTs: string | null };
};

/** Incidents on one page at most. */
export const MAX_PAGE = 200;

export type IncidentFilter = { limit: number; cursor?: string; state?: string; service?: string };

/** The columns of an Incident, of `rca_fleet.incidents i`. */
export const INCIDENT_FIELDS = `
  i.id, i.state, i.reason, i.dead_reason as "deadReason", i.fingerprint, i.agent, i.class, i.severity, i.priority,
  i.classification, i.service, i.namespace, i.title, i.run, i.slack, i.held_for as "heldFor", i.forced, i.beyond_budget as "beyondBudget",
  substr(i.trace->>'traceparent', 4, 32) as "traceId",
  coalesce(i.history, '[]') as history, ${isoTime('i.due_at')} as "dueAt", ${isoTime('i.resolved_at')} as "resolvedAt",
  (select count(*)::int from rca_fleet.incident_alerts l where l.incident_id = i.id) as "alertCount",
  ${isoTime('i.created_at')} as "createdAt", ${isoTime('i.updated_at')} as "updatedAt", ${isoTime('i.finished_at')} as "finishedAt"`;

/** The columns of a WaitingIncident, of `rca_fleet.incidents i`. */
export const WAITING_FIELDS = `i.id as "incidentId", i.run, i.agent, i.priority, i.state, i.trace, ${epochMs('i.turn_at')} as "turnAt"`;

const ORDER = 'order by i.created_at desc, i.id desc';

/**
 * The page is chosen first: what belongs to its incidents is read for them alone, however many there are to choose from. The
 * largest page stands in the text: a plan that is kept for any limit would be made for a tenth of the table.
 */
const list = (where: string, limit: string) => `
select ${INCIDENT_FIELDS}, v.report->>'verdict' as verdict, v.report->'rootCause'->>'statement' as conclusion,
       d.channel, d.thread_ts, d.message_ts
from (select i.* from rca_fleet.incidents i where ${where} ${ORDER} limit ${MAX_PAGE + 1}) as i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
left join rca_fleet.deliveries d on d.incident_id = i.id and d.run = i.run and d.part = 'reply'
${ORDER} limit ${limit}`;

/** Each state is looked for where it is: what is open in an index of the open ones, what has ended in one by its end. */
const ofState = (state: string) =>
  `i.state = $ and i.finished_at is ${(FINAL_STATES as readonly string[]).includes(state) ? 'not null' : 'null'}`;

/** A page of incidents, newest first and at most MAX_PAGE of them, and the cursor of the next one. */
export async function listIncidents(
  database: Database,
  filter: IncidentFilter,
): Promise<{ items: IncidentItem[]; nextCursor: string | null }> {
  const [at, id] = readCursor(filter.cursor);
  const service = filter.service === undefined ? null : storableText(filter.service, 300);
  // Only what is asked for stands in the text: a plan that serves all cases would read the whole list for most of them.
  const { where, values } = conditions([
    filter.state === undefined ? null : [ofState(filter.state), filter.state],
    service === null ? null : ['i.service = $', service],
    at === null ? null : ['(i.created_at, i.id) < ($::timestamptz, $::uuid)', at, id],
  ]);
  const text = list(where, `$${values.length + 1}`);
  const limit = Math.min(filter.limit, MAX_PAGE);
  const rows = await database.query(text, [...values, limit + 1]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = rows.length > limit && last ? writeCursor(last) : null;
  return { items: page.map(toItem), nextCursor };
}

function toItem(row: Row): IncidentItem {
  const incident = row as unknown as Incident;
  const { id, state, reason, agent, severity, service, title, alertCount, createdAt, finishedAt } = incident;
  const slack = {
    channel: (row.channel as string | null) ?? incident.slack?.channel ?? null,
    threadTs: (row.thread_ts as string | null) ?? incident.slack?.ts ?? null,
    messageTs: (row.message_ts as string | null) ?? null,
  };
  const verdict = (row.verdict as IncidentItem['verdict']) ?? null;
  const conclusion = (row.conclusion as string | null) ?? null;
  return {
    id,
    state,
    reason,
    agent,
    class: incident.class,
    severity,
    service,
    title,
    alertCount,
    verdict,
    conclusion,
    slack,
    createdAt,
    finishedAt,
  };
}

const writeCursor = (row: Row) => Buffer.from(`${row.createdAt}|${row.id}`).toString('base64url');

/** A cursor that we did not write reads as the beginning of the list. */
function readCursor(cursor: string | undefined): [string | null, string | null] {
  const [at, id] = Buffer.from(cursor ?? '', 'base64url')
    .toString()
    .split('|');
  return at && id && isIsoTime(at) && isUuid(id) ? [at, id] : [null, null];
}

/** A time as `isoTime` writes it, of a year and a day that PostgreSQL has too. */
const isIsoTime = (text: string) =>
  /^[1-9]\d{3}-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;
