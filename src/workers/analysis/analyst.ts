import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import { describeError } from '../../shared/errors.ts';
import type { Evidence, Report } from '../../shared/report.ts';
import { type ConcludeInput, concludeFindings } from '../conclude-findings.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { type Analysis, analyseInTurns, readInTurns, uncheckedBy } from './analyse-evidence.ts';
import type { AnalysisJob } from './analysis-protocol.ts';
import { type AnalysisThread, createAnalysisThread, type Job } from './run-in-thread.ts';
import { weighEvidence } from './weigh-evidence.ts';

export type Analyst = {
  /** `analyseEvidence`. A check that does not come to an end in its time is a gap. */
  analyse(agent: PoolAgent, input: DetectorInput, signal: AbortSignal): Promise<Analysis>;
  /** `concludeFindings`. Throws FleetError `deadline_exceeded` when it does not come to an end in its time. */
  conclude(input: ConcludeInput, signal: AbortSignal): Promise<Report>;
  close(): Promise<void>;
};

export type AnalystOptions = {
  /** From this weight on (see weighEvidence) evidence is analysed in a thread of its own. */
  apartFrom?: number;
  /** How long one run in the thread may take, its start included, ms. */
  deadlineMs?: number;
  /** How long the thread stays after its last run, ms. */
  idleMs?: number;
  /** The entry file of the thread. */
  program?: URL;
};

/** The longest of the detectors then takes some 100 ms; with less the pieces fit between the turns of the event loop. */
const APART_FROM = 60_000;
/** Ten times what the largest recorded cases take. */
const DEADLINE_MS = 30_000;

/**
 * Analyses evidence on the worker's event loop where there is little of it, else in a thread, which is started when one is
 * wanted and ends when it has had nothing to do for a while: leases, health and other incidents never wait for much evidence,
 * and a check that never ends can be stopped.
 */
export function createAnalyst({ apartFrom = APART_FROM, ...options }: AnalystOptions = {}): Analyst {
  const thread = createAnalysisThread({ deadlineMs: DEADLINE_MS, ...options });
  const isMuch = (evidence: Evidence[]) => weighEvidence(evidence, apartFrom) >= apartFrom;
  return {
    async analyse(agent, input, signal) {
      if (!isMuch(input.evidence)) return await analyseInTurns(agent, input);
      // What is asked next reads it here as well.
      await readInTurns(input.evidence);
      return await analyseApart(thread, agent.pool.detectors, input, signal);
    },
    async conclude(input, signal) {
      if (!isMuch(input.evidence)) return concludeFindings(input);
      await nextTurn();
      return await concludeApart(thread, input, signal);
    },
    close: () => thread.close(),
  };
}

/** A check that fails the thread is left out, and the ones behind it are run again without it. */
async function analyseApart(
  thread: AnalysisThread,
  detectors: string[],
  { evidence, ...input }: DetectorInput,
  signal: AbortSignal,
): Promise<Analysis> {
  const parts: Analysis[] = [];
  let left = detectors;
  for (;;) {
    const asked = left;
    let started = 0;
    const job: Job = {
      evidence,
      request: { kind: 'analyse', detectors: asked, parts: [...parts], input },
      onAnswer: (answer) => {
        if (answer.kind === 'started') started += 1;
        if (answer.kind === 'part') parts.push(answer.part);
      },
    };
    try {
      const answer = await thread.run(job, signal);
      if (answer.kind === 'analysed') return answer.analysis;
      throw new Error(`the analysis thread answered ${answer.kind}`);
    } catch (error) {
      const failed = asked[started - 1];
      if (signal.aborted || failed === undefined) throw error;
      parts.push(uncheckedBy(failed, `it was stopped: ${describeError(error)}`));
      left = asked.slice(started);
    }
  }
}

async function concludeApart(thread: AnalysisThread, given: ConcludeInput, signal: AbortSignal): Promise<Report> {
  const { evidence, seen, ...input } = given;
  const all = [...new Set([...evidence, ...(seen?.evidence ?? [])])];
  const placeOf = new Map(all.map((item, place) => [item, place]));
  const placesOf = (items: Evidence[]) => items.map((item) => placeOf.get(item)!);
  const request: AnalysisJob = { kind: 'conclude', input, evidence: placesOf(evidence), seen: seenOf(seen, placesOf) };
  const answer = await thread.run({ evidence: all, request }, signal);
  if (answer.kind === 'concluded') return answer.report;
  throw new Error(`the analysis thread answered ${answer.kind}`);
}

function seenOf(seen: DetectorInput | undefined, placesOf: (items: Evidence[]) => number[]) {
  if (!seen) return null;
  const { evidence, ...input } = seen;
  return { input, evidence: placesOf(evidence) };
}
