import type { EvidenceGap, Finding } from '../shared/report.ts';
import type { IncidentAlert } from '../shared/store/incident-store.ts';
import type { TraceCarrier } from '../shared/tracing/trace-carrier.ts';
import { linkSpan, withSpan } from '../shared/tracing/tracing.ts';
import type { Gathered } from './gather-evidence.ts';
import type { Verification } from './verify-report.ts';

/*
 * The steps of an investigation as spans of its job's. They tell how much there was, never what.
 */

const STAGE = { 'rca_fleet.stage': 'investigate' };

/** Alerts that came in other requests than the incident's first one are linked: each of those has a trace of its own. */
export function linkAlerts(alerts: Pick<IncidentAlert, 'trace'>[], own: TraceCarrier | null | undefined): void {
  const others = alerts.flatMap(({ trace }) => (trace && trace.traceparent !== own?.traceparent ? [trace] : []));
  linkSpan([...new Map(others.map((trace) => [trace.traceparent, trace])).values()]);
}

/** One round of questions; each tool call is a span in it. */
export async function inGatherSpan(round: number, questions: number, work: () => Promise<Gathered>): Promise<Gathered> {
  const attributes = { ...STAGE, 'rca_fleet.round': round, 'rca_fleet.questions': questions };
  return await withSpan('gather evidence', { attributes }, async (span) => {
    const gathered = await work();
    span.set({ 'rca_fleet.evidence': gathered.evidence.length, 'rca_fleet.gaps': gathered.gaps.length });
    return gathered;
  });
}

/** All detectors over what is known by now. */
export async function inDetectSpan<T extends { findings: Finding[]; gaps: EvidenceGap[] }>(
  evidence: number,
  work: () => Promise<T>,
): Promise<T> {
  return await withSpan('run detectors', { attributes: { ...STAGE, 'rca_fleet.evidence': evidence } }, async (span) => {
    const analysis = await work();
    span.set({ 'rca_fleet.findings': analysis.findings.length, 'rca_fleet.gaps': analysis.gaps.length });
    return analysis;
  });
}

/** The LLM's reasoning, in which its calls and those of tools that it asks for are spans. */
export async function inReasonSpan<T>(agent: string, work: () => Promise<T>): Promise<T> {
  const attributes = { ...STAGE, 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent };
  return await withSpan(`invoke_agent ${agent}`, { attributes }, work);
}

/** Verification, and the choice between the model's conclusion and the detectors'. */
export async function inVerifySpan(work: () => Promise<Verification>): Promise<Verification> {
  return await withSpan('verify report', { attributes: STAGE }, async (span) => {
    const verified = await work();
    const { verdict, tier } = verified.report;
    span.set({
      'rca_fleet.verdict': verdict,
      'rca_fleet.tier': tier,
      'rca_fleet.struck_claims': verified.struck.length,
    });
    return verified;
  });
}

/** The statement that stores the report and asks for its delivery. */
export async function inSaveSpan<T>(work: () => Promise<T>): Promise<T> {
  const attributes = {
    ...STAGE,
    'db.system.name': 'postgresql',
    'db.operation.name': 'UPDATE',
    'db.collection.name': 'rca_fleet.investigations',
  };
  return await withSpan('UPDATE rca_fleet.investigations', { kind: 'client', attributes }, work);
}
