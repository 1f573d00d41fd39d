import type { Fault } from '../http/faults.ts';
import {
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxService,
} from '../http/sandbox-http-server.ts';
import { readArguments, type SlackArguments, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import type { SlackIdentity } from './slack-wire.ts';
import type { SlackWorld } from './slack-world.ts';
import { WEB_API_METHODS } from './web-api.ts';
import { answerFile, FILE_PATH, receiveUpload, UPLOAD_PATH } from './web-api-files.ts';
import type { PendingUploads } from './web-api-method.ts';

/** One call as it came and as it was answered (status 0: never); structured arguments are decoded, the token is left out. */
export type SlackApiCall = {
  at: string;
  method: string;
  args: SlackArguments;
  status: number;
  answer: Record<string, unknown>;
  /** The injected fault that the call met, or `rate_limited` by the sandbox's own limits. */
  fault: Fault['kind'] | null;
};

export type SlackServiceDeps = {
  world: SlackWorld;
  identity: SlackIdentity;
  botToken: string;
  limiter(method: string, channel: string): number | null;
  record: SlackApiCall[];
  baseUrl(): string;
  scopes: readonly string[];
  shareDelayMs: number;
  page(request: SandboxRequest): Promise<SandboxAnswer>;
};

const API_PATH = '/api/';
const OPEN_METHODS = new Set(['api.test']);

function checkToken(request: SandboxRequest, args: SlackArguments, botToken: string): void {
  const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const token = bearer ?? textArgument(args, 'token');
  if (!token) throw new SlackRefusal('not_authed');
  if (token !== botToken) throw new SlackRefusal('invalid_auth');
}

function decoded(args: SlackArguments): SlackArguments {
  const { token: _, ...rest } = args;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, decodeValue(value)]));
}

function decodeValue(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const NO_ANSWER: SandboxAnswer = { status: 0, body: '' };

const rateLimited = (seconds: number) =>
  jsonAnswer(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) });

/** The simulated Slack as a service: Web API under /api/, uploads, and the channel page at /. */
export function createSlackService(deps: SlackServiceDeps): SandboxService {
  const { world, identity, botToken, limiter, record, baseUrl, page, scopes, shareDelayMs } = deps;
  const uploads: PendingUploads = new Map();
  const methodOf = (request: SandboxRequest) =>
    request.path.startsWith(API_PATH) ? request.path.slice(API_PATH.length) : '';

  const note = (request: SandboxRequest, answer: SandboxAnswer, args: SlackArguments, fault: SlackApiCall['fault']) => {
    const body = answer.body.toString();
    const parsed = body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : { body };
    const at = new Date().toISOString();
    record.push({ at, method: methodOf(request), args: decoded(args), status: answer.status, answer: parsed, fault });
    world.events.emit('change');
    return answer;
  };

  const callMethod = (request: SandboxRequest, args: SlackArguments): SandboxAnswer => {
    const method = methodOf(request);
    const run = WEB_API_METHODS[method];
    try {
      if (!run) throw new SlackRefusal('unknown_method');
      if (!OPEN_METHODS.has(method)) checkToken(request, args, botToken);
      const call = { args, world, identity, uploads, baseUrl: baseUrl(), scopes, shareDelayMs };
      return jsonAnswer(200, { ok: true, ...run(call) }, { 'x-oauth-scopes': scopes.join(',') });
    } catch (error) {
      if (error instanceof SlackRefusal) return jsonAnswer(200, error.toBody());
      throw error;
    }
  };

  const handleApi = (request: SandboxRequest, fault: Fault | null): SandboxAnswer => {
    const args = argumentsOf(request);
    if (args instanceof SlackRefusal) return note(request, jsonAnswer(200, args.toBody()), {}, null);
    const wait = limiter(methodOf(request), String(args.channel ?? ''));
    if (wait !== null) return note(request, rateLimited(wait), args, 'rate_limited');
    return note(request, callMethod(request, args), args, fault?.kind ?? null);
  };

  return {
    operationOf: (request) => methodOf(request) || request.path,
    handle(request, fault) {
      if (request.path.startsWith(API_PATH)) return handleApi(request, fault);
      if (request.path.startsWith(UPLOAD_PATH)) return receiveUpload(uploads, request);
      if (request.path.startsWith(FILE_PATH)) return answerFile(world, request);
      return page(request);
    },
    refuse: (fault, request) => note(request, refusalAnswer(fault), argumentsForNote(request), fault.kind),
    unanswered: (fault, request) => void note(request, NO_ANSWER, argumentsForNote(request), fault.kind),
  };
}

function argumentsOf(request: SandboxRequest): SlackArguments | SlackRefusal {
  try {
    return readArguments(request);
  } catch (error) {
    if (error instanceof SlackRefusal) return error;
    throw error;
  }
}

function argumentsForNote(request: SandboxRequest): SlackArguments {
  const args = argumentsOf(request);
  return args instanceof SlackRefusal ? {} : args;
}

function refusalAnswer(fault: Parameters<SandboxService['refuse']>[0]): SandboxAnswer {
  switch (fault.kind) {
    case 'error':
      return jsonAnswer(200, new SlackRefusal(fault.error).toBody());
    case 'status':
      return { status: fault.status, headers: { 'content-type': 'text/html' }, body: fault.body ?? 'server error' };
    case 'rate_limited':
      return rateLimited(fault.retryAfterSeconds);
  }
}
