import { createHash } from 'node:crypto';
import { EVIDENCE_FORMS, type EvidenceForm } from '../../../src/shared/evidence-forms.ts';
import { maskData } from '../../../src/shared/mask-data.ts';
import { CAPABILITIES, type Capability } from '../../../src/shared/mcp/capabilities.ts';
import type { Evidence } from '../../../src/shared/report.ts';

/** One answer of a recorded system: what was asked, the time range it speaks about, and the data. */
export type Recorded = {
  capability: string;
  data: unknown;
  query?: Record<string, unknown>;
  from?: number | null;
  to?: number | null;
};

const MAX_TEXT = 32_768;

/**
 * Recorded answers as numbered evidence, the way that the workers store it. Times are epoch ms. Throws where the data has not
 * the form that its capability promises: an adapter must not feed what production would never see.
 */
export function makeEvidence(recorded: Recorded[], collectedAt: Date): Evidence[] {
  return recorded.map(({ capability, data, query = {}, from = null, to = null }, index) => {
    const checked = maskData(formOf(capability)?.parse(data) ?? data);
    const text = JSON.stringify(checked);
    const range = { from: iso(from), to: iso(to) };
    return {
      number: index + 1,
      capability,
      ...sourceOf(capability),
      query: { ...query, ...(range.from && range) },
      ...range,
      collectedAt: collectedAt.toISOString(),
      data: checked,
      text: text.slice(0, MAX_TEXT),
      truncated: text.length > MAX_TEXT,
      digest: createHash('sha256').update(text).digest('hex'),
    };
  });
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function formOf(capability: string) {
  if (Object.hasOwn(CAPABILITIES, capability)) return CAPABILITIES[capability as Capability].output;
  return Object.hasOwn(EVIDENCE_FORMS, capability) ? EVIDENCE_FORMS[capability as EvidenceForm] : null;
}

function sourceOf(capability: string): { server: string; tool: string } {
  if (!Object.hasOwn(CAPABILITIES, capability)) return { server: 'recorded', tool: capability };
  const { server, tool } = CAPABILITIES[capability as Capability];
  return { server, tool };
}
