import type { ServerResponse } from 'node:http';
import type { ConfiguredServer } from '../../../../../src/shared/mcp/configured-server.ts';
import type { ServerTarget } from '../../../../../src/shared/mcp/server-target.ts';
import { FIXTURE_CAPABILITIES } from './fixture-server.ts';
import { INITIALIZED, type RawMessage, rawHttpServer, rawTool } from './raw-http-server.ts';

/** What the server does with a call of a tool: a result to answer with, or null where it has answered, or never will. */
export type Behaviour = (
  message: RawMessage,
  http: { response: ServerResponse },
) => Record<string, unknown> | null | Promise<Record<string, unknown> | null>;

export type ControllableServer = {
  url: string;
  port: number;
  target: ServerTarget;
  /** What calls of tools do from now on; everything else is answered as a sound server does. */
  behave(behaviour: Behaviour): void;
  /** What any message does from now on; null for a sound server. */
  handle(handler: Behaviour | null): void;
  tools: Record<string, unknown>[];
  /** How many calls of this tool have come in, and how many have taken effect. */
  calls(tool: string): number;
  effects: number;
  lastMeta(): Record<string, unknown> | undefined;
  close(): Promise<void>;
};

const CHANNEL = { id: 'C1', name: 'alerts', isMember: true, isArchived: false };

/** The sound answer to either tool. */
export function soundAnswer({ params }: RawMessage): Record<string, unknown> {
  const { name } = params as { name: string };
  const structuredContent = name === 'post_message' ? { channel: 'C1', ts: '1.0' } : CHANNEL;
  return { structuredContent, content: [{ type: 'text', text: `answer of ${name}` }] };
}

/** An MCP server over HTTP whose every fault the test chooses; its tools are those of the fixture. */
export async function controllableServer(port = 0): Promise<ControllableServer> {
  let behaviour: Behaviour = (message) => soundAnswer(message);
  let handler: Behaviour | null = null;
  const tools = [rawTool('get_channel_info', { readOnlyHint: true }), rawTool('post_message')];
  const raw = await rawHttpServer((message, http) => {
    const chosen = message.method === 'tools/call' ? (handler ?? behaviour) : handler;
    if (message.method === 'tools/call') server.effects += 1;
    const answer = chosen ? chosen(message, http) : soundly(message);
    if (!(answer instanceof Promise)) return answer;
    void answer.then((result) => {
      if (result === null || http.response.writableEnded || http.response.destroyed) return;
      http.response.setHeader('content-type', 'application/json');
      http.response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
    });
    return null;
  }, port);
  const soundly = ({ method }: RawMessage) =>
    method === 'initialize' ? INITIALIZED : method === 'tools/list' ? { tools: server.tools } : {};
  const callsOf = () => raw.messages.filter(({ method }) => method === 'tools/call');
  const server: ControllableServer = {
    url: raw.url,
    port: Number(new URL(raw.url).port),
    target: { kind: 'http', url: raw.url, headers: {} },
    behave: (next) => {
      behaviour = next;
    },
    handle: (next) => {
      handler = next;
    },
    tools,
    calls: (tool) => callsOf().filter(({ params }) => params?.name === tool).length,
    effects: 0,
    lastMeta: () => callsOf().at(-1)?.params?._meta as Record<string, unknown> | undefined,
    close: raw.close,
  };
  return server;
}

/** The servers as endpoints of one. */
export function replicasOf(servers: ControllableServer[], policy: ConfiguredServer['policy'] = {}): ConfiguredServer {
  const [target, ...replicas] = servers.map((one) => one.target);
  return { name: 'fixture', target: target!, replicas, capabilities: FIXTURE_CAPABILITIES, policy };
}

export const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
