import { setTimeout as sleep } from 'node:timers/promises';
import { WEBHOOK_TOKEN } from '../../fleet-in-process.ts';
import { type Answer, postAlert } from './post-alert.ts';
import type { WitnessLog } from './witness-log.ts';

/** An alert as a sender has it, with the name of its delivery, which stays when it is sent again. */
export type SentAlert = { key: string; delivery: string; path: string; headers: Record<string, string>; body: string };
export type Acknowledged = { key: string; at: number; incidentIds: string[] };

export type Sender = {
  /** A new alert, critical and of a service of its own, so that it is investigated at once and alone. */
  alert(title?: string, severity?: string): SentAlert;
  /** Sends it once, to this producer or to the next in service. */
  send(alert: SentAlert, producer?: string): Promise<Answer>;
  /** Sends it again and again until it is acknowledged, as senders do; null when nobody takes it for a minute. */
  deliver(alert: SentAlert): Promise<Acknowledged | null>;
  /** Delivers new alerts at this rate until `stop`; their titles vary where none is given. */
  start(perSecond: number, title?: string): void;
  /** Ends the load and waits for what is under way. */
  stop(): Promise<void>;
  readonly acknowledged: Acknowledged[];
  /** Statuses of the answers so far, `lost` where there was none. */
  statuses(): Record<string, number>;
};

const ATTEMPT_MS = 15_000;
const AGAIN_MS = 400;
const GIVE_UP_MS = 60_000;
const TITLES = [
  'Connection refused by',
  'Slow SQL queries on',
  'Database connection pool exhausted for',
  'Connection timeouts in',
];

/**
 * `producers` tells who is in service, as a load balancer knows it. Load leaves alerts out while `hasRoom` says that the fleet
 * has enough to do: on a machine that is too slow for the rate, a backlog would be all that is measured.
 */
export function createSender(
  prefix: string,
  producers: () => string[],
  witness: WitnessLog,
  hasRoom: () => boolean = () => true,
): Sender {
  const acknowledged: Acknowledged[] = [];
  const counts: Record<string, number> = {};
  const pending = new Set<Promise<unknown>>();
  let count = 0;
  let turn = 0;
  let timer: NodeJS.Timeout | null = null;

  const send = async (alert: SentAlert, producer?: string): Promise<Answer> => {
    const { key, delivery } = alert;
    const all = producers();
    const url = producer ?? all[turn++ % Math.max(1, all.length)];
    witness.note({ key, delivery, outcome: 'invoked', status: null, ids: [], why: null });
    const answer: Answer = url
      ? await postAlert(`${url}${alert.path}`, alert.headers, alert.body, ATTEMPT_MS)
      : { outcome: 'failed', status: null, body: '', why: 'nobody is in service' };
    const { outcome, status, why } = answer;
    const ids = outcome === 'acknowledged' ? idsIn(answer.body) : [];
    witness.note({ key, delivery, outcome, status, ids, why });
    const name = status === null ? (why === 'ECONNREFUSED' ? 'refused' : 'lost') : String(status);
    counts[name] = (counts[name] ?? 0) + 1;
    if (outcome === 'acknowledged')
      acknowledged.push({ key, at: Date.now(), incidentIds: ids.map((id) => id.incidentId) });
    return answer;
  };
  const deliver = async (alert: SentAlert): Promise<Acknowledged | null> => {
    for (const end = Date.now() + GIVE_UP_MS; Date.now() < end; await sleep(AGAIN_MS)) {
      const { outcome } = await send(alert);
      if (outcome === 'acknowledged') return acknowledged.findLast(({ key }) => key === alert.key) ?? null;
    }
    return null;
  };
  const alert = (title?: string, severity = 'critical') => {
    const key = `${prefix}-${++count}`;
    return genericAlert(key, title ?? TITLES[count % TITLES.length]!, severity);
  };
  return {
    alert,
    send,
    deliver,
    acknowledged,
    statuses: () => ({ ...counts }),
    start(perSecond, title) {
      timer = setInterval(() => {
        if (!hasRoom()) return;
        const work = deliver(alert(title)).finally(() => pending.delete(work));
        pending.add(work);
      }, 1000 / perSecond);
    },
    async stop() {
      if (timer) clearInterval(timer);
      timer = null;
      await Promise.all(pending);
    },
  };
}

/** An alert of the generic source; `delivery` tells repetitions of one sender from those of another. */
export function genericAlert(key: string, title: string, severity = 'critical', delivery = `${key}-1`): SentAlert {
  const body = JSON.stringify({
    title: `${title} ${key}`,
    service: key,
    severity,
    startsAt: new Date().toISOString(),
    deliveryId: delivery,
  });
  return { key, delivery, path: '/alerts/generic', headers: { authorization: `Bearer ${WEBHOOK_TOKEN}` }, body };
}

function idsIn(body: string): { alertId: string; incidentId: string }[] {
  const { alerts = [] } = JSON.parse(body) as { alerts?: { id: string; incidentId: string }[] };
  return alerts.map(({ id, incidentId }) => ({ alertId: id, incidentId }));
}
