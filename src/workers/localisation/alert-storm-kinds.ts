/**
 * What an alert of a storm tells of its entity.
 *
 * state       the entity itself is not as it should be: not ready, crashing, waiting, gone
 * saturation  it uses up something that is limited
 * failures    its requests fail: by itself, or because of what it calls
 * latency     the same for slow ones
 * silence     nobody asks it any more, or it asks nobody: something before it stopped
 * other       anything else
 */
export const STORM_KINDS = ['state', 'saturation', 'failures', 'latency', 'silence', 'other'] as const;
export type StormKind = (typeof STORM_KINDS)[number];

/** The first that matches counts. */
const RULES: [StormKind, RegExp][] = [
  [
    'silence',
    /\b(no|without|zero|missing|absent) (\w+ )?(requests?|traffic|operations?|calls?|queries|messages?|connections?|data)\b/,
  ],
  [
    'state',
    /\b(not ?ready|crash\w*|waiting|back ?off|oom\w*|kill\w*|evict\w*|pending|unschedulable|mismatch|unavailable|restart\w*|failed ?mount|image pull|down|absent|unhealthy|not running|stuck|pressure)\b/,
  ],
  [
    'saturation',
    /\b(cpu|memory|disk|volume|inodes?|quota|spend|cost|saturat\w*|throttl\w*|pool|connections|utili[sz]ation|usage|lag|backlog)\b/,
  ],
  ['failures', /\b(errors?|fail\w*|faults?|5xx|4xx|exceptions?|success|availability|budget|slo)\b/],
  ['latency', /\b(latency|slow\w*|duration|delay\w*|p\d\d|response time|timeouts?|apdex)\b/],
];

/** What an alert's name says, read as words (`KubePodNotReady`, `high_error_rate`). */
export function stormKind(alertName: string): StormKind {
  const words = stormWords(alertName);
  return RULES.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}

/** A name as words of lower case. */
export function stormWords(name: string): string {
  return name
    .slice(0, 300)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z\d]+/g, ' ')
    .trim()
    .toLowerCase();
}
