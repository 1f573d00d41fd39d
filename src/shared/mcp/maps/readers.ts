import { answerJson } from './answer-json.ts';
import { kubectlLogs, kubernetesEvents, kubernetesPods, logLines } from './read-kubernetes.ts';
import { slackMessages, slackPosted } from './read-slack.ts';
import { slackTranscript } from './read-slack-transcript.ts';
import { lokiLogs, prometheusSeries, signozLogs, signozMetrics, signozTraces } from './read-telemetry.ts';
import type { ResultReader } from './tool-mapping.ts';

/** The readers that a mapping in the MCP_CONFIG file may name. */
export const READERS: Readonly<Record<string, ResultReader>> = {
  /** The capability's own output as JSON, possibly with words around it. */
  json: (result) => answerJson(result),
  'kubernetes-pods': kubernetesPods,
  'kubernetes-events': kubernetesEvents,
  'log-lines': logLines,
  'kubectl-logs': kubectlLogs,
  'signoz-logs': signozLogs,
  'signoz-traces': signozTraces,
  'signoz-metrics': signozMetrics,
  'loki-logs': lokiLogs,
  'prometheus-series': prometheusSeries,
  'slack-posted': slackPosted,
  'slack-messages': slackMessages,
  'slack-transcript': slackTranscript,
};
