import { jsonAnswer, type SandboxAnswer } from '../http/sandbox-http-server.ts';

const STATUS = { invalid_input: 400, unauthenticated: 401, forbidden: 403, not_found: 404 } as const;
export type SignozCode = keyof typeof STATUS;

/** The error envelope of SigNoz; `errors` hold the single complaints, for example of the filter parser. */
export function signozErrorBody(code: string, message: string, errors: string[] = [], retryDelayNs?: number) {
  return {
    status: 'error',
    error: {
      type: code.replaceAll('_', '-'),
      code,
      message,
      ...(errors.length > 0 ? { errors: errors.map((one) => ({ message: one })) } : {}),
      ...(retryDelayNs === undefined ? {} : { retry: { delay: retryDelayNs } }),
    },
  };
}

/** A request that SigNoz refuses, with its status and its words. */
export class SignozRefusal extends Error {
  readonly code: SignozCode;
  readonly errors: string[];

  constructor(code: SignozCode, message: string, errors: string[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }

  toAnswer(): SandboxAnswer {
    return jsonAnswer(STATUS[this.code], signozErrorBody(this.code, this.message, this.errors));
  }
}
