import { createHash } from 'node:crypto';
import { DependencyError, describeError } from '../shared/errors.ts';
import type { Capability } from '../shared/mcp/capabilities.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Evidence, EvidenceGap } from '../shared/report.ts';
import type { InvestigationStore, Lease } from '../shared/store/investigation-store.ts';
import type { PlannedStep } from './plan-evidence.ts';

/** Readable text of one piece of evidence that is kept, characters; the middle of a longer one is left out. */
const MAX_TEXT = 32_768;

export type GatherDeps = { gateway: McpGateway; investigations: Pick<InvestigationStore, 'saveEvidence' | 'evidence'> };

export type Gathered = { evidence: Evidence[]; gaps: EvidenceGap[] };

/**
 * Asks all steps of a plan at once through the gateway and stores each answer as it comes. Steps that a killed worker has
 * already answered are not asked again. What can't be had becomes a gap; only a lost lease or an abort is thrown.
 */
export async function gatherEvidence(
  { gateway, investigations }: GatherDeps,
  lease: Lease,
  steps: PlannedStep[],
  signal: AbortSignal,
): Promise<Gathered> {
  const stored = await investigations.evidence(lease.incidentId, lease.run);
  const known = new Map(stored.map((item) => [item.stepKey, item.evidence]));
  const first = 1 + Math.max(0, ...stored.map((item) => item.evidence.number));
  const open = steps.filter((step) => !known.has(stepKey(step)));
  const results = await Promise.all(
    open.map(async (step, index): Promise<Gathered> => {
      const result = await askStep(gateway, step, first + index, lease.incidentId, signal);
      for (const item of result.evidence) await investigations.saveEvidence(lease, stepKey(step), item);
      return result;
    }),
  );
  const evidence = [...known.values(), ...results.flatMap((result) => result.evidence)];
  return { evidence: evidence.sort((a, b) => a.number - b.number), gaps: results.flatMap((result) => result.gaps) };
}

async function askStep(
  gateway: McpGateway,
  step: PlannedStep,
  number: number,
  incidentId: string,
  signal: AbortSignal,
): Promise<Gathered> {
  if (!gateway.has(step.capability)) return gap(step, `no MCP server is configured that answers ${step.capability}`);
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
  const { text, truncated } = headAndTail(result.text);
  return {
    number,
    capability: step.capability satisfies Capability,
    server: result.server,
    tool: result.tool,
    query: result.arguments,
    from: textOrNull(result.arguments.from),
    to: textOrNull(result.arguments.to),
    collectedAt: new Date().toISOString(),
    data: result.data,
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
