import { unitMs } from '../../detectors/support/quantities.ts';
import type { PrintedState } from './printed-state.ts';

/** How far a replica that is late on purpose may be from the delay that it was given: a share of it and s. */
const [NEAR_SHARE, NEAR] = [0.1, 60];

/** True for a replica that is behind by about the delay which it was given. */
export const isNear = (behind: number, delay: number): boolean =>
  delay > 0 && Math.abs(behind - delay) <= NEAR_SHARE * delay + NEAR;

/** The delay that a standby of PostgreSQL was given (`recovery_min_apply_delay`); null where nobody asked or it has none. */
export function standbyDelay({ rows }: PrintedState): { seconds: number; value: string; evidence: number } | null {
  const setting = rows.find(
    ({ what }) => what.recovery_min_apply_delay !== undefined || what.name === 'recovery_min_apply_delay',
  );
  const value = setting?.what.recovery_min_apply_delay ?? setting?.what.setting ?? '';
  const [, amount, unit = 'ms'] = /^(\d{1,12}) ?(ms|s|min|h|d)?$/.exec(value) ?? [];
  const seconds = (Number(amount) * (unitMs(setting?.what.unit ?? unit) ?? Number.NaN)) / 1000;
  return setting && seconds > 0 ? { seconds, value, evidence: setting.evidence } : null;
}
