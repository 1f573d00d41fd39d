import { createHash } from 'node:crypto';
import { DependencyError, describeError, type FailureClass } from '../shared/errors.ts';
import { createGroupCommit } from '../shared/group-commit.ts';
import { maskText } from '../shared/mask-data.ts';
import type { McpGateway, ToolGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Evidence, EvidenceGap } from '../shared/report.ts';
import { sortedJson } from '../shared/sorted-json.ts';
import type { InvestigationStore, Lease, StoredEvidence } from '../shared/store/investigation-store.ts';
import { oneLine } from './detectors/support/text.ts';
import { type AskedStep, isToolStep } from './evidence-plan/question.ts';
import { firstPage } from './first-page.ts';
import { type Answer, fromUnknownTool, toEvidence } from './to-evidence.ts';
import { addressesModel } from './verification/addresses-model.ts';

/** The gateway; one without tools of other servers answers capabilities only. */
export type EvidenceGateway = McpGateway & Partial<Pick<ToolGateway, 'tools' | 'callTool'>>;

export type GatherDeps = {
  gateway: EvidenceGateway;
  investigations: Pick<InvestigationStore, 'saveEvidence' | 'evidence'>;
};

/** A gap with the class of the failure, where a tool has failed that the LLM called by its own name. */
export type AskedGap = EvidenceGap & { failure?: FailureClass };

export type Gathered = { evidence: Evidence[]; gaps: AskedGap[] };

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
  steps: AskedStep[],
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
  gateway: EvidenceGateway,
  step: AskedStep,
  number: number,
  incidentId: string,
  signal: AbortSignal,
): Promise<Gathered> {
  if (!isToolStep(step) && !gateway.has(step.capability)) {
    if (step.optional) return { evidence: [], gaps: [] };
    return gap(step, `no MCP server is configured that answers ${step.capability}`);
  }
  try {
    const answer = await answerTo(gateway, step, { signal, incidentId });
    return { evidence: [toEvidence(number, step.capability, answer)], gaps: [] };
  } catch (error) {
    if (signal.aborted && !isBudget(signal)) throw error;
    if (signal.aborted) return gap(step, 'the time budget of the investigation ran out');
    if (!isToolStep(step)) return gap(step, whyNot(error));
    return gap(step, inWordsOfOthers(whyNot(error)), error instanceof DependencyError ? error.failure : 'tool_error');
  }
}

async function answerTo(
  gateway: EvidenceGateway,
  step: AskedStep,
  options: { signal: AbortSignal; incidentId: string },
): Promise<Answer> {
  if (!isToolStep(step)) return firstPage(await gateway.call(step.capability, step.arguments as never, options));
  if (!gateway.callTool)
    throw new DependencyError(step.server, 'not_configured', 'no tools of other servers are on offer');
  return fromUnknownTool(await gateway.callTool({ server: step.server, tool: step.tool }, step.arguments, options));
}

/** A dependency's own sentence is written for people; its causes repeat it in the words of libraries. */
const whyNot = (error: unknown) => (error instanceof DependencyError ? error.message : describeError(error));

/** What a server of others says of its failure is a stranger's text like any other. */
function inWordsOfOthers(why: string): string {
  // Our own words for whom a tool is missing are no such text.
  if (addressesModel(why.replace(/ for the LLM$/, '')))
    return 'the tool failed, and what it says of that speaks to a language model and is left out';
  return oneLine(maskText(why), MOST_WHY);
}

const MOST_WHY = 300;

const gap = (step: AskedStep, why: string, failure?: FailureClass): Gathered => ({
  evidence: [],
  gaps: [{ what: step.label, why, ...(failure && { failure }) }],
});

/** An abort by the budget ends the asking, not the investigation. */
export const BUDGET_SPENT = 'budget spent';
const isBudget = (signal: AbortSignal) => signal.reason === BUDGET_SPENT;

/** The same question has the same key, so that a resumed investigation recognises what it has. */
export function stepKey(step: AskedStep): string {
  const whom = isToolStep(step) ? [step.capability, step.server, step.tool] : [step.capability];
  const question = `${JSON.stringify(whom).slice(0, -1)},${sortedJson(step.arguments)}]`;
  return createHash('sha256').update(question).digest('hex').slice(0, 32);
}
