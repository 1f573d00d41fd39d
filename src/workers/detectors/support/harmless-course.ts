import type { DetectorInput } from '../detector.ts';
import { announcedLots } from './announced-lots.ts';
import { asExpected } from './as-expected.ts';
import type { Proof } from './clean-evidence.ts';
import { closedToday } from './compared-times.ts';
import { drainingWork } from './draining-work.ts';
import { fillingCache } from './filling-cache.ts';
import { fullCache } from './full-cache.ts';
import { lentMemory } from './lent-memory.ts';
import { pausedConsumers } from './paused-consumers.ts';
import { plannedWork } from './planned-work.ts';
import { scannedSite } from './scanned-site.ts';
import { withdrawnRelease } from './withdrawn-release.ts';

/** Proof that the metric of an alert left its level for a reason that is no fault, while nobody feels anything of it; null where it is not shown. */
export const harmlessCourse = (input: DetectorInput): Proof | null =>
  fillingCache(input) ??
  fullCache(input) ??
  withdrawnRelease(input) ??
  closedToday(input) ??
  asExpected(input) ??
  scannedSite(input) ??
  lentMemory(input) ??
  plannedWork(input) ??
  announcedLots(input) ??
  pausedConsumers(input) ??
  drainingWork(input);
