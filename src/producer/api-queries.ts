import { z } from 'zod';
import { DEAD_REASONS, INCIDENT_STATES } from '../shared/incident.ts';

/** `GET /api/incidents`. */
export const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  state: z.enum(INCIDENT_STATES).optional(),
  service: z.string().max(300).optional(),
});

/** PostgreSQL knows no year 0. */
const time = z.iso.datetime({ offset: true }).refine((text) => !text.startsWith('0000'), 'is before the year 1');

const deadFilter = z.object({
  reason: z.enum(DEAD_REASONS).optional(),
  since: time.optional(),
  until: time.optional(),
  agent: z.string().max(100).optional(),
});

/** `GET /api/dead-letters`. */
export const deadLettersQuery = deadFilter.extend({ limit: z.coerce.number().int().min(1).max(10_000).default(200) });

/** `POST /api/dead-letters/redrive`. */
export const redriveQuery = deadFilter.extend({
  all: z.enum(['true']).optional(),
  perMinute: z.coerce.number().min(1).max(6_000).optional(),
});
