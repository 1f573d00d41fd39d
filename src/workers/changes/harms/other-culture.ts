import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** By whose rules numbers and dates are written and read: which mark stands before the cents. */
const CULTURE =
  /CultureInfo\.\w+|InvariantCulture|CurrentCulture|\bLocale(?:\.\w+|\()|forLanguageTag|setlocale|LC_(?:NUMERIC|ALL)\b|\bLANG\s*=|GLOBALIZATION_INVARIANT|en[-_]US\b|de[-_](?:DE|AT|CH)\b|fr[-_]FR\b|toLocaleString|Intl\.NumberFormat|locale\.(?:atof|setlocale|format_string)|NumberFormatter|imbue\(/g;
/** Lines that read or write numbers and dates. */
const READS_NUMBERS =
  /pars\w*|decimal|double|float|numeric|\bnumber|amount|price|currency|atof|strtod|to_f\b|to_d\b|NumberFormat|DecimalFormat|date|toLocale|String\.format|printf|Convert\.To|LANG\s*=|LC_|GLOBALIZATION/i;
/** A mark that is taken out or put in by hand. */
const MARKS = /\.(?:replace(?:All)?|gsub|tr|Replace|split|str_replace)\(\s*["'/][.,]["'/]|str_replace\(["'][.,]["']/;

/** Numbers on a page are read by people, who take them as they are meant. */
const PAGES =
  /\.(?:tsx|jsx|vue|svelte|html?|twig|erb|haml|cshtml|razor|jsp|hbs|ejs|tmpl|blade\.php)$|(?:^|\/)(?:templates?|templatetags|views|components|pages|i18n|locales?)\//i;

const WRONG_NUMBERS =
  /NumberFormat|FormatException|correct format|unparse?able|could not convert|cannot parse|invalid (?:number|decimal|amount|price|date)|not a (?:valid )?number|\bNaN\b|price|amount|basket|cart|invoice|(?<![a-z]_)totals?\b|order_value|value_(?:median|avg|mean|sum|eur|usd)|\b(?:EUR|USD|GBP|CHF|SEK)\b|cents/i;

/** Numbers or dates that are read by the rules of another culture than before: a decimal comma is taken for a mark between thousands. */
export function otherCulture({ removed, added, files }: ReadChange): Consequence[] {
  if (files.length > 0 && files.every((file) => PAGES.test(file))) return [];
  const of = (lines: string[]) =>
    lines
      .filter((line) => READS_NUMBERS.test(line))
      .flatMap((line) => [...(line.match(CULTURE) ?? []), ...(MARKS.test(line) ? ['mark'] : [])])
      .sort();
  const isTouched = removed.some((line) => READS_NUMBERS.test(line));
  if (!isTouched || of(removed).join() === of(added).join()) return [];
  const names = (line: string) => new RegExp(CULTURE.source).test(line) || MARKS.test(line);
  const told = added.find((line) => READS_NUMBERS.test(line) && names(line)) ?? removed.find(names) ?? '';
  return [
    {
      why: `it parses or writes numbers by the rules of another culture (locale), with another decimal mark: "${oneLine(told, 100)}"`,
      shows: WRONG_NUMBERS,
      isPlain: true,
      feltByReaders: true,
    },
  ];
}
