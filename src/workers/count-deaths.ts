import type { FleetJob } from '../shared/queues/jobs.ts';
import type { InvestigationStore } from '../shared/store/investigation-store.ts';

/** What a job remembers of the workers that have died on it; lost with the queue, which then starts to count anew. */
type Deaths = {
  /** What BullMQ had counted by then: of a worker with a wrong clock it takes jobs away that are well. */
  stalls: number;
  /** Claims of the investigation by then: who dies has claimed it, by the database's clock. */
  claims: number;
  /** Steps of the investigation that had been begun at most, and pieces of evidence that stood. */
  reached: number;
  /** Deaths since it last got further. */
  deaths: number;
};

const NONE: Deaths = { stalls: 0, claims: 0, reached: 0, deaths: 0 };

const UNCLAIMED = { claims: 0, steps: 0 };

/**
 * How many workers in a row have died on this job without getting any further. Who is killed by something else resumes behind
 * the last finished step, evidence that stands included, and so gets further; what kills its worker itself dies at the same step each time.
 */
export async function countDeaths(
  investigations: Pick<InvestigationStore, 'reached'>,
  job: Pick<FleetJob, 'data' | 'progress' | 'stalledCounter' | 'updateProgress'>,
): Promise<number> {
  if (job.stalledCounter === 0) return 0;
  const known = isDeaths(job.progress) ? job.progress : NONE;
  if (job.stalledCounter <= known.stalls) return known.deaths;
  const { claims, steps: reached } = (await investigations.reached(job.data.incidentId, job.data.run)) ?? UNCLAIMED;
  const more = Math.max(0, Math.min(job.stalledCounter - known.stalls, claims - known.claims));
  const further = known.stalls > 0 && reached > known.reached;
  const deaths = further ? more : known.deaths + more;
  const noted: Deaths = { stalls: job.stalledCounter, claims, reached: Math.max(reached, known.reached), deaths };
  await job.updateProgress(noted);
  return deaths;
}

const isDeaths = (value: unknown): value is Deaths =>
  typeof value === 'object' &&
  value !== null &&
  'stalls' in value &&
  'claims' in value &&
  'reached' in value &&
  'deaths' in value;
