import type { Quantity } from '../detectors/support/quantities.ts';

/** The unit of a number: what it counts, and how much one is. */
export type Unit = Pick<Quantity, 'dimension' | 'scale'>;

/** Units that the names of fields tell. */
export const FIELD_UNITS: readonly [RegExp, Unit][] = [
  [/(?:ms|millis)$/i, { dimension: 'time', scale: 1 }],
  [/seconds$/i, { dimension: 'time', scale: 1000 }],
  [/hours/i, { dimension: 'time', scale: 3_600_000 }],
  [/bytes$/i, { dimension: 'size', scale: 1 }],
];
/** A number without a unit. */
export const PLAIN = { dimension: 'plain', scale: 1 } as const;

/** Units of metrics as OpenTelemetry writes them (UCUM). */
export const METRIC_UNITS: Record<string, Unit> = {
  ms: { dimension: 'time', scale: 1 },
  s: { dimension: 'time', scale: 1000 },
  By: { dimension: 'size', scale: 1 },
  '%': { dimension: 'share', scale: 0.01 },
};

/** The unit of a field by its name, or of a metric by the unit that it states. */
export function unitOf(field: string, stated: unknown = null): Unit {
  return FIELD_UNITS.find(([pattern]) => pattern.test(field))?.[1] ?? METRIC_UNITS[String(stated)] ?? PLAIN;
}
