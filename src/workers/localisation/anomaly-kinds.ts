import type { EvidenceFormData } from '../../shared/evidence-forms.ts';

export type Anomaly = EvidenceFormData<'anomalies.list'>['anomalies'][number];

/**
 * What a deviation says about the instance that it is seen at, in the words of the table in anomaly-signatures.ts. `slow inside`
 * is a span that the instance made itself; `named by slow calls` a client span whose operation names the instance's service,
 * `unseen calls` one of these that the instance has no slow span for: the time went between the two.
 */
export const ANOMALY_KINDS = [
  'more cpu',
  'less cpu',
  'more memory',
  'less memory',
  'more threads',
  'more disk',
  'receives more',
  'receives less',
  'sends more',
  'sends less',
  'serves slower',
  'serves faster',
  'waits longer',
  'serves failures',
  'its calls fail',
  'serves more',
  'serves fewer',
  'calls more',
  'calls fewer',
  'other metric',
  'slow when called',
  'fails when called',
  'slow inside',
  'fails inside',
  'slow callees',
  'failing callees',
  'named by slow calls',
  'unseen calls',
] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** Which side of a call a request metric was taken at; service meshes name them destination and source. */
const OUTGOING = /\b(src|source|client|outbound|outgoing|egress|upstream)\b/;

type Rule = { words: RegExp; up: AnomalyKind | null; down: AnomalyKind | null; outgoing?: Pick<Rule, 'up' | 'down'> };

/** The first rule whose words are in the metric's name counts. */
const RULES: Rule[] = [
  // A machine's own load is no deviation of the instances on it.
  { words: /^(node|host|machine)\b/, up: null, down: null },
  { words: /\b(cpu|processor)/, up: 'more cpu', down: 'less cpu' },
  { words: /\b(mem|rss|heap|working set)/, up: 'more memory', down: 'less memory' },
  { words: /\b(threads?|goroutines?|processes)\b/, up: 'more threads', down: null },
  { words: /\b(fs|disk|filesystem|volume)\b/, up: 'more disk', down: null },
  { words: /\bnet\w*\b.*\b(rx|rec\w+|ingress|in)\b/, up: 'receives more', down: 'receives less' },
  { words: /\bnet\w*\b.*\b(tx|tra\w*mit\w*|sent|egress|out)\b/, up: 'sends more', down: 'sends less' },
  {
    words: /\b(p\d\d\d?|latency|duration|delay|rtt|(response )?time)\b/,
    up: 'serves slower',
    down: 'serves faster',
    outgoing: { up: 'waits longer', down: null },
  },
  {
    words: /\b(success\w*|availability)\b/,
    up: null,
    down: 'serves failures',
    outgoing: { up: null, down: 'its calls fail' },
  },
  {
    words: /\b(error|fail|fault|5xx|exception)/,
    up: 'serves failures',
    down: null,
    outgoing: { up: 'its calls fail', down: null },
  },
  {
    words: /\b(qps|rps|requests?|calls?|rate|ops|throughput|traffic)\b/,
    up: 'serves more',
    down: 'serves fewer',
    outgoing: { up: 'calls more', down: 'calls fewer' },
  },
];

/** What a metric's deviation says of its instance, null where it says nothing of it. */
export function kindOfMetric(signal: string, deviation: string): AnomalyKind | null {
  const name = wordsOf(signal);
  const rule = RULES.find(({ words }) => words.test(name));
  const direction = /^(up|high|rise|surge|more)/i.test(deviation) ? 'up' : 'down';
  if (!rule) return 'other metric';
  return (OUTGOING.test(name) && rule.outgoing ? rule.outgoing : rule)[direction];
}

/** True for a call that took too long, false for one that failed. */
export const isSlow = ({ deviation }: Anomaly): boolean => /slow|duration|latency|degrad|timeout/i.test(deviation);

/** `container_CPU-usage` and `cpuUsage` as words of lower case. */
function wordsOf(name: string): string {
  return name
    .slice(0, 300)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z\d]+/g, ' ')
    .trim()
    .toLowerCase();
}
