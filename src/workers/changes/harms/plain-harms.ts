import { backtracking } from './backtracking.ts';
import { blockedConnections } from './blocked-connections.ts';
import { droppedIndex } from './dropped-index.ts';
import { durationUnits } from './duration-units.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { identityOfKeys } from './identity-of-keys.ts';
import { harmsBy } from './lines.ts';
import { metricLabels } from './metric-labels.ts';
import { OF_PROGRAMS } from './of-programs.ts';
import { schemaChange } from './of-schemas.ts';
import { lostRights, OF_SETTINGS } from './of-settings.ts';
import { shorterWaits } from './shorter-waits.ts';
import { unclosed } from './unclosed.ts';
import { writtenForm } from './written-form.ts';

const READERS = [
  unclosed,
  backtracking,
  durationUnits,
  metricLabels,
  droppedIndex,
  schemaChange,
  blockedConnections,
  lostRights,
  identityOfKeys,
  writtenForm,
  shorterWaits,
];

/** The harm that stands in the lines of a change, to be read by anybody, even where it was meant to change nothing. */
export const plainHarms = (change: ReadChange): Consequence[] => [
  ...READERS.flatMap((read) => read(change)),
  ...harmsBy([...OF_PROGRAMS, ...OF_SETTINGS], change),
];
