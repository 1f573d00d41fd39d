import { backtracking } from './backtracking.ts';
import { blockedConnections } from './blocked-connections.ts';
import { droppedIndex } from './dropped-index.ts';
import { durationUnits } from './duration-units.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { metricLabels } from './metric-labels.ts';
import { unclosed } from './unclosed.ts';

/** The harm that stands in the lines of a change, to be read by anybody, even where it was meant to change nothing. */
export const plainHarms = (change: ReadChange): Consequence[] =>
  [unclosed, backtracking, durationUnits, metricLabels, droppedIndex, blockedConnections].flatMap((read) =>
    read(change),
  );
