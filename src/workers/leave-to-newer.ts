import { type FleetJob, JOB_VERSION } from '../shared/queues/jobs.ts';
import { sendBack } from './send-back.ts';

/** How long a job of a newer program waits at least until somebody looks at it again, ms. */
const WAIT_MS = 2_000;
/** After so long no newer program is there any more (it was rolled back), ms. */
const ROLLED_BACK_MS = 10 * 60_000;

/** Whether a newer program has added this job, which this one would do wrong. */
export const isOfNewerProgram = (job: FleetJob): boolean => (job.data.v ?? 1) > JOB_VERSION;

/**
 * Puts a job of a newer program back, for a worker of that program, without a lost attempt. One that nobody has taken for
 * long is finished without any work: the reconciler then adds it again in the form of the programs that are there.
 */
export async function leaveToNewer(job: FleetJob, token: string): Promise<string> {
  if (Date.now() - job.timestamp > ROLLED_BACK_MS) return 'left: a newer program has added it, and none is there';
  return await sendBack(job, token, WAIT_MS * (1 + Math.random()));
}
