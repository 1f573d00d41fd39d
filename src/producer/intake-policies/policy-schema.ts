import { z } from 'zod';
import { SEVERITIES } from '../../shared/alert.ts';
import { patternFault } from './match-pattern.ts';

/** The form of the policies' file; times are seconds once they are read. */

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MAX_SECONDS = 30 * 86_400;

const NOT_A_TIME = 'is not a time: write 30s, 5m, 2h or 7d, at most 30d; 0s or off for none';

const duration = z
  .union([z.string(), z.literal(false), z.literal(0)], { error: NOT_A_TIME })
  .transform((text, context) => {
    if (text === false || text === 0 || text === 'off') return 0;
    const [, amount, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
    const seconds = Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
    if (seconds <= MAX_SECONDS) return seconds;
    context.addIssue({ code: 'custom', message: NOT_A_TIME });
    return z.NEVER;
  });

const pattern = z
  .string()
  .min(1)
  .max(300)
  .check((context) => {
    const fault = patternFault(context.value);
    if (fault) context.issues.push({ code: 'custom', message: fault, input: context.value });
  });

const patterns = z.preprocess(
  (given) => (typeof given === 'string' ? [given] : given),
  z.array(pattern, { error: 'is neither a pattern nor a list of patterns' }).min(1),
);

const severities = z
  .union([z.enum(SEVERITIES), z.array(z.enum(SEVERITIES)).min(1)], {
    error: `is none of the severities ${SEVERITIES.join(', ')}, nor a list of them`,
  })
  .transform((given) => (Array.isArray(given) ? given : [given]));

const match = z.strictObject({
  source: patterns.optional(),
  service: patterns.optional(),
  severity: severities.optional(),
  namespace: patterns.optional(),
  name: patterns.optional(),
});

/** What alerts can share. */
export const SHARED_PLACES = ['service', 'node', 'topology', 'namespace', 'cluster'] as const;
export type SharedPlace = (typeof SHARED_PLACES)[number];
const places = z.array(z.enum(SHARED_PLACES, { error: `is none of ${SHARED_PLACES.join(', ')}` }));

const coalesce = z.strictObject({
  by: places,
  otherwise: places,
  quiet: duration,
  atMost: duration,
  alerts: z.int({ error: 'is not a whole number' }).min(2).max(10_000),
});

const off = z.union([z.literal('off'), z.literal(false)]).transform(() => null);

const changes = {
  join: duration.optional(),
  hold: duration.optional(),
  coalesce: z
    .union([off, coalesce.partial()], { error: 'is neither off nor a set of by, quiet, atMost and alerts' })
    .optional(),
  coolDown: duration.optional(),
};

const rule = z.strictObject({ name: z.string().min(1).max(200), match, ...changes });

const time = z
  .union([z.iso.datetime({ offset: true }), z.date()], {
    error: 'is not a time such as 2026-11-21T22:00:00Z',
  })
  .transform((given) => new Date(given).toISOString());

const maintenance = z
  .strictObject({ name: z.string().min(1).max(200), match, from: time, until: time })
  .refine(({ from, until }) => from < until, {
    error: 'ends before it begins: exchange from and until',
    path: ['until'],
  });

const amount = z.number({ error: 'is not a number above 0' }).positive('is not a number above 0').nullable();
const percent = z.number({ error: 'is not a percentage from 0 to 100' }).min(0).max(100);
const bySeverity = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(SEVERITIES.map((name) => [name, value])) as Record<(typeof SEVERITIES)[number], T>);

const budgets = z
  .strictObject({
    window: duration.refine((seconds) => seconds >= 60, { error: 'is shorter than a minute: give at least 60s' }),
    investigations: amount,
    tokens: amount,
    costUsd: amount,
    reserve: bySeverity(percent.default(0)),
    estimate: z.strictObject({ tokens: z.number().min(0), costUsd: z.number().min(0) }),
  })
  .refine(({ reserve }) => Object.values(reserve).reduce((sum, share) => sum + share, 0) <= 100, {
    error: 'reserves more than 100 percent in all: lower the shares',
    path: ['reserve'],
  });

export const policiesSchema = z.strictObject({
  defaults: z.strictObject({ join: duration, hold: duration, coalesce: z.union([off, coalesce]), coolDown: duration }),
  rules: z.array(rule),
  maintenance: z.array(maintenance),
  flapping: z.strictObject({ times: z.int().min(2).max(100), within: duration }),
  overtaken: bySeverity(duration),
  quietUpdate: duration,
  budgets,
  deadLetters: z.strictObject({
    redrivesPerMinute: z.number().min(1).max(6_000),
    selfRedrives: z.int().min(0).max(20),
  }),
  topology: z
    .array(z.tuple([z.string().min(1), z.string().min(1)], { error: 'is not a pair [caller, callee]' }))
    .max(5_000),
});
export type IntakePolicies = z.output<typeof policiesSchema>;
export type PolicyMatch = z.output<typeof match>;
export type CoalescePolicy = z.output<typeof coalesce>;
