import type { KnownMap } from './known-map.ts';
import { kubernetesMcpServer, mcpServerKubernetes } from './kubernetes-maps.ts';
import { slackHosted, slackMcpServer, slackReference } from './slack-maps.ts';
import { grafana, signozMcpServer } from './telemetry-maps.ts';

/** The servers of others that answer capabilities out of the box, by the name that `map` in an entry takes. */
export const KNOWN_MAPS = {
  'signoz-mcp-server': signozMcpServer,
  'kubernetes-mcp-server': kubernetesMcpServer,
  'mcp-server-kubernetes': mcpServerKubernetes,
  'slack-reference': slackReference,
  'slack-mcp-server': slackMcpServer,
  'slack-hosted': slackHosted,
  'mcp-grafana': grafana,
  /** Answers none of the capabilities; its tools may be offered to the LLM by `tools.allow`. */
  'mongodb-mcp-server': { recognise: /mongodb-mcp-server/, capabilities: {} },
} as const satisfies Record<string, KnownMap>;
export type KnownMapName = keyof typeof KNOWN_MAPS;

/** Which of the known servers an entry starts or addresses; null for none of them. */
export function recogniseServer(texts: readonly (string | undefined)[]): KnownMapName | null {
  const names = Object.keys(KNOWN_MAPS) as KnownMapName[];
  return (
    names.find((name) => texts.some((text) => text !== undefined && KNOWN_MAPS[name].recognise.test(text))) ?? null
  );
}
