import { FINAL_STATES, type IncidentState } from '../../../src/shared/incident.ts';
import type { Observed, StateSample } from './observed.ts';

const isFinal = (state: IncidentState) => (FINAL_STATES as readonly string[]).includes(state);

/** Invariant 1: every stored alert has an incident, and that has reached a final state. */
export function everyAlertEnds({ final }: Observed): string[] {
  const incidents = new Map(final.incidents.map((incident) => [incident.id, incident]));
  return final.alerts.flatMap(({ key, incidentId }) => {
    const incident = incidentId === null ? undefined : incidents.get(incidentId);
    if (!incident) return [`${key} is stored without an incident`];
    return isFinal(incident.state) ? [] : [`${key} (${incident.id}) is still ${incident.state}`];
  });
}

/** Every incident ends within its time, counted from its receipt or from the end of the last fault. */
export function endsInTime({ final, healedAt, limits }: Observed): string[] {
  return final.incidents.flatMap(({ id, state, createdAt, finishedAt }) => {
    const took = (finishedAt ?? final.at) - Math.max(createdAt, healedAt);
    return took > limits.finalWithinMs ? [`${id} took ${Math.round(took / 1000)} s to be ${state}`] : [];
  });
}

/** A fault of a process or of the queue kills no incident; only what was injected on purpose may. */
export function diesOnlyOfTheFault({ final, mayDieOf }: Observed): string[] {
  return final.incidents.flatMap(({ id, state, deadReason }) =>
    state === 'dead' && !mayDieOf.includes(deadReason ?? '') ? [`${id} is dead of ${deadReason}`] : [],
  );
}

/** Invariant 1: a final state stays; only a dead incident may be sent round again. */
export function finalStatesStay({ states }: Observed): string[] {
  return [...Map.groupBy(states, (sample) => sample.incidentId)].flatMap(([id, samples]) =>
    samples.slice(1).flatMap((now, index) => {
      const before = samples[index]!;
      if (now.run < before.run) return [`${id} fell from run ${before.run} to ${now.run}`];
      return isFinal(before.state) && now.state !== before.state && !isRedrive(before, now)
        ? [`${id} was ${before.state} and became ${now.state}`]
        : [];
    }),
  );
}

const isRedrive = (before: StateSample, now: StateSample) =>
  before.state === 'dead' && (now.run > before.run || now.state === 'reported' || now.state === 'posted');

/** Invariant 3: what was accepted is final or open, and nothing else is there. */
export function booksBalance({ final }: Observed): string[] {
  const used = new Set(final.alerts.map((alert) => alert.incidentId));
  const empty = final.incidents.filter((incident) => !used.has(incident.id)).map(({ id }) => `${id} has no alert`);
  const twice = final.incidents.length - new Set(final.incidents.map(({ id }) => id)).size;
  return twice > 0 ? [...empty, `${twice} incidents are there twice`] : empty;
}

/**
 * Invariant 3: a live investigation job belongs to an open incident of that run, and an open incident has one. What is
 * `received` waits in the store without a job, what is `reported` waits for its delivery.
 */
export function liveJobsAreOpenRows({ final }: Observed): string[] {
  const jobs = final.jobs.filter((job) => job.queue.startsWith('investigate-'));
  const incidents = new Map(final.incidents.map((incident) => [incident.id, incident]));
  const stray = jobs.flatMap(({ id, incidentId, run }) => {
    const incident = incidents.get(incidentId);
    const open = incident && !isFinal(incident.state) && incident.run === run;
    return open ? [] : [`job ${id} lives although its incident is ${incident?.state ?? 'not there'}`];
  });
  const served = new Set(jobs.map((job) => job.incidentId));
  const forgotten = final.incidents.filter(
    ({ id, state }) => (state === 'queued' || state === 'investigating') && !served.has(id),
  );
  return [...stray, ...forgotten.map(({ id, state }) => `${id} is ${state} and has no job`)];
}
