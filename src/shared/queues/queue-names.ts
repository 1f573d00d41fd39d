export const POST_QUEUE = 'post-report';
export const DEAD_LETTER_QUEUE = 'dead-letter';
export const MAINTENANCE_QUEUE = 'maintenance';
/** The queue of an agent's pool. */
export const investigateQueue = (agent: string) => `investigate-${agent}`;
