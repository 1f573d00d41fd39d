import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import type { Calm } from './calm.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { isMovedOnPurpose } from './past-interruption.ts';
import { cited, currentEvents, eventText } from './stories/story-parts.ts';
import { EFFECTS } from './story.ts';

/** A failover or restart that was announced and asked for, is over, and after which the clients are all there; null where it is not so. */
export function switchedOnPurpose(input: DetectorInput): Calm | null {
  const { state, context, stories } = diagnoseDatabase(input);
  const doubt = stories.some(({ kind, score }) => score >= DOUBT && !EFFECTS.failover.includes(kind));
  if (doubt || !isMovedOnPurpose(state, context.text)) return null;
  const events = currentEvents(state);
  const clients = state.series.filter(({ metric }) => /Connections$/.test(metric));
  return {
    statement: `no failure: the database server ${context.server} was failed over or restarted on purpose, as announced, it is over (${eventText(events.slice(-3), 3, 90)}), and the clients of all servers together are as many as before`,
    evidence: [
      ...new Set([
        ...cited(events),
        ...state.changes.map(({ evidence }) => evidence),
        ...clients.map(({ evidence }) => evidence),
      ]),
    ].sort((left, right) => left - right),
  };
}
