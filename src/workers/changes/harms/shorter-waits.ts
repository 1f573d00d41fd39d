import { oneLine } from '../../detectors/support/text.ts';
import { alteredLines } from '../line-changes.ts';
import { withNamedValues } from '../named-values.ts';
import type { Consequence, ReadChange } from './harm.ts';

const WAITS = /time_?out|deadline|max_?wait|wait_?(?:time|ms|seconds|for)|patience|ttfb/i;
/** What is cut to less than half meets calls that took that long on good days. */
const MUCH_SHORTER = 2;
const UNIT = '\\s?(?:ms|millis\\w*|s|sec\\w*)?\\b';

/** A limit of waiting that was cut so that what always took longer is given up; it shows plainly where a complaint tells the new limit. */
export function shorterWaits(change: ReadChange): Consequence[] {
  const cut = alteredLines(withNamedValues(change, change.detail)).find(
    ({ smaller, factor, before }) => smaller && (factor ?? 1) > MUCH_SHORTER && WAITS.test(before),
  );
  const limit = cut && /(\d[\d_]*)\D{0,20}$/.exec(cut.after)?.[1]?.replaceAll('_', '');
  if (!cut || !limit) return [];
  const told = `(?:after|within|of|exceeded|limit|timeout|deadline)\\W{0,4}0*${limit}${UNIT}`;
  return [
    {
      why: `it waits much shorter: ${oneLine(cut.what, 120)}`,
      shows: new RegExp(`\\b${told}|time[sd]?[ _-]?out|deadline|context canceled|\\babort\\w*|\\b(?:499|504)\\b`, 'i'),
      isPlain: true,
    },
  ];
}
