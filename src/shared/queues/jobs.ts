import type { Job } from 'bullmq';

/** What every job carries: ids, never data. Postgres is the truth, the queue is only the schedule. */
export type JobData = {
  incidentId: string;
  run: number;
  /** The job version of the program that added it, where that is above 1; older programs leave such a job to newer ones. */
  v?: number;
};
export type FleetJob = Job<JobData>;

/**
 * What programs of this version understand of jobs. Raise it when a job asks for something that older workers would do
 * wrong; a field that they can overlook needs no new version.
 */
export const JOB_VERSION: number = 1;

/** BullMQ identifies a job by its id: adding it a second time while it lives changes nothing. */
export const investigateJobId = (incidentId: string, run: number) => `${incidentId}-${run}`;
export const postJobId = (incidentId: string, run: number, revision: number) => `${incidentId}-${run}-${revision}`;

/** The id of the job that shows a dead incident run on the board. */
export const deadLetterJobId = (incidentId: string, run: number) => `dead-${incidentId}-${run}`;
