import { z } from 'zod';
import { ALERT_CLASSES } from './alert.ts';

/**
 * The words of the analysis.
 *
 * evidence   what a tool returned, with the query that can be run again; numbered from 1 within an investigation
 * gap        something that was asked for and could not be had; ends up under "could not check"
 * finding    what a detector concluded from evidence
 * report     the RCA: what the on-call engineer reads
 */

/** What one tool call brought: `data` is the tool's structured content, `text` the readable form of it. */
export type Evidence = {
  /** Stable within the investigation; reports cite it as [n]. */
  number: number;
  /** What was asked for, for example `logs.query`. */
  capability: string;
  /** The MCP server and tool that answered. */
  server: string;
  tool: string;
  /** The arguments of the call: running them again asks the same question. */
  query: Record<string, unknown>;
  /** The time range that the evidence speaks about, ISO 8601, null for a state as of `collectedAt`. */
  from: string | null;
  to: string | null;
  collectedAt: string;
  data: unknown;
  text: string;
  /** True when the middle of a long text was left out (head and tail are kept, the digest is of the whole). */
  truncated: boolean;
  /** True where the source holds more that fits the question: a limit has cut the answer. Absent where it said nothing of that. */
  hasMore?: true;
  /** SHA-256 of the whole text, hexadecimal. */
  digest: string;
};

/** Evidence without what the source answered: enough to tell what was asked. */
export type EvidenceHead = Omit<Evidence, 'data' | 'text'>;

/** Something that could not be checked, and why; never read as healthy. */
export type EvidenceGap = { what: string; why: string };

export const VERDICTS = ['identified', 'probable', 'inconclusive', 'healthy'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const REPORT_CLASSES = [...ALERT_CLASSES, 'healthy'] as const;

const evidenceNumbers = z.array(z.number().int().positive());

/** A step an engineer can take now; `command` is shown in a code block and is never run by us. */
export const actionSchema = z.object({
  title: z.string(),
  command: z.string().nullable(),
  /** What the command changes or may break, null when it only reads. */
  risk: z.string().nullable(),
});
export type Action = z.infer<typeof actionSchema>;

export const timelineEntrySchema = z.object({ at: z.string(), what: z.string(), evidence: evidenceNumbers });
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const keyMetricSchema = z.object({ name: z.string(), value: z.string(), evidence: evidenceNumbers });
export type KeyMetric = z.infer<typeof keyMetricSchema>;

export const hypothesisSchema = z.object({
  statement: z.string(),
  /** Why it is held to be likely, or was ruled out. */
  standing: z.enum(['supported', 'possible', 'ruled_out']),
  confidence: z.number().min(0).max(1),
  evidence: evidenceNumbers,
});
export type Hypothesis = z.infer<typeof hypothesisSchema>;

/** The RCA in the form of the public API (`GET /api/incidents/:id`, field `report`). */
export const reportSchema = z.object({
  tier: z.enum(['llm', 'detectors']),
  verdict: z.enum(VERDICTS),
  class: z.enum(REPORT_CLASSES),
  rootCause: z.object({
    statement: z.string(),
    component: z.string().nullable(),
    confidence: z.number().min(0).max(1),
    evidence: evidenceNumbers,
  }),
  hypotheses: z.array(hypothesisSchema),
  timeline: z.array(timelineEntrySchema),
  immediateActions: z.array(actionSchema),
  prevention: z.array(z.string()),
  metrics: z.array(keyMetricSchema),
  couldNotCheck: z.array(z.object({ what: z.string(), why: z.string() })),
});
export type Report = z.infer<typeof reportSchema>;

/** What a detector concluded; every number in `statement` stands in the cited evidence. */
export type Finding = {
  /** The detector's name in the registry, for example `certificate-expiry`. */
  detector: string;
  class: (typeof ALERT_CLASSES)[number];
  /** One sentence, fit to stand as the root cause. */
  statement: string;
  /** The pod, service, host or database that is at fault, null when it cannot be told. */
  component: string | null;
  /** From 0 to 1: how sure the detector is that this explains the alert. */
  confidence: number;
  /** True when it is the cause by itself; false for a symptom that wants an explanation. */
  cause: boolean;
  evidence: number[];
  timeline: TimelineEntry[];
  actions: Action[];
  prevention: string[];
  metrics: KeyMetric[];
};

/** What the LLM cost; null where the server did not say, absent in what older versions stored. */
export type LlmUsage = {
  model: string;
  promptTokens: number | null;
  completionTokens: number | null;
  /** Calls of the model, and questions to tools that it asked. */
  calls?: number;
  toolCalls?: number;
  /** US dollars, null where the price is not configured. */
  costUsd?: number | null;
};
