import { z } from 'zod';

/** ISO 8601 in UTC. */
export const timeRange = { from: z.string(), to: z.string() };

export const textLabels = z.record(z.string(), z.string());
