import { createHash } from 'node:crypto';
import { DependencyError, describeError } from '../shared/errors.ts';
import { createGroupCommit } from '../shared/group-commit.ts';
import type { Capability } from '../shared/mcp/capabilities.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Evidence, EvidenceGap } from '../shared/report.ts';
import type { InvestigationStore, Lease, StoredEvidence } from '../shared/store/investigation-store.ts';
import type { PlannedStep } from './evidence-plan/question.ts';
import { maskData, maskText } from './mask-evidence.ts';

/** Readable text of one piece of evidence that is kept, characters; the middle of a longer one is left out. */
const MAX_TEXT = 32_768;

export type GatherDeps = { gateway: McpGateway; investigations: Pick<InvestigationStore, 'saveEvidence' | 'evidence'> };

export type Gathered = { evidence: Evidence[]; gaps: EvidenceGap[] };

/** Evidence of one run by the step that asked for it. */
export type KnownEvidence = Map<string, Evidence>;

/** Answers that come together are stored together; one statement at a time, because each locks the investigation. */
const SAVING = { maxBatch: 50, maxInFlight: 1, maxWaiting: 1_000 };

/** What an earlier worker on this run has stored before it was killed; usually nothing. */
export async function storedEvidence({ investigations }: GatherDeps, lease: Lease): Promise<KnownEvidence> {
  const stored = await investigations.evidence(lease.incidentId, lease.run);
  return new Map(stored.map((item) => [item.stepKey, item.evidence]));
}

/**
 * Asks all steps of a plan at once through the gateway, stores the answers as they come and adds them to what is known. Steps
 * whose answer is known are not asked again. What can't be had becomes a gap; only a lost lease or an abort is thrown.
 */
export async function gatherEvidence(
  { gateway, investigations }: GatherDeps,
  lease: Lease,
  known: KnownEvidence,
  steps: PlannedStep[],
  signal: AbortSignal,
): Promise<Gathered> {
  const first = 1 + Math.max(0, ...[...known.values()].map((item) => item.number));
  const open = steps.filter((step) => !known.has(stepKey(step)));
  const saving = createGroupCommit<StoredEvidence, void>(async (items) => {
    await investigations.saveEvidence(lease, items);
    return items.map(() => undefined);
  }, SAVING);
  const gaps = await Promise.all(
    open.map(async (step, index) => {
      const result = await askStep(gateway, step, first + index, lease.incidentId, signal);
      const items = result.evidence.map((evidence) => ({ stepKey: stepKey(step), evidence }));
      await saving.submit(items);
      for (const item of items) known.set(item.stepKey, item.evidence);
      return result.gaps;
    }),
  );
  return { evidence: [...known.values()].sort((a, b) => a.number - b.number), gaps: gaps.flat() };
}

async function askStep(
  gateway: McpGateway,
  step: PlannedStep,
  number: number,
  incidentId: string,
  signal: AbortSignal,
): Promise<Gathered> {
  if (!gateway.has(step.capability)) {
    if (step.optional) return { evidence: [], gaps: [] };
    return gap(step, `no MCP server is configured that answers ${step.capability}`);
  }
  try {
    const result = await gateway.call(step.capability, step.arguments as never, { signal, incidentId });
    return { evidence: [toEvidence(number, step, result)], gaps: [] };
  } catch (error) {
    if (signal.aborted && !isBudget(signal)) throw error;
    return gap(step, signal.aborted ? 'the time budget of the investigation ran out' : whyNot(error));
  }
}

/** A dependency's own sentence is written for people; its causes repeat it in the words of libraries. */
const whyNot = (error: unknown) => (error instanceof DependencyError ? error.message : describeError(error));

const gap = (step: PlannedStep, why: string): Gathered => ({ evidence: [], gaps: [{ what: step.label, why }] });

/** An abort by the budget ends the asking, not the investigation. */
export const BUDGET_SPENT = 'budget spent';
const isBudget = (signal: AbortSignal) => signal.reason === BUDGET_SPENT;

function toEvidence(
  number: number,
  step: PlannedStep,
  result: { server: string; tool: string; arguments: Record<string, unknown>; data: unknown; text: string },
): Evidence {
  // Whatever is kept has been masked: stored evidence is shown by the API and cited in reports.
  const { text, truncated } = headAndTail(maskText(result.text));
  return {
    number,
    capability: step.capability satisfies Capability,
    server: result.server,
    tool: result.tool,
    query: maskData(result.arguments) as Record<string, unknown>,
    from: textOrNull(result.arguments.from),
    to: textOrNull(result.arguments.to),
    collectedAt: new Date().toISOString(),
    data: maskData(result.data),
    text,
    truncated,
    digest: createHash('sha256').update(result.text).digest('hex'),
  };
}

function headAndTail(text: string): { text: string; truncated: boolean } {
  if (text.length <= MAX_TEXT) return { text, truncated: false };
  const half = MAX_TEXT / 2;
  const left = text.length - MAX_TEXT;
  return {
    text: `${text.slice(0, half)}\n[... ${left} characters left out ...]\n${text.slice(-half)}`,
    truncated: true,
  };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The same question has the same key, so that a resumed investigation recognises what it has. */
export function stepKey(step: PlannedStep): string {
  const question = JSON.stringify([step.capability, Object.entries(step.arguments).sort()]);
  return createHash('sha256').update(question).digest('hex').slice(0, 32);
}
