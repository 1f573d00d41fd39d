import { oneLine } from '../../detectors/support/text.ts';
import { alteredLines } from '../line-changes.ts';
import { withNamedValues } from '../named-values.ts';
import { withPlainDurations } from '../written-durations.ts';
import type { Consequence, ReadChange } from './harm.ts';

const WAITS = /time_?out|deadline|max_?wait|wait_?(?:time|ms|seconds|for)|patience|ttfb/i;
/** What is cut to less than half meets calls that took that long on good days. */
const MUCH_SHORTER = 2;
const UNIT = '\\s?(?:ms|millis\\w*|s|sec\\w*)?\\b';

/** A named duration with a short unit, or a number whose name may tell the unit. */
const NAMED = /\b([A-Za-z_]\w*)["'`]?\s*(?::=|[:=](?!=))\s*["'`]?(\d[\d_]*(?:\.\d+)?)(ns|us|ms|s|m|h)?\b/;
const UNIT_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Words of a limit's name that do not say what it is a limit of. */
const LIMIT_WORDS = /time_?out|deadline|duration|wait|milli(?:second)?s|seconds|_?(?:ms|secs?)$|default|max|[_.]/gi;
const MOST_LINES = 80;

type Limit = { line: string; name: string; of: string; value: string; amount: number };

function limitsIn(lines: string[]): Limit[] {
  return lines.slice(0, MOST_LINES).flatMap((line) => {
    const [, name = '', number = '', unit = ''] = NAMED.exec(withPlainDurations(line)) ?? [];
    const of = name.replace(LIMIT_WORDS, '').toLowerCase();
    const amount = Number(number.replaceAll('_', '')) * (UNIT_MS[unit] ?? 1);
    return of === '' || unit === '' || !(amount > 0) ? [] : [{ line, name, of, value: `${number}${unit}`, amount }];
  });
}

/** A limit that is told elsewhere now, where its name need not say any more that it is one, as in a structure of options. */
function cutElsewhere({ removed, added }: ReadChange): { what: string; after: string } | null {
  const now = limitsIn(added);
  for (const was of limitsIn(removed).filter(({ name }) => WAITS.test(name))) {
    const is = now.find(({ of, amount }) => of === was.of && was.amount > MUCH_SHORTER * amount);
    if (is) return { what: `it changes "${oneLine(was.name, 60)}" from ${was.value} to ${is.value}`, after: is.value };
  }
  return null;
}

/** A limit of waiting that was cut so that what always took longer is given up; it shows plainly where a complaint tells the new limit. */
export function shorterWaits(change: ReadChange): Consequence[] {
  const cut =
    alteredLines(withNamedValues(change, change.detail)).find(
      ({ smaller, factor, before }) => smaller && (factor ?? 1) > MUCH_SHORTER && WAITS.test(before),
    ) ?? cutElsewhere(change);
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
