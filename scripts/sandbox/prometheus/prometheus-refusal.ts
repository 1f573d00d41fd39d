import { jsonAnswer, type SandboxAnswer } from '../http/sandbox-http-server.ts';

/** The API's words for what is wrong, with the status that each is answered by. */
const STATUS = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  unavailable: 503,
  not_found: 404,
  internal: 500,
} as const;
export type ErrorType = keyof typeof STATUS;

/** A refusal of the simulated Prometheus, in the API's own form. */
export class PrometheusRefusal extends Error {
  readonly errorType: ErrorType;

  constructor(errorType: ErrorType, message: string) {
    super(message);
    this.errorType = errorType;
  }

  toAnswer(): SandboxAnswer {
    return jsonAnswer(STATUS[this.errorType], { status: 'error', errorType: this.errorType, error: this.message });
  }
}

/** A fault in a parameter, as the API words it. */
export const badParameter = (name: string, why: string) =>
  new PrometheusRefusal('bad_data', `invalid parameter "${name}": ${why}`);
