import type { Chart } from '../chart.ts';
import type { Database, Row } from '../database/database.ts';
import { LeaseLostError } from '../errors.ts';
import type { Stage } from '../incident.ts';
import type { Evidence, EvidenceGap, Finding, LlmUsage, Report } from '../report.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { note } from './held-store.ts';
import { isoTime } from './iso-time.ts';
import { storableJson, storableText } from './storable-json.ts';

/** One line of an investigation's progress, as the live card and the API show it; `at` is when it last changed (ISO 8601). */
export type Progress = {
  stage: Stage;
  what: string;
  status: 'running' | 'done' | 'failed';
  outcome: string | null;
  at: string;
};

/** One run over an incident as the API shows it; times are ISO 8601. */
export type Investigation = {
  id: string;
  incidentId: string;
  run: number;
  worker: string | null;
  attempts: number;
  progress: Progress[];
  gaps: EvidenceGap[];
  findings: Finding[];
  usage: LlmUsage | null;
  report: Report | null;
  error: string | null;
  startedAt: string;
  finishedAt: string | null;
};

/** The right to write to one investigation; every write names its token and fails once another worker holds a newer one. */
export type Lease = { investigationId: string; incidentId: string; run: number; token: string };

/**
 * A claimed run: how often it has been claimed by now, when it first started (ISO 8601), what it has cost so far, and the span that it
 * continues.
 */
export type Claim = {
  lease: Lease;
  attempts: number;
  startedAt: string;
  usage: LlmUsage | null;
  trace?: TraceCarrier | null;
};

export type ClaimResult =
  | ({ outcome: 'claimed' } & Claim)
  /** Another worker is at it: come back when its lease would have run out. */
  | { outcome: 'held'; retryInMs: number }
  /** Nothing to do: the incident has ended, or this run is not its current one. */
  | { outcome: 'over' };

/** A piece of evidence and the step that asked for it. */
export type StoredEvidence = { stepKey: string; evidence: Evidence };

/** Lease time, ms: as long as BullMQ's lock, so that a dead worker's job comes back to a free investigation. */
export const LEASE_MS = 15_000;

export type InvestigationStore = {
  claim(incidentId: string, run: number, worker: string): Promise<ClaimResult>;
  /** Prolongs the lease. All methods with a lease throw LeaseLostError when it is no longer the newest. */
  renew(lease: Lease): Promise<void>;
  /** Gives the lease back so that the next worker need not wait for its end. */
  release(lease: Lease): Promise<void>;
  saveProgress(lease: Lease, progress: readonly Progress[]): Promise<void>;
  /** Adds evidence in one statement, each piece under the step that asked for it; a step that is stored already stays as it is. */
  saveEvidence(lease: Lease, items: StoredEvidence[]): Promise<void>;
  /** What the run's calls of the LLM have cost so far. */
  saveUsage(lease: Lease, usage: LlmUsage): Promise<void>;
  /** Stores the findings and, where they are given, the lines of progress with them. */
  saveFindings(lease: Lease, findings: Finding[], gaps: EvidenceGap[], progress?: readonly Progress[]): Promise<void>;
  /**
   * In one statement: stores the report with its charts (and the lines of progress, where they are given), moves the incident to
   * `reported`, gives the lease back, and asks for the delivery of all of it; returns the revision.
   */
  saveReport(
    lease: Lease,
    report: Report,
    usage: LlmUsage | null,
    charts?: Chart[],
    progress?: readonly Progress[],
  ): Promise<number>;
  /** Why an attempt has failed; the report takes it away again. */
  saveError(lease: Lease, error: string): Promise<void>;
  /** Adds a decision to the incident's history. */
  noteDecision(lease: Lease, decision: string, reason: string): Promise<void>;
  find(incidentId: string, run: number): Promise<Investigation | null>;
  /** How often a run was claimed, and how far it has come: lines of progress and pieces of evidence; null before the first claim. */
  reached(incidentId: string, run: number): Promise<{ claims: number; steps: number } | null>;
  list(incidentId: string): Promise<Investigation[]>;
  /** The evidence of a run by number, with the step that each answers. */
  evidence(incidentId: string, run: number): Promise<StoredEvidence[]>;
};

/** Claims by the database's clock: a worker's own clock decides nothing. */
const CLAIM = `
with incident as (
  select id, run, trace from rca_fleet.incidents where id = $1 and run = $2 and state in ('received', 'queued', 'investigating')
  for update
), claimed as (
  insert into rca_fleet.investigations as v (id, incident_id, run, lease_token, lease_until, worker, attempts)
  select gen_random_uuid(), id, run, 1, now() + make_interval(secs => $4), $3, 1 from incident
  on conflict (incident_id, run) do update
    set lease_token = v.lease_token + 1, lease_until = excluded.lease_until, worker = excluded.worker, attempts = v.attempts + 1
    where v.lease_until is null or v.lease_until < now()
  returning v.id, v.lease_token::text as token, v.attempts, ${isoTime('v.started_at')} as started, v.usage
), marked as (
  update rca_fleet.incidents set state = 'investigating', updated_at = now() where id = $1 and exists (select 1 from claimed)
)
select (select count(*)::int from incident) as open, c.id, c.token, c.attempts, c.started as "startedAt", c.usage, (select trace from incident) as trace,
       (select extract(epoch from lease_until - now())::float8 * 1000 from rca_fleet.investigations where incident_id = $1 and run = $2) as "heldMs"
from (select 1) as one left join claimed c on true`;

const FENCED = 'where id = $1 and lease_token = $2::bigint';

const SAVE_EVIDENCE = `
with held as (select id from rca_fleet.investigations ${FENCED} for update), added as (
  insert into rca_fleet.evidence (investigation_id, number, step_key, evidence)
  select held.id, item.number, item.step_key, item.evidence
  from held, jsonb_to_recordset($3::jsonb) as item(number int, step_key text, evidence jsonb) on conflict do nothing
)
select id from held`;

const NOTE_DECISION = `
with held as (select id, incident_id, run from rca_fleet.investigations ${FENCED} for update), noted as (
  update rca_fleet.incidents i set history = ${note('$3', '$4')} from held where i.id = held.incident_id and i.run = held.run
)
select id from held`;

const SET_FINDINGS = 'findings = $3::jsonb, gaps = $4::jsonb, progress = coalesce($5::jsonb, progress)';

const SAVE_REPORT = `
with held as (
  update rca_fleet.investigations set report = $3::jsonb, usage = coalesce($4::jsonb, usage), progress = coalesce($6::jsonb, progress),
    finished_at = now(), error = null, lease_until = null
  ${FENCED} returning id, incident_id, run
), reported as (
  update rca_fleet.incidents i set state = 'reported', reason = null, updated_at = now()
  from held where i.id = held.incident_id and i.run = held.run and i.finished_at is null
), wanted as (
  insert into rca_fleet.deliveries as d (id, incident_id, run, part) select gen_random_uuid(), incident_id, run, 'reply' from held
  on conflict (incident_id, run, part) do update set wanted = d.wanted + 1, updated_at = now()
  returning wanted
), charted as (
  insert into rca_fleet.charts (investigation_id, number, chart)
  select held.id, item.number, item.chart from held, jsonb_to_recordset($5::jsonb) as item(number int, chart jsonb)
  on conflict do nothing
  returning number
), charts_wanted as (
  insert into rca_fleet.deliveries (id, incident_id, run, part)
  select gen_random_uuid(), held.incident_id, held.run, 'chart-' || charted.number from held, charted
  on conflict do nothing
)
select id, (select wanted from wanted) as wanted from held`;

/** The columns of an Investigation. */
export const INVESTIGATION_FIELDS = `
  id, incident_id as "incidentId", run, worker, attempts, progress, gaps, findings, usage, report, error,
  ${isoTime('started_at')} as "startedAt", ${isoTime('finished_at')} as "finishedAt"`;

/** The repository of investigations and their evidence. */
export function createInvestigationStore(database: Database): InvestigationStore {
  const fenced = async (lease: Lease, text: string, ...values: unknown[]) => {
    const rows = await database.query(text, [lease.investigationId, lease.token, ...values]);
    if (rows.length === 0) throw new LeaseLostError(lease.incidentId);
    return rows;
  };
  const set = async (lease: Lease, assignment: string, ...values: unknown[]) => {
    await fenced(lease, `update rca_fleet.investigations set ${assignment} ${FENCED} returning id`, ...values);
  };
  return {
    claim: (incidentId, run, worker) => claim(database, incidentId, run, worker),
    renew: (lease) => set(lease, 'lease_until = now() + make_interval(secs => $3)', LEASE_MS / 1000),
    release: (lease) => set(lease, 'lease_until = null'),
    saveProgress: (lease, progress) => set(lease, 'progress = $3::jsonb', storableJson(progress)),
    async saveEvidence(lease, items) {
      const rows = items.map(({ stepKey, evidence }) => ({ number: evidence.number, step_key: stepKey, evidence }));
      await fenced(lease, SAVE_EVIDENCE, storableJson(rows));
    },
    saveUsage: (lease, usage) => set(lease, 'usage = $3::jsonb', storableJson(usage)),
    saveFindings: (lease, findings, gaps, progress) =>
      set(lease, SET_FINDINGS, storableJson(findings), storableJson(gaps), progress ? storableJson(progress) : null),
    async saveReport(lease, report, usage, charts = [], progress = undefined) {
      const numbered = charts.map((chart, index) => ({ number: index + 1, chart }));
      const optional = (value: unknown) => (value ? storableJson(value) : null);
      const values = [storableJson(report), optional(usage), storableJson(numbered), optional(progress)];
      return (await fenced(lease, SAVE_REPORT, ...values))[0]!.wanted as number;
    },
    saveError: (lease, error) => set(lease, 'error = $3', storableText(error, 2_000)),
    async noteDecision(lease, decision, reason) {
      await fenced(lease, NOTE_DECISION, decision, storableText(reason, 1_000));
    },
    async find(incidentId, run) {
      const rows = await database.query<Investigation & Row>(
        `select ${INVESTIGATION_FIELDS} from rca_fleet.investigations where incident_id = $1 and run = $2`,
        [incidentId, run],
      );
      return rows[0] ?? null;
    },
    async reached(incidentId, run) {
      const rows = await database.query<{ claims: number; steps: number }>(
        `select v.attempts as claims, jsonb_array_length(v.progress)
           + (select count(*)::int from rca_fleet.evidence e where e.investigation_id = v.id) as steps
         from rca_fleet.investigations v where v.incident_id = $1 and v.run = $2`,
        [incidentId, run],
      );
      return rows[0] ?? null;
    },
    list: (incidentId) =>
      database.query<Investigation & Row>(
        `select ${INVESTIGATION_FIELDS} from rca_fleet.investigations where incident_id = $1 order by run desc limit 20`,
        [incidentId],
      ),
    evidence: (incidentId, run) =>
      database.query<StoredEvidence & Row>(
        `select e.step_key as "stepKey", e.evidence from rca_fleet.evidence e
         join rca_fleet.investigations v on v.id = e.investigation_id
         where v.incident_id = $1 and v.run = $2 order by e.number`,
        [incidentId, run],
      ),
  };
}

async function claim(database: Database, incidentId: string, run: number, worker: string): Promise<ClaimResult> {
  type ClaimRow = Omit<Claim, 'lease'> & { open: number; id: string | null; token: string; heldMs: number | null };
  const rows = await database.query<ClaimRow>(CLAIM, [incidentId, run, worker, LEASE_MS / 1000]);
  const row = rows[0]!;
  if (row.id) {
    return {
      outcome: 'claimed',
      lease: { investigationId: row.id, incidentId, run, token: row.token },
      attempts: row.attempts,
      startedAt: row.startedAt,
      usage: row.usage,
      trace: row.trace,
    };
  }
  if (row.open === 0) return { outcome: 'over' };
  return { outcome: 'held', retryInMs: Math.ceil(Math.max(250, row.heldMs ?? LEASE_MS)) };
}
