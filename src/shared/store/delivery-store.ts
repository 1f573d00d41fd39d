import type { Database, Row } from '../database/database.ts';
import { LeaseLostError } from '../errors.ts';
import type { IncidentState } from '../incident.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { CLAIM, due, FAIL, FIELDS, HELD_ON_ROW, LEASE_SECONDS, MARK_SENT, OPEN } from './delivery-statements.ts';
import { storableText } from './storable-json.ts';

/**
 * A Slack message that an incident run owes. `root` starts the thread of an alert that did not come from Slack, `reply` is
 * the one message that shows progress and becomes the RCA, `overflow-<n>` holds what did not fit into it, `chart-<n>` is a
 * picture that follows it.
 */
export type DeliveryPart = 'root' | 'reply' | `overflow-${number}` | `chart-${number}`;

/**
 * pending: nothing was sent; sending: a post is under way or its answer was lost, so the thread must be read back first;
 * sent: `messageTs` stands in Slack and further revisions are edits of it; failed: given up, the incident is dead.
 */
export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed';

export type Delivery = {
  id: string;
  incidentId: string;
  run: number;
  part: DeliveryPart;
  state: DeliveryState;
  channel: string | null;
  threadTs: string | null;
  /** The message's ts; of a chart the id of its file, as Slack does not tell the ts of an upload. */
  messageTs: string | null;
  /** Revision that should be seen, and the one that is. */
  wanted: number;
  shown: number;
  attempts: number;
  lastError: string | null;
  /** When the last post was sent off whose fate is open or good, ISO 8601. */
  sendingAt: string | null;
};

/** The right to deliver the messages of one incident run, held on its `reply` row. */
export type DeliveryLease = { incidentId: string; run: number; token: string };

/** A run whose reply is behind, or whose charts are, with state and priority of its incident. */
export type DueDelivery = {
  incidentId: string;
  run: number;
  wanted: number;
  priority: number;
  state: IncidentState;
};

export type DeliveryClaim =
  | {
      outcome: 'claimed';
      lease: DeliveryLease;
      wanted: number;
      /** The span that the incident's work continues. */
      trace?: TraceCarrier | null;
    }
  | { outcome: 'held'; retryInMs: number }
  | { outcome: 'nothing_due' };

/** Characters of an error that are kept. */
const MAX_ERROR = 1_000;

export type DeliveryStore = {
  /** Asks for the reply to be brought up to date; returns the revision that is now wanted. */
  want(incidentId: string, run: number): Promise<number>;
  claim(incidentId: string, run: number): Promise<DeliveryClaim>;
  /** Gives the lease back; false (and the lease is kept) while a newer revision is wanted, so that none is overlooked. */
  releaseWhenShown(lease: DeliveryLease): Promise<boolean>;
  /** Gives the lease back however far the delivery has come. */
  release(lease: DeliveryLease): Promise<void>;
  /** Prolongs the lease and reads which revision is wanted now. */
  renew(lease: DeliveryLease): Promise<number>;
  /**
   * The row of a part, made when it is not there. It says where the message belongs: to `target`, or where it was sent to
   * before. The methods below throw LeaseLostError when the lease is not the newest.
   */
  open(
    lease: DeliveryLease,
    part: DeliveryPart,
    target: { channel: string | null; threadTs: string | null },
  ): Promise<Delivery>;
  /** Written before the call that posts: whoever finds it later knows that the answer may be lost. */
  markSending(lease: DeliveryLease, part: DeliveryPart): Promise<void>;
  /** Back to pending: the call is known not to have had an effect. */
  markNotSent(lease: DeliveryLease, part: DeliveryPart, error: string): Promise<void>;
  /** Back to pending: what stands in Slack is no longer this message. */
  forget(lease: DeliveryLease, part: DeliveryPart): Promise<void>;
  /**
   * Notes where the message stands and what it shows. When that is the reply with all that is wanted and the report stands,
   * the same statement ends the incident as posted, so that no crash comes between; returns whether it did.
   */
  markSent(
    lease: DeliveryLease,
    part: DeliveryPart,
    sent: { channel: string; messageTs: string; shown: number },
  ): Promise<boolean>;
  /** Gives up one message that the answer can do without. */
  giveUp(lease: DeliveryLease, part: DeliveryPart, why: string): Promise<void>;
  /** Gives up on what is behind of a run whose incident has ended; does nothing while it is open or the lease is an old one. */
  fail(lease: DeliveryLease, error: string): Promise<void>;
  /** In the order of their runs and of their making, an answer before its charts; at most 100, the newest. */
  list(incidentId: string): Promise<Delivery[]>;
  /**
   * Current runs whose reply or charts are behind, untouched for `seconds` and under no live lease, oldest first. Asking touches them,
   * so that the next ones get their turn.
   */
  due(seconds: number, limit: number): Promise<DueDelivery[]>;
};

/** The repository of the outbox. */
export function createDeliveryStore(database: Database): DeliveryStore {
  const fenced = async (lease: DeliveryLease, text: string, ...values: unknown[]) => {
    const rows = await database.query(text, [lease.incidentId, lease.run, lease.token, ...values]);
    if (rows.length === 0) throw new LeaseLostError(lease.incidentId);
    return rows;
  };
  const set = async (lease: DeliveryLease, part: DeliveryPart, assignment: string, ...values: unknown[]) => {
    const text = `update rca_fleet.deliveries set ${assignment}, updated_at = now()
                  where incident_id = $1 and run = $2 and part = $4 and ${HELD_ON_ROW} returning id`;
    await fenced(lease, text, part, ...values);
  };
  return {
    async want(incidentId, run) {
      const rows = await database.query<{ wanted: number }>(
        `insert into rca_fleet.deliveries as d (id, incident_id, run, part) values (gen_random_uuid(), $1, $2, 'reply')
         on conflict (incident_id, run, part) do update set wanted = d.wanted + 1, updated_at = now() returning wanted`,
        [incidentId, run],
      );
      return rows[0]!.wanted;
    },
    claim: (incidentId, run) => claim(database, incidentId, run),
    async release(lease) {
      await database.query(
        `update rca_fleet.deliveries set lease_until = null
         where incident_id = $1 and run = $2 and part = 'reply' and lease_token = $3::bigint`,
        [lease.incidentId, lease.run, lease.token],
      );
    },
    async releaseWhenShown(lease) {
      const rows = await database.query(
        `update rca_fleet.deliveries set lease_until = null
         where incident_id = $1 and run = $2 and part = 'reply' and lease_token = $3::bigint and wanted <= shown returning id`,
        [lease.incidentId, lease.run, lease.token],
      );
      return rows.length === 1;
    },
    async renew(lease) {
      const text = `update rca_fleet.deliveries set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
                    where incident_id = $1 and run = $2 and part = 'reply' and lease_token = $3::bigint returning wanted`;
      return (await fenced(lease, text))[0]!.wanted as number;
    },
    async open(lease, part, target) {
      return (await fenced(lease, OPEN, part, target.channel, target.threadTs))[0] as unknown as Delivery;
    },
    markSending: (lease, part) => set(lease, part, `state = 'sending', sending_at = now(), attempts = attempts + 1`),
    markNotSent: (lease, part, error) =>
      set(lease, part, `state = 'pending', sending_at = null, last_error = $5`, storableText(error, MAX_ERROR)),
    forget: (lease, part) => set(lease, part, `state = 'pending', sending_at = null, message_ts = null`),
    async markSent(lease, part, { channel, messageTs, shown }) {
      return (await fenced(lease, MARK_SENT, part, channel, messageTs, shown))[0]!.posted === 1;
    },
    giveUp: (lease, part, why) => set(lease, part, `state = 'failed', last_error = $5`, storableText(why, MAX_ERROR)),
    async fail({ incidentId, run, token }, error) {
      await database.query(FAIL, [incidentId, run, token, storableText(error, MAX_ERROR)]);
    },
    list: (incidentId) =>
      database.query<Delivery & Row>(
        `select ${FIELDS} from (
           select * from rca_fleet.deliveries where incident_id = $1 order by run desc, created_at desc limit 100
         ) as newest order by run, created_at, part like 'chart-%', part`,
        [incidentId],
      ),
    due: (seconds, limit) => database.query<DueDelivery & Row>(due(limit), [seconds]),
  };
}

async function claim(database: Database, incidentId: string, run: number): Promise<DeliveryClaim> {
  type ClaimRow = { token: string | null; wanted: number; trace: TraceCarrier | null; heldMs: number | null };
  const row = (await database.query<ClaimRow>(CLAIM, [incidentId, run]))[0]!;
  const { token, wanted, trace } = row;
  if (token) return { outcome: 'claimed', lease: { incidentId, run, token }, wanted, trace };
  return row.heldMs === null
    ? { outcome: 'nothing_due' }
    : { outcome: 'held', retryInMs: Math.ceil(Math.max(100, row.heldMs)) };
}
