import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Stage } from './incident.ts';

/** The Prometheus metrics of one process. Labels have few values: never an incident id, a service or a channel. */
export type Metrics = {
  registry: Registry;
  /** Starts a clock for a stage; the returned function stops it with the outcome (`ok`, an error code, ...). */
  stageTimer(stage: Stage): (outcome: string) => void;
  alerts: Counter<'source' | 'decision'>;
  refused: Counter<'source' | 'status'>;
  incidents: Counter<'outcome'>;
  answerSeconds: Histogram<'agent'>;
  mcpCalls: Histogram<'server' | 'tool' | 'outcome'>;
  mcpSharedAnswers: Counter<'server' | 'tool' | 'origin'>;
  mcpEndpointCalls: Histogram<'server' | 'endpoint' | 'outcome'>;
  mcpInFlight: Gauge<'server' | 'endpoint'>;
  mcpBreaker: Gauge<'server' | 'endpoint'>;
  mcpEjected: Gauge<'server' | 'endpoint'>;
  llmTokens: Counter<'model' | 'kind'>;
  llmCalls: Counter<'outcome'>;
  llmToolCalls: Counter<string>;
  llmCostUsd: Counter<'model'>;
  budgetRefusals: Counter<'severity'>;
  reconciled: Counter<'what'>;
  struckClaims: Counter<string>;
  traceSpans: Counter<'outcome'>;
  queueJobs: Gauge<'queue' | 'state'>;
  queueOldestSeconds: Gauge<'queue'>;
  oldestOpenIncidentSeconds: Gauge<string>;
};

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 240];

/** Makes the metrics in a registry of their own, so that several parts (and tests) can live in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'rca_fleet_' });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `rca_fleet_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name: `rca_fleet_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Histogram<L>({ name: `rca_fleet_${name}`, help, labelNames, registers, buckets: SECONDS });

  const stages = histogram('stage_seconds', 'Duration of a stage by outcome', ['stage', 'outcome']);
  return {
    registry,
    stageTimer: (stage) => {
      const stop = stages.startTimer({ stage });
      return (outcome) => void stop({ outcome });
    },
    alerts: counter('alerts_total', 'Alerts written down, by source and decision', ['source', 'decision']),
    refused: counter('requests_refused_total', 'Intake requests answered with an error', ['source', 'status']),
    incidents: counter('incidents_finished_total', 'Incidents that reached a final state', ['outcome']),
    answerSeconds: histogram('answer_seconds', 'From the receipt of an alert to its RCA in the thread', ['agent']),
    mcpCalls: histogram('mcp_call_seconds', 'Tool calls through the MCP gateway', ['server', 'tool', 'outcome']),
    mcpSharedAnswers: counter(
      'mcp_shared_answers_total',
      'Tool calls that cost none: answered by one under way (joined) or from the cache (cached)',
      ['server', 'tool', 'origin'],
    ),
    mcpEndpointCalls: histogram('mcp_endpoint_call_seconds', 'Attempts at an endpoint of an MCP server', [
      'server',
      'endpoint',
      'outcome',
    ]),
    mcpInFlight: gauge('mcp_in_flight', 'Calls under way at an endpoint of an MCP server', ['server', 'endpoint']),
    mcpBreaker: gauge('mcp_breaker', 'Circuit breaker of an endpoint: 0 closed, 0.5 half open, 1 open', [
      'server',
      'endpoint',
    ]),
    mcpEjected: gauge('mcp_ejected', '1 while an endpoint is taken out of the choice', ['server', 'endpoint']),
    llmTokens: counter('llm_tokens_total', 'Tokens by model and kind (prompt, completion)', ['model', 'kind']),
    llmCalls: counter('llm_calls_total', 'Calls of the LLM by outcome', ['outcome']),
    llmToolCalls: counter('llm_tool_calls_total', 'Calls of tools that the LLM asked for'),
    llmCostUsd: counter('llm_cost_usd_total', 'Cost of the LLM in US dollars, where the price is configured', [
      'model',
    ]),
    budgetRefusals: counter(
      'llm_budget_refusals_total',
      'Investigations left to the detectors for want of LLM budget',
      ['severity'],
    ),
    reconciled: counter('reconciled_total', 'Jobs that the reconciler added again', ['what']),
    struckClaims: counter('struck_claims_total', 'Claims that verification removed from reports'),
    traceSpans: counter('trace_spans_total', 'Spans by what became of them: exported, failed or dropped', ['outcome']),
    queueJobs: gauge('queue_jobs', 'Jobs by queue and state', ['queue', 'state']),
    queueOldestSeconds: gauge('queue_oldest_seconds', 'Age of the job that has waited longest', ['queue']),
    oldestOpenIncidentSeconds: gauge('oldest_open_incident_seconds', 'Age of the oldest unanswered incident'),
  };
}
