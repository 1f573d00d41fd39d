import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AzureOpenAI,
} from 'openai';
import { DependencyError } from '../../shared/errors.ts';
import { limitedFetch } from '../../shared/http/limit-body.ts';
import type { LlmConfig } from '../../shared/llm-config.ts';
import {
  type Billed,
  BilledFailure,
  type ChatAnswer,
  type ChatClient,
  type ChatMessage,
  type ChatRequest,
  type ChatToolCall,
} from './chat-client.ts';
import { failureOf, type SdkFailure } from './openai-failure.ts';

/** A report and its reasoning are some hundred kB at most; five calls at once must fit into a small process. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

type Configured = Exclude<LlmConfig, { provider: 'none' }>;

/** The adapter to the `openai` package: OpenAI, compatible servers by base URL, and Azure in both URL styles. */
export function createOpenAiChatClient(config: Configured): ChatClient {
  const client = connect(config);
  const model = config.provider === 'azure' ? config.deployment : config.model;
  // Servers disagree on the name of the limit; the one that a server accepted is kept.
  const limits = { name: 'max_completion_tokens' as 'max_completion_tokens' | 'max_tokens' };
  return {
    model,
    async complete(request, signal) {
      try {
        return await send(client, model, limits.name, request, signal);
      } catch (error) {
        if (!(error instanceof DependencyError) || error.detail !== 'unsupported_limit') throw error;
        limits.name = limits.name === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
        return await send(client, model, limits.name, request, signal);
      }
    },
  };
}

/** Everything that the package would else read from the environment is given, so that only our own configuration counts. */
function connect(config: Configured): OpenAI {
  const common = {
    apiKey: config.apiKey,
    timeout: config.timeoutMs,
    maxRetries: 0,
    organization: null,
    project: null,
    logLevel: 'off' as const,
    fetch: limitedFetch(MAX_ANSWER_BYTES),
  };
  if (config.provider === 'openai') return new OpenAI({ ...common, baseURL: config.baseUrl });
  const endpoint = config.endpoint.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '');
  if (config.apiVersion === null) return new OpenAI({ ...common, baseURL: `${endpoint}/openai/v1` });
  return new AzureOpenAI({
    ...common,
    baseURL: `${endpoint}/openai`,
    apiVersion: config.apiVersion,
    deployment: config.deployment,
  });
}

async function send(
  client: OpenAI,
  model: string,
  limit: 'max_completion_tokens' | 'max_tokens',
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  try {
    const completion: unknown = await client.chat.completions.create(
      {
        model,
        ...toolsOf(request),
        messages: request.messages.map(toWire),
        [limit]: request.maxAnswerTokens,
        ...formOf(request),
      },
      { signal },
    );
    return readCompletion(completion, model);
  } catch (error) {
    throw error instanceof DependencyError ? error : failureOf(takeApart(error), signal);
  }
}

function takeApart(cause: unknown): SdkFailure {
  if (cause instanceof APIConnectionTimeoutError) return { kind: 'timeout', cause };
  if (cause instanceof APIUserAbortError) return { kind: 'aborted', cause };
  if (cause instanceof APIConnectionError) return { kind: 'connection', cause };
  if (!(cause instanceof APIError) || typeof cause.status !== 'number') return { kind: 'other', cause };
  const { status, code, param, error: body, headers } = cause;
  return {
    kind: 'http',
    cause,
    status,
    code: code ?? null,
    param: param ?? null,
    body,
    headers: headers ?? new Headers(),
  };
}

function formOf({ form, schema }: ChatRequest): Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, 'response_format'> {
  if (form === 'text') return {};
  if (form === 'json_object') return { response_format: { type: 'json_object' } };
  return {
    response_format: { type: 'json_schema', json_schema: { name: 'root_cause_analysis', strict: true, schema } },
  };
}

/** MCP's schemas are not fit for strict mode; arguments are checked by ourselves before anything is called. */
function toolsOf({ tools = [] }: ChatRequest): Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, 'tools'> {
  if (tools.length === 0) return {};
  return { tools: tools.map((tool) => ({ type: 'function', function: { ...tool, strict: false } })) };
}

function toWire(message: ChatMessage): OpenAI.ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || !message.toolCalls?.length)
    return { role: message.role, content: message.content };
  const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: text },
  }));
  return { role: 'assistant', content: message.content || null, tool_calls: calls };
}

/** Takes nothing for granted: compatible servers leave fields out, and a proxy may answer with something else entirely. */
function readCompletion(completion: unknown, model: string): ChatAnswer {
  const answer = completion as Partial<OpenAI.ChatCompletion> | null | undefined;
  const choice = Array.isArray(answer?.choices) ? answer.choices[0] : undefined;
  if (!choice?.message)
    throw new DependencyError('llm', 'protocol', 'the LLM server answered with something other than a chat completion');
  const billed = billedOf(answer, model);
  if (choice.message.refusal)
    throw new BilledFailure('refused', 'the LLM refused to answer', billed, { detail: 'refusal' });
  if (choice.finish_reason === 'content_filter') {
    const message = 'the content filter of the LLM cut the answer off';
    throw new BilledFailure('refused', message, billed, { detail: 'content_filter' });
  }
  return {
    ...billed,
    content: typeof choice.message.content === 'string' ? choice.message.content : '',
    toolCalls: toolCallsOf(choice.message.tool_calls),
    cut: choice.finish_reason === 'length',
  };
}

function billedOf(answer: Partial<OpenAI.ChatCompletion> | null | undefined, model: string): Billed {
  return {
    model: typeof answer?.model === 'string' && answer.model ? answer.model : model,
    promptTokens: tokens(answer?.usage?.prompt_tokens),
    cachedTokens: tokens(answer?.usage?.prompt_tokens_details?.cached_tokens),
    completionTokens: tokens(answer?.usage?.completion_tokens),
  };
}

/** Compatible servers leave ids out, or give the arguments as an object. */
function toolCallsOf(calls: unknown): ChatToolCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: { id?: unknown; function?: { name?: unknown; arguments?: unknown } } | null, index) => {
    const named = call?.function;
    if (typeof named?.name !== 'string') return [];
    const given = named.arguments ?? '';
    return {
      id: typeof call?.id === 'string' && call.id ? call.id : `call_${index}`,
      name: named.name,
      arguments: typeof given === 'string' ? given : JSON.stringify(given),
    };
  });
}

function tokens(count: unknown): number | null {
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : null;
}
