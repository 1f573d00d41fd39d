import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** How libraries declare and count metrics with labels, tags or attributes. */
const METRICS =
  /\b(?:prometheus|promauto|prom_?client|micrometer|statsd|opentelemetry|meter|metrics?)\b|(?:Histogram|Counter|Gauge|Summary)(?:Vec|Opts|\b)|WithLabelValues|label_?names|\.labels\(|\bTags?\.of\(|\.tags?\(/i;
/** Names of what has ever new values: of people, requests, things and addresses. */
const ENDLESS =
  /\b(?:\w+_(?:id|ids|uuid|guid|email|token|hash|url|ip)|[A-Za-z]\w*(?:Id|ID|Uuid|UUID)|uuid|guid|email|url|uri|full_?path|raw_?path|path|ip|remote_?addr|user|user_?name|session|token|query|sql|timestamp|error_?message)\b/g;
/** Names of labels as a list of texts. */
const LIST = /[[{(,]\s*["'`:][\w.-]+["'`]?\s*(?:,|[\])}])/;

const SHOWS =
  /memor|heap|\boom|\brss\b|working.?set|garbage|\bgc\b|exit code 137|cardinality|time ?series|series|sample.?limit|label.?limit/i;

/** A new label of a metric whose values never end: each is a series of its own, kept as long as the process runs. */
export function metricLabels({ detail }: ReadChange): Consequence[] {
  for (const hunk of detail.split(/^@@/m, 100)) {
    if (!METRICS.test(hunk.slice(0, 20_000))) continue;
    const { removed, added, context } = signedLines(hunk);
    const known = new Set(labelsIn([...removed, ...context]));
    const counted = added.filter((line) => METRICS.test(line) || LIST.test(line));
    const label = labelsIn(counted).find((name) => !known.has(name));
    if (label === undefined) continue;
    return [
      {
        why: `it gives a metric a label whose values never end ("${label}"): each is a time series that stays in memory`,
        shows: SHOWS,
        isPlain: true,
      },
    ];
  }
  return [];
}

const labelsIn = (lines: string[]): string[] => lines.flatMap((line) => line.match(ENDLESS) ?? []);
