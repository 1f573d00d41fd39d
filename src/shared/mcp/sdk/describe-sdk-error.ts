import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LATEST_PROTOCOL_VERSION, McpError } from '@modelcontextprotocol/sdk/types.js';
import { DependencyError, describeError, type FailureClass } from '../../errors.ts';
import { TOO_LARGE } from '../../http/limit-body.ts';

/** What an error of the SDK, of fetch or of the child process means for a call. */
export type SdkFailure = {
  failure: FailureClass;
  message: string;
  /** False when the request certainly had no effect. */
  sent: boolean;
  /** True when the connection is of no use any more and must be rebuilt. */
  lost: boolean;
  detail?: string;
  retryAfterMs?: number;
};

/** The code of a server that speaks only the stateless protocol of 2026-07-28. */
const UNSUPPORTED_PROTOCOL = -32022;

/** Codes of Node and undici that say: the request never reached a server. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function describeSdkError(error: unknown): SdkFailure {
  const message = describeError(error);
  if (isUnsupportedProtocol(error, message)) return unsupportedProtocol(message + JSON.stringify(dataOf(error)));
  if (error instanceof McpError) return ofJsonRpc(error.code, message);
  if (error instanceof StreamableHTTPError) return ofHttpStatus(error.code ?? 0, message);
  const code = systemCode(error);
  if (code === TOO_LARGE) return { failure: 'protocol', message, sent: true, lost: false, detail: code };
  // Ours, from before anything was sent: no token could be had, for example.
  if (error instanceof DependencyError) {
    const { failure, retryAfterMs } = error;
    return { failure, message: error.message, sent: false, lost: false, retryAfterMs: retryAfterMs ?? undefined };
  }
  if (code === 'ENOENT' || code === 'EACCES') {
    return { failure: 'not_configured', message: `cannot start the command: ${message}`, sent: false, lost: true };
  }
  if (message === 'Not connected') return { failure: 'connection', message, sent: false, lost: true };
  const broken = error instanceof TypeError || (error instanceof Error && error.name === 'AbortError');
  if (broken || code !== null) {
    return { failure: 'connection', message, sent: !NEVER_SENT.has(code ?? ''), lost: true, detail: code ?? undefined };
  }
  // What remains is an answer that is not MCP: a schema of the SDK refused it.
  return { failure: 'protocol', message: `not an MCP answer: ${message}`, sent: true, lost: false };
}

/** What a JSON-RPC error means for a call. */
export function ofJsonRpc(code: number, message: string): SdkFailure {
  const detail = String(code);
  switch (code) {
    case -32000:
      // The SDK's own word for a connection that is gone; of a server it may mean anything.
      if (/connection closed/i.test(message)) return { failure: 'connection', message, sent: true, lost: true, detail };
      if (isLostSession(message)) return { failure: 'connection', message, sent: false, lost: true, detail };
      return { failure: 'tool_error', message, sent: true, lost: false, detail };
    case -32001:
      if (isLostSession(message)) return { failure: 'connection', message, sent: false, lost: true, detail };
      return { failure: 'timeout', message, sent: true, lost: false, detail };
    case -32600:
      // Some servers answer an unknown session inside of a 200.
      if (isLostSession(message)) return { failure: 'connection', message, sent: false, lost: true, detail };
      return { failure: 'bad_request', message, sent: false, lost: false, detail };
    case -32602:
      return { failure: 'bad_request', message, sent: false, lost: false, detail };
    case -32601:
      return { failure: 'not_found', message, sent: false, lost: false, detail };
    default:
      return { failure: 'tool_error', message, sent: true, lost: false, detail };
  }
}

const isLostSession = (message: string) => /session|not initiali[sz]ed/i.test(message);

/** What the status of a refused HTTP request means for a call. */
export function ofHttpStatus(status: number, message: string): SdkFailure {
  const detail = `HTTP ${status}`;
  if (status === 404 || (status === 400 && isLostSession(message))) {
    return { failure: 'connection', message: `the session is gone: ${message}`, sent: false, lost: true, detail };
  }
  if (status === 401 || status === 403) return { failure: 'auth', message, sent: false, lost: false, detail };
  if (status === 429) return { failure: 'rate_limit', message, sent: false, lost: false, detail };
  if (status === 408) return { failure: 'timeout', message, sent: true, lost: false, detail };
  if (status >= 500) return { failure: 'overload', message, sent: true, lost: false, detail };
  if (status >= 400) return { failure: 'bad_request', message, sent: false, lost: false, detail };
  return { failure: 'protocol', message, sent: true, lost: false, detail };
}

/** Over stdio it is a JSON-RPC error, over HTTP the same inside the body of a 400. */
function isUnsupportedProtocol(error: unknown, message: string): boolean {
  if (error instanceof McpError) return error.code === UNSUPPORTED_PROTOCOL;
  return error instanceof StreamableHTTPError && message.includes(String(UNSUPPORTED_PROTOCOL));
}

function dataOf(error: unknown): unknown {
  return error instanceof McpError ? error.data : null;
}

function unsupportedProtocol(message: string): SdkFailure {
  const versions = [...new Set(message.match(/\d{4}-\d{2}-\d{2}/g))];
  const spoken = versions.length > 0 ? ` (it names ${versions.join(', ')})` : '';
  return {
    failure: 'protocol',
    message:
      `this server speaks only a newer MCP protocol${spoken}, and this client speaks ${LATEST_PROTOCOL_VERSION} and older: ` +
      'let the server accept legacy clients too, or use an older version of it',
    sent: false,
    lost: false,
    detail: String(UNSUPPORTED_PROTOCOL),
  };
}

function systemCode(error: unknown): string | null {
  for (let current = error, depth = 0; current instanceof Error && depth < 4; current = current.cause, depth++) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return null;
}
