import type { Alert, Classification } from '../alert.ts';
import type { Database } from '../database/database.ts';
import type { DecisionKind } from '../incident.ts';
import { type IntakePlan, PLAIN_PLAN } from '../intake-plan.ts';
import { turnOf } from '../job-priority.ts';
import type { TraceCarrier } from '../tracing/trace-carrier.ts';
import { type GroupKey, groupAlerts } from './group-alerts.ts';
import { AFTER_JOINS, FIND_DELIVERED, MEND_GROUPS, STORE_ALERTS } from './intake-statements.ts';
import { type SettledIncident, settleResolved } from './settle-resolved.ts';
import { storableJson } from './storable-json.ts';

/** An alert with its classification and what the policies say of it, ready to be written down; the ids are ours and new. */
export type ClassifiedAlert = {
  alertId: string;
  incidentId: string;
  alert: Alert;
  classification: Classification;
  plan?: IntakePlan;
  /** The span that it came in. */
  trace?: TraceCarrier | null;
};

/** What intake decided for one alert; a repeated delivery gets the decision of the first one. */
export type IntakeDecision = {
  id: string;
  incidentId: string;
  decision: DecisionKind;
  reason: string;
  /** Set when this alert made an incident that now wants to be queued. */
  opened: boolean;
  /** The incident whose waiting this alert has ended: it now wants to be queued. */
  takenUp?: { run: number; agent: string; priority: number; trace?: TraceCarrier | null };
};

export type IntakeStore = {
  /**
   * Writes all alerts with one statement, and returns a decision for each, in their order. What they change of incidents
   * that are there already follows in statements of its own, which may be lost with the process: then the incident is only
   * investigated later, or once too often.
   */
  storeAlerts(alerts: ClassifiedAlert[], onSettled?: (incidents: SettledIncident[]) => void): Promise<IntakeDecision[]>;
};

/** For how long identical firings join the incident of the first one where no policy says otherwise, in seconds. */
export const DEDUPE_WINDOW_SECONDS = PLAIN_PLAN.joinSeconds;

const NOTHING_OPEN = 'the alert was already resolved and no incident was open for it';

type DecidedRow = { n: number; alert_id: string; incident_id: string; decision: DecisionKind; reason: string };
type DeliveredRow = Omit<DecidedRow, 'n'> & { delivery_key: string };

/** The repository of intake. */
export function createIntakeStore(database: Database): IntakeStore {
  const findDelivered = async (keys: string[]): Promise<Map<string, IntakeDecision>> => {
    if (keys.length === 0) return new Map();
    const rows = await database.query<DeliveredRow>(FIND_DELIVERED, [keys]);
    return new Map(rows.map((row) => [row.delivery_key, toDecision(row)]));
  };
  return {
    async storeAlerts(alerts, onSettled) {
      const { groupOf, keys } = groupAlerts(alerts);
      const rows = await database.query<DecidedRow>(STORE_ALERTS, statementValues(alerts, groupOf, keys));
      const fresh = new Map(rows.map((row) => [row.n, toDecision(row)]));
      const repeated = alerts.flatMap((item, n) => (fresh.has(n) ? [] : keysOfDelivery(item.alert)));
      const delivered = await findDelivered(repeated);
      const decisions = alerts.map(({ alert, alertId }, n) => {
        const known = keysOfDelivery(alert).map((key) => delivered.get(key));
        const decision = fresh.get(n) ?? known.find(Boolean);
        if (!decision) throw new Error(`the store gave no decision for alert ${alertId}`);
        return fresh.has(n) ? decision : { ...decision, opened: false };
      });
      await mendGroups(database, keys, groupOf, decisions);
      await afterJoins(database, alerts, decisions);
      const resolved = alerts.flatMap(({ alert }, n) =>
        decisions[n]!.decision === 'resolve'
          ? [{ fingerprint: alert.fingerprint, incidentId: decisions[n]!.incidentId }]
          : [],
      );
      const settled = await settleResolved(database, resolved);
      if (settled.length > 0) onSettled?.(settled);
      return decisions;
    },
  };
}

/** A sender that names no delivery may have repeated one of the ten minutes before. */
const keysOfDelivery = ({ deliveryKey, earlierDeliveryKey }: Alert) =>
  earlierDeliveryKey ? [deliveryKey, earlierDeliveryKey] : [deliveryKey];

function statementValues(alerts: ClassifiedAlert[], groupOf: Map<number, number>, keys: GroupKey[]): unknown[] {
  const { flapping } = alerts.find((item) => item.plan)?.plan ?? PLAIN_PLAN;
  const input = alerts.map((item, n) => toInput(item, n, groupOf.get(n)));
  const earlier = alerts.flatMap(({ alert }) => (alert.earlierDeliveryKey ? [alert.earlierDeliveryKey] : []));
  const grouped = storableJson(keys);
  return [storableJson(input), grouped, NOTHING_OPEN, flapping.times, flapping.withinSeconds, earlier];
}

function toInput({ alertId, incidentId, alert, classification, plan, trace }: ClassifiedAlert, n: number, c?: number) {
  const { joinSeconds, holdSeconds, flapping, maintenance } = plan ?? PLAIN_PLAN;
  return {
    n,
    alert_id: alertId,
    incident_id: incidentId,
    alert: alert.earlierDeliveryKey === undefined ? alert : { ...alert, earlierDeliveryKey: undefined },
    classification,
    c,
    earlier: alert.earlierDeliveryKey,
    join_s: joinSeconds,
    cool_s: flapping.coolDownSeconds,
    turn_s: turnSeconds({ plan, classification }),
    hold_s: holdSeconds > 0 && !maintenance ? holdSeconds : undefined,
    held_until: maintenance?.until,
    held_why: heldWhy(holdSeconds, maintenance),
    trace: trace ?? undefined,
  };
}

const turnSeconds = ({ plan, classification }: Pick<ClassifiedAlert, 'plan' | 'classification'>) =>
  plan?.turnSeconds ?? turnOf(classification.priority, 0) / 1_000;

function heldWhy(holdSeconds: number, maintenance: IntakePlan['maintenance']): string | undefined {
  if (maintenance)
    return `maintenance "${maintenance.name}" until ${maintenance.until}: what still fires then is taken up`;
  if (holdSeconds <= 0) return undefined;
  return `held back for ${holdSeconds} s, in case it resolves by itself; others that belong to it may join meanwhile`;
}

function toDecision(row: Omit<DecidedRow, 'n'>): IntakeDecision {
  const { alert_id: id, incident_id: incidentId, decision, reason } = row;
  return { id, incidentId, decision, reason, opened: decision === 'investigate' };
}

/** Several keys of a group can point to different incidents only for the moment between these two statements. */
async function mendGroups(
  database: Database,
  keys: GroupKey[],
  groupOf: Map<number, number>,
  decisions: IntakeDecision[],
): Promise<void> {
  const everyGroupHasOneKey = keys.length === (keys.at(-1)?.c ?? -1) + 1;
  if (everyGroupHasOneKey) return;
  const answers = new Map([...groupOf].map(([n, c]) => [c, decisions[n]!.incidentId]));
  const several = Map.groupBy(keys, ({ c }) => c);
  const wrong = keys.filter(({ c, fresh }) => (several.get(c)?.length ?? 0) > 1 && answers.get(c) !== fresh);
  if (wrong.length === 0) return;
  const mended = wrong.map(({ c, key, fresh }) => ({ key, fresh, answers: answers.get(c) }));
  await database.query(MEND_GROUPS, [storableJson(mended)]);
}

/** One candidate per incident is enough: the most urgent alert that has joined. */
async function afterJoins(database: Database, alerts: ClassifiedAlert[], decisions: IntakeDecision[]): Promise<void> {
  const best = new Map<string, number>();
  for (const [n, { decision, incidentId }] of decisions.entries()) {
    if (decision !== 'join' || alerts[n]!.alert.status !== 'firing') continue;
    const known = best.get(incidentId);
    if (known === undefined || priorityOf(alerts[n]!) < priorityOf(alerts[known]!)) best.set(incidentId, n);
  }
  if (best.size === 0) return;
  const joined = [...best].map(([incidentId, n]) => toJoined(alerts[n]!, incidentId));
  type Row = { incidentId: string; run: number; agent: string; priority: number; trace: TraceCarrier | null };
  const rows = await database.query<Row>(AFTER_JOINS, [storableJson(joined)]);
  for (const { incidentId, ...takenUp } of rows) decisions[best.get(incidentId)!]!.takenUp = takenUp;
}

const priorityOf = ({ classification }: ClassifiedAlert) => classification.priority;

function toJoined({ alert, classification, plan }: ClassifiedAlert, incidentId: string) {
  const { holdSeconds, maintenance, coalesce } = plan ?? PLAIN_PLAN;
  return {
    incident_id: incidentId,
    alert,
    classification,
    turn_s: turnSeconds({ plan, classification }),
    hold_s: holdSeconds,
    held_until: maintenance?.until,
    held_why: heldWhy(holdSeconds, maintenance),
    quiet_s: coalesce?.quietSeconds ?? 0,
    max_s: coalesce?.maxSeconds ?? 0,
    max_alerts: coalesce?.maxAlerts ?? 1_000_000,
  };
}
