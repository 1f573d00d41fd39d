import { IS_DOWN } from '../database-state/complaints.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { diagnose } from './diagnose.ts';
import { healthyState } from './healthy-state.ts';

/** Every word by which alerts tell of harm, of a measure, or of something that workloads alone do not show. */
const ALLEGES = new RegExp(
  String.raw`error|fail|slow|latenc|time[sd]? ?-?out|\b[45]\d\d|[45]xx|unavail|unreach|crash|restart|\boom|kill|evict|high|\blow\b|above|below|\bover \d|exceed|[<>%?]|\brates?\b|ratio|usage|\blag|full|pressure|drop|miss|stuck|pending|\bnot?\b|n't\b|cannot|wrong|broken|degrad|refus|denied|expir|alarm|critical|anomal|unusual|spike|\b(?:in|de)creas|\bburn|\bslo\b|disk|memory|\bcpu\b|volume|certificat|backup|replica|secur|login|password|\bwhy\b|unhealthy|incident|outage|stop|hang|loss|lost|unknown|invalid|reject|abort|block|throttl|limit|warn|attack|abnormal|${IS_DOWN}`,
  'i',
);
/** What was done, in the words of those who tell it. */
const DONE =
  /\b(?:scaled|deployed|deployment of|rolled out|released|switched over|switchover|promoted|updated|upgraded|completed|finished|created|installed|migrated|rotated|renewed|succeeded|autoscal\w*)\b/i;
/** `PodScaledUp` in words. */
const CAMEL = /(?<=[a-z])(?=[A-Z])/g;

/**
 * What shows that nothing is wrong where an alert only tells that something was done (`checkout scaled up`, `pricing was deployed`): the
 * workloads that it names are well. Null for alerts that allege anything.
 */
export function nothingAlleged(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const told = input.alerts.map(({ title, description }) => `${title}\n${description}`.replaceAll(CAMEL, ' '));
  if (told.length === 0 || told.some((text) => !DONE.test(text) || ALLEGES.test(text))) return null;
  return diagnose(input).subjects.names.size > 0 ? healthyState(input) : null;
}
