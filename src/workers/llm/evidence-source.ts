import { DependencyError, describeError, type FailureClass } from '../../shared/errors.ts';
import type { Capability } from '../../shared/mcp/capabilities.ts';
import type { OfferedTool } from '../../shared/mcp/mcp-gateway.types.ts';
import type { Evidence, EvidenceGap } from '../../shared/report.ts';
import type { Lease } from '../../shared/store/investigation-store.ts';
import type { AskedStep } from '../evidence-plan/question.ts';
import { type AskedGap, type GatherDeps, gatherEvidence, type KnownEvidence, stepKey } from '../gather-evidence.ts';
import { withinBudget } from '../within-budget.ts';

/** What became of one question: numbered evidence, or why there is none. */
export type Asked<S extends AskedStep = AskedStep> =
  | { step: S; evidence: Evidence }
  /** `failure` is told of tools of other servers. */
  | { step: S; why: string; failure?: FailureClass };

/** The tools of other servers that may be asked now, and what could not be listed. */
export type OfferedNow = { tools: OfferedTool[]; gaps: EvidenceGap[] };

/** Where a model's questions are answered: the same way, masking and store as the plan's own. */
export type EvidenceSource = {
  has(capability: Capability): boolean;
  /** Lists what other servers offer; without it there are none. */
  offered?(signal: AbortSignal): Promise<OfferedNow>;
  /** Tells the operator, in the log, what is wrong with a tool that was to be offered. */
  warn?(message: string, fields: Record<string, unknown>): void;
  /** Everything that is known by now, by number. */
  known(): Evidence[];
  /** Asks, stores and numbers; what was asked before is not asked again. At `deadline` (ms of `performance.now()`) the rest becomes gaps. */
  ask(steps: AskedStep[], deadline: number, signal: AbortSignal): Promise<Asked[]>;
  /** The alert's facts: the window `from`, `to`, and the namespace and service that a question is about by default. */
  facts: Record<string, string>;
};

/** The source of one run. It throws what `gatherEvidence` throws: a lost lease, an abort. */
export function createEvidenceSource(
  deps: GatherDeps,
  lease: Lease,
  known: KnownEvidence,
  facts: Record<string, string>,
  warn?: EvidenceSource['warn'],
): EvidenceSource {
  return {
    facts,
    warn,
    has: (capability) => deps.gateway.has(capability),
    offered: (signal) => listOffered(deps, signal),
    known: () => [...known.values()].sort((left, right) => left.number - right.number),
    async ask(steps, deadline, signal) {
      const { gaps } = await withinBudget(signal, deadline - performance.now(), (limited) =>
        gatherEvidence(deps, lease, known, steps, limited),
      );
      const reasons = new Map(gaps.map((gap) => [gap.what, gap]));
      return steps.map((step) => {
        const evidence = known.get(stepKey(step));
        return evidence ? { step, evidence } : { step, ...reasonOf(reasons.get(step.label)) };
      });
    },
  };
}

function reasonOf(gap: AskedGap | undefined): { why: string; failure?: FailureClass } {
  if (!gap) return { why: 'it could not be had' };
  return gap.failure ? { why: gap.why, failure: gap.failure } : { why: gap.why };
}

async function listOffered({ gateway }: GatherDeps, signal: AbortSignal): Promise<OfferedNow> {
  const gaps: EvidenceGap[] = [];
  const note = (server: string, error: unknown) => {
    const why = error instanceof DependencyError ? `${error.failure}: it could not be listed` : describeError(error);
    gaps.push({ what: `the tools of MCP server ${server} that the LLM may ask`, why });
  };
  const tools = (await gateway.tools?.(signal, note)) ?? [];
  return { tools, gaps };
}
