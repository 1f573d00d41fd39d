import type { AlertClass, Classification } from '../alert.ts';
import type { Database, Row } from '../database/database.ts';
import { note } from './held-store.ts';
import { storableText } from './storable-json.ts';

/** An incident that waits for an agent which is not among those that are known. */
export type Orphan = {
  incidentId: string;
  run: number;
  agent: string;
  alertClass: AlertClass;
  scores: Classification['scores'];
};

export type OrphanStore = {
  /** Incidents that have waited for `seconds` for an agent that is none of these, and that nobody works on. */
  orphans(agents: string[], seconds: number, limit: number): Promise<Orphan[]>;
  /** Gives such an incident to another agent, from the beginning of its run; false where it is no longer that agent's or has a report. */
  reroute(id: string, from: string, to: string, reason: string): Promise<boolean>;
};

const ORPHANS = `
select i.id as "incidentId", i.run, i.agent, i.class as "alertClass", coalesce(i.classification->'scores', '{}') as scores
from rca_fleet.incidents i
left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run
where i.finished_at is null and i.state <> 'reported' and i.due_at is null and not i.agent = any($1::text[])
  and coalesce(i.taken_at, i.created_at) < now() - make_interval(secs => $2) and (v.lease_until is null or v.lease_until < now())
limit $3`;

const REROUTE = `
update rca_fleet.incidents i set agent = $3, state = 'received', updated_at = now(), history = ${note("'reroute'", '$4')}
where i.id = $1 and i.agent = $2 and i.finished_at is null and i.state <> 'reported'
returning i.id`;

/** The repository of incidents whose agent is gone. */
export function createOrphanStore(database: Database): OrphanStore {
  return {
    orphans: (agents, seconds, limit) => database.query<Orphan & Row>(ORPHANS, [agents, seconds, limit]),
    async reroute(id, from, to, reason) {
      const rows = await database.query(REROUTE, [id, from, to, storableText(reason, 1_000)]);
      return rows.length === 1;
    },
  };
}
