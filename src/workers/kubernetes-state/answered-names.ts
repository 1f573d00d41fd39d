import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { buildState } from './build-state.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';

const ASKED = /\b(?:nslookup|dig|host|getent (?:ahosts|hosts))\b/;
const ANSWERED =
  /^Address(?: \d+)?:\s+(?!.*#53)[\da-f.:]+|\bhas (?:IPv6 )?address \S|^;; ANSWER SECTION|^[\d.]{7,15}\s+\S|^\S+\.\s+\d+\s+IN\s+(?:A|AAAA|CNAME)\s+\S/m;
const REFUSED =
  /can't (?:find|resolve)|not found|NXDOMAIN|SERVFAIL|REFUSED|no servers could be reached|timed out|no answer/i;

/** What shows that names resolve: whoever asked the name servers from inside the cluster was answered, and nothing else raises a doubt. */
export function answeredNames(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const asked = buildState(input.evidence).logs.filter(({ command }) => command && ASKED.test(command));
  const texts = asked.map(({ lines }) => lines.join('\n'));
  if (asked.length === 0 || !texts.every((text) => ANSWERED.test(text) && !REFUSED.test(text))) return null;
  if (diagnose(input).diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input)) return null;
  return {
    statement: 'names that were asked for inside the cluster resolve',
    evidence: [...new Set(asked.map(({ evidence }) => evidence))],
  };
}
