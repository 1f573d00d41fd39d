import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatFault } from './chat-fault.ts';
import { completion, errorBody } from './completion.ts';
import { type ChatCompletionRequest, defaultAnswer } from './default-answer.ts';
import { type Answer, applies, failedAnswer, misbehave } from './fail-completion.ts';
import type { ModelReply, SandboxModel } from './models/sandbox-model.ts';

/** One request as it arrived; the body is what the client sent, so that tests can look for what must not be in it. */
export type RecordedRequest = {
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: ChatCompletionRequest;
};

export type LlmSandboxOptions = {
  /** The report that the model answers with; default: one that is derived from the findings in the prompt. */
  answer?: (request: ChatCompletionRequest) => unknown;
  /** When given, requests need it as bearer token or as `api-key`. */
  apiKey?: string;
  /** Leave the usage out of the answers, as some compatible servers do. */
  withoutUsage?: boolean;
};

export type LlmSandbox = {
  /** The server itself; OPENAI_BASE_URL is this with `/v1`, AZURE_OPENAI_ENDPOINT is this alone. */
  readonly url: string;
  readonly baseUrl: string;
  readonly port: number;
  readonly requests: RecordedRequest[];
  /** The next completions fail so, one after the other. */
  failNext(fault: ChatFault, times?: number): void;
  /** Every completion fails so, until null takes it back. */
  setFault(fault: ChatFault | null): void;
  /** Which model answers from now on; null brings back the one of the options. */
  setModel(model: SandboxModel | null): void;
  close(): Promise<void>;
};

const CHAT_PATHS = [
  /^\/v1\/chat\/completions$/,
  /^\/openai\/v1\/chat\/completions$/,
  /^\/openai\/deployments\/[^/]+\/chat\/completions$/,
];

/** Starts a server on 127.0.0.1 that speaks Chat Completions, in OpenAI's and both of Azure's URL styles. */
export async function startLlmSandbox(options: LlmSandboxOptions = {}): Promise<LlmSandbox> {
  const requests: RecordedRequest[] = [];
  const next: ChatFault[] = [];
  const standing: { fault: ChatFault | null; model: SandboxModel | null } = { fault: null, model: null };
  const server = createServer((incoming, response) => {
    const takeFault = () => next.shift() ?? standing.fault;
    serve(incoming, response, { options, requests, takeFault, model: standing.model }).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    port,
    requests,
    failNext: (fault, times = 1) => void next.push(...Array.from({ length: times }, () => fault)),
    setFault: (fault) => {
      standing.fault = fault;
    },
    setModel: (model) => {
      standing.model = model;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Context = {
  options: LlmSandboxOptions;
  requests: RecordedRequest[];
  takeFault: () => ChatFault | null;
  model: SandboxModel | null;
};

async function serve(incoming: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://sandbox');
  const refused = refuse(incoming, pathname, searchParams, context.options.apiKey);
  if (refused) {
    send(response, refused);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChatCompletionRequest;
  context.requests.push({ path: pathname, query: Object.fromEntries(searchParams), headers: incoming.headers, body });
  const due = context.takeFault();
  const said = context.model?.(body) ?? null;
  const fault = due && applies(due, body) ? due : said && 'kind' in said ? said : null;
  const good = () => ({
    status: 200,
    body: goodAnswer(body, context.options, said && 'content' in said ? said : null),
  });
  const answer = fault ? failedAnswer(fault, body) : good();
  if (answer) send(response, answer);
  else if (fault) misbehave(fault, body, response);
}

/** What the server answers to everything but a good chat completion request; null for that. */
function refuse(
  { method, headers }: IncomingMessage,
  path: string,
  query: URLSearchParams,
  apiKey: string | undefined,
): Answer | null {
  const known = apiKey === undefined || headers.authorization === `Bearer ${apiKey}` || headers['api-key'] === apiKey;
  if (!known) return { status: 401, body: errorBody('Incorrect API key provided', 'invalid_api_key') };
  if (method === 'GET' && path.endsWith('/models')) {
    return { status: 200, body: JSON.stringify({ object: 'list', data: [{ id: 'sandbox-model', object: 'model' }] }) };
  }
  const exists = method === 'POST' && CHAT_PATHS.some((pattern) => pattern.test(path));
  if (!exists) return { status: 404, body: errorBody(`Invalid URL (${method} ${path})`) };
  const versioned = !path.includes('/deployments/') || query.get('api-version');
  return versioned ? null : { status: 404, body: errorBody('Resource not found', '404') };
}

function goodAnswer(
  body: ChatCompletionRequest,
  { answer = defaultAnswer, withoutUsage }: LlmSandboxOptions,
  said: ModelReply | null,
): string {
  const json = said?.content ?? (said?.toolCalls ? null : JSON.stringify(answer(body)));
  const bare = json === null || body.response_format !== undefined;
  const content = bare ? json : `Here is the analysis:\n\`\`\`json\n${json}\n\`\`\``;
  const text = completion(body, { content, toolCalls: said?.toolCalls });
  return withoutUsage || said?.withoutUsage ? JSON.stringify({ ...JSON.parse(text), usage: undefined }) : text;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}
