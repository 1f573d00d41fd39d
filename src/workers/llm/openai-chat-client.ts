import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AzureOpenAI,
} from 'openai';
import type { LlmConfig } from '../../shared/config.ts';
import { DependencyError } from '../../shared/errors.ts';
import type { ChatAnswer, ChatClient, ChatRequest } from './chat-client.ts';
import { failureOf, type SdkFailure } from './openai-failure.ts';

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
      { model, messages: request.messages, [limit]: request.maxAnswerTokens, ...formOf(request) },
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

/** Takes nothing for granted: compatible servers leave fields out, and a proxy may answer with something else entirely. */
function readCompletion(completion: unknown, model: string): ChatAnswer {
  const answer = completion as Partial<OpenAI.ChatCompletion> | null | undefined;
  const choice = Array.isArray(answer?.choices) ? answer.choices[0] : undefined;
  if (!choice?.message)
    throw new DependencyError('llm', 'protocol', 'the LLM server answered with something other than a chat completion');
  if (choice.message.refusal)
    throw new DependencyError('llm', 'refused', 'the LLM refused to answer', { detail: 'refusal' });
  if (choice.finish_reason === 'content_filter') {
    throw new DependencyError('llm', 'refused', 'the content filter of the LLM cut the answer off', {
      detail: 'content_filter',
    });
  }
  return {
    content: typeof choice.message.content === 'string' ? choice.message.content : '',
    cut: choice.finish_reason === 'length',
    model: typeof answer?.model === 'string' && answer.model ? answer.model : model,
    promptTokens: tokens(answer?.usage?.prompt_tokens),
    completionTokens: tokens(answer?.usage?.completion_tokens),
  };
}

function tokens(count: unknown): number | null {
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : null;
}
