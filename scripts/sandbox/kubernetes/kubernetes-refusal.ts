import { jsonAnswer, type SandboxAnswer } from '../http/sandbox-http-server.ts';

const CODES = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  BadRequest: 400,
  MethodNotAllowed: 405,
  Expired: 410,
  TooManyRequests: 429,
  InternalError: 500,
} as const;
export type StatusReason = keyof typeof CODES;

/** A refusal as the Kubernetes API gives it: a `Status` object. */
export class KubernetesRefusal extends Error {
  readonly reason: StatusReason;
  readonly details: Record<string, unknown>;

  constructor(reason: StatusReason, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.reason = reason;
    this.details = details;
  }

  toAnswer(headers: Record<string, string> = {}): SandboxAnswer {
    return statusAnswer(CODES[this.reason], this.reason, this.message, this.details, headers);
  }
}

/** A `Status` object with any code. */
export function statusAnswer(
  code: number,
  reason: string,
  message: string,
  details: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): SandboxAnswer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  return jsonAnswer(code, body, headers);
}
