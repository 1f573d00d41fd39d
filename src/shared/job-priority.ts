import { SEVERITIES } from './alert.ts';
import { TURN_SECONDS } from './intake-plan.ts';

/** BullMQ's largest priority number; 1 is taken first. */
const LARGEST = 2 ** 21 - 1;
const MINUTE_MS = 60_000;
const EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * The BullMQ priority of a job by its turn (epoch ms): the minute of it, so that what comes later can't overtake what has
 * waited long enough. The numbers begin again every four years; only the order around that moment suffers.
 */
export function jobPriority(turnAt: number): number {
  const minute = Math.floor((turnAt - EPOCH_MS) / MINUTE_MS);
  return 1 + (((minute % LARGEST) + LARGEST) % LARGEST);
}

/** The turn of an incident that was received now and for which no policy says otherwise, epoch ms. */
export function turnOf(priority: number, now: number): number {
  const severity = SEVERITIES[Math.min(SEVERITIES.length, Math.max(1, priority)) - 1]!;
  return now + TURN_SECONDS[severity] * 1_000;
}
