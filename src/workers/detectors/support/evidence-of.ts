import { CAPABILITIES, type Capability, type CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import type { Evidence } from '../../../shared/report.ts';
import { oncePer } from './once-per.ts';

/** Evidence whose data was found to have the structure of its capability. */
export type Known<C extends Capability> = { number: number; evidence: Evidence; data: CapabilityOutput<C> };

/** The evidence of one capability; evidence with other data than the capability promises is left out. */
export function evidenceOf<C extends Capability>(evidence: Evidence[], capability: C): Known<C>[] {
  return evidence.flatMap((item) => {
    const known = item.capability === capability ? checked(item) : null;
    return known ? [known as Known<C>] : [];
  });
}

/** Series of whatever capability brought them: metrics, and what was counted from spans. */
export function seriesOf(evidence: Evidence[]): Known<'metrics.query'>[] {
  return evidence.flatMap((item) => {
    const known = item.capability === 'metrics.query' || item.capability === 'requests.query' ? checked(item) : null;
    return known ? [known as Known<'metrics.query'>] : [];
  });
}

const checked = oncePer((item: Evidence): Known<Capability> | null => {
  // The alerts of a storm, and what tools of other servers say, have no capability of ours.
  if (!Object.hasOwn(CAPABILITIES, item.capability)) return null;
  const parsed = CAPABILITIES[item.capability as Capability].output.safeParse(item.data);
  return parsed.success ? { number: item.number, evidence: item, data: parsed.data } : null;
});
