import type { Database } from '../database/database.ts';
import type { Incident } from '../incident.ts';
import type { EvidenceHead } from '../report.ts';
import type { Investigation } from './investigation-store.ts';
import { INVESTIGATION_FIELDS } from './investigation-store.ts';
import { isUuid } from './iso-time.ts';
import { INCIDENT_FIELDS } from './list-incidents.ts';

/** What the messages of an incident's current run are written from. */
export type CurrentRun = {
  incident: Incident;
  investigation: Investigation | null;
  /** What was asked, without the answers; empty before the report stands: until then nothing cites it. */
  evidence: EvidenceHead[];
  /** The message of ours that the thread begins with, of this or an earlier run; null where there is none. */
  root: { channel: string; threadTs: string } | null;
};

const CURRENT_RUN = `
with incident as (
  select ${INCIDENT_FIELDS} from rca_fleet.incidents i where i.id = $1 and i.run = $2
), investigation as (
  select ${INVESTIGATION_FIELDS} from rca_fleet.investigations where incident_id = $1 and run = $2
)
select to_json(incident) as incident,
  (select to_json(investigation) from investigation) as investigation,
  (select coalesce(json_agg(e.evidence - 'data' - 'text' order by e.number), '[]') from investigation v
   join rca_fleet.evidence e on e.investigation_id = v.id where v.report is not null) as evidence,
  (select json_build_object('channel', d.channel, 'threadTs', d.message_ts) from rca_fleet.deliveries d
   where d.incident_id = $1 and d.part = 'root' and d.channel is not null and d.message_ts is not null
   order by d.run, d.created_at limit 1) as root
from incident`;

/** Reads it in one statement; null when the incident is unknown or has a newer run. */
export async function readCurrentRun(database: Database, incidentId: string, run: number): Promise<CurrentRun | null> {
  if (!isUuid(incidentId)) return null;
  const [row] = await database.query(CURRENT_RUN, [incidentId, run]);
  return (row as CurrentRun | undefined) ?? null;
}
