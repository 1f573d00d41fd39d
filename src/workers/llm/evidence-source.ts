import type { Capability } from '../../shared/mcp/capabilities.ts';
import type { Evidence } from '../../shared/report.ts';
import type { Lease } from '../../shared/store/investigation-store.ts';
import type { PlannedStep } from '../evidence-plan/question.ts';
import { BUDGET_SPENT, type GatherDeps, gatherEvidence, type KnownEvidence, stepKey } from '../gather-evidence.ts';

/** What became of one question: numbered evidence, or why there is none. */
export type Asked = { step: PlannedStep; evidence: Evidence } | { step: PlannedStep; why: string };

/** Where a model's questions are answered: the same way, masking and store as the plan's own. */
export type EvidenceSource = {
  has(capability: Capability): boolean;
  /** Everything that is known by now, by number. */
  known(): Evidence[];
  /** Asks, stores and numbers; what was asked before is not asked again. At `deadline` (epoch ms) the rest becomes gaps. */
  ask(steps: PlannedStep[], deadline: number, signal: AbortSignal): Promise<Asked[]>;
  /** The alert's facts: the window `from`, `to`, and the namespace and service that a question is about by default. */
  facts: Record<string, string>;
};

/** The source of one run. It throws what `gatherEvidence` throws: a lost lease, an abort. */
export function createEvidenceSource(
  deps: GatherDeps,
  lease: Lease,
  known: KnownEvidence,
  facts: Record<string, string>,
): EvidenceSource {
  return {
    facts,
    has: (capability) => deps.gateway.has(capability),
    known: () => [...known.values()].sort((left, right) => left.number - right.number),
    async ask(steps, deadline, signal) {
      const { gaps } = await untilDeadline(deadline, signal, (limited) =>
        gatherEvidence(deps, lease, known, steps, limited),
      );
      const reasons = new Map(gaps.map(({ what, why }) => [what, why]));
      return steps.map((step) => {
        const evidence = known.get(stepKey(step));
        return evidence ? { step, evidence } : { step, why: reasons.get(step.label) ?? 'it could not be had' };
      });
    },
  };
}

/** The gathering is told that its budget is spent, so that it ends with gaps instead of failing. */
async function untilDeadline<T>(at: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(BUDGET_SPENT), Math.max(0, at - Date.now()));
  try {
    return await work(AbortSignal.any([outer, budget.signal]));
  } finally {
    clearTimeout(timer);
  }
}
